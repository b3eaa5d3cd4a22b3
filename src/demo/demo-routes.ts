import { Router } from 'express';
import type { Json } from '../fhir/read';
import type { PolicyData } from '../policy/policy-data';
import { demoCases, type DemoCase } from './demo-cases';
import { fhirRoutes } from './fhir-routes';
import { playgroundRoutes } from './playground-routes';

/** Every record of the cases, once. */
function recordsOf(cases: readonly DemoCase[]): Json[] {
  const all = cases.flatMap(({ chart }) => chart);
  return [
    ...new Map(
      all.map((record) => [`${String(record['resourceType'])}/${String(record['id'])}`, record]),
    ).values(),
  ];
}

/** What is there to try the service with: the playground, and its records as a FHIR server. */
export function demoRoutes(fixtures: string, policyData: PolicyData): Router {
  const cases = demoCases(fixtures);
  const router = Router();
  router.use(playgroundRoutes(cases, policyData));
  router.use('/fhir', fhirRoutes(recordsOf(cases)));
  return router;
}
