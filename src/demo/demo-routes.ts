import { Router } from 'express';
import type { Json } from '../fhir/read';
import { demoCases } from './demo-cases';
import { fhirForward } from './fhir-forward';
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

/** What is there to try the service with: its records as a FHIR server, or the FHIR server that holds them. */
export function demoRoutes(fixtures: string, fhirServer?: string): Router {
  const router = Router();
  router.use('/fhir', fhirServer === undefined ? fhirRoutes(recordsOf(fixtures)) : fhirForward(fhirServer));
  return router;
}
