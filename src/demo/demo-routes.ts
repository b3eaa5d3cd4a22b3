import { Router } from 'express';
import type { Json } from '../fhir/read';
import { demoCases } from './demo-cases';
import { fhirRoutes } from './fhir-routes';

/** Every record of the cases, once. */
function recordsOf(fixtures: string): Json[] {
  const all = demoCases(fixtures).flatMap(({ chart }) => chart);
  return [
    ...new Map(
      all.map((record) => [`${String(record['resourceType'])}/${String(record['id'])}`, record]),
    ).values(),
  ];
}

/** What is there to try the service with: its records as a FHIR server. */
export function demoRoutes(fixtures: string): Router {
  const router = Router();
  router.use('/fhir', fhirRoutes(recordsOf(fixtures)));
  return router;
}
