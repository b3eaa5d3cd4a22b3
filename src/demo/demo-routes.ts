import { Router } from 'express';
import type { Json } from '../fhir/read';
import { jsonBody } from '../hooks/request-body';
import type { PolicyData } from '../policy/policy-data';
import { demoCases, type DemoCase } from './demo-cases';
import { fhirForward } from './fhir-forward';
import { fhirRoutes } from './fhir-routes';
import { playgroundRoutes } from './playground-routes';
import { sandboxRoutes } from './sandbox-routes';

/** A draft order of the Sandbox, in bytes. */
const LARGEST_DRAFT = 100_000;

/** Every record of the cases, once. */
function recordsOf(cases: readonly DemoCase[]): Json[] {
  const all = cases.flatMap(({ chart }) => chart);
  return [
    ...new Map(
      all.map((record) => [`${String(record['resourceType'])}/${String(record['id'])}`, record]),
    ).values(),
  ];
}

/** What is there to try the service with: the playground, its records as a FHIR server, or the FHIR server that holds them. */
export function demoRoutes(fixtures: string, policyData: PolicyData, fhirServer?: string): Router {
  const cases = demoCases(fixtures);
  const router = Router();
  router.use(playgroundRoutes(cases, policyData));
  router.use('/fhir', fhirServer === undefined ? fhirRoutes(recordsOf(cases)) : fhirForward(fhirServer));
  router.use('/sandbox', sandboxRoutes(cases, jsonBody(LARGEST_DRAFT)));
  return router;
}
