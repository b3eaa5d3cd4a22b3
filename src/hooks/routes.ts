import { Router, type Request, type RequestHandler, type Response } from 'express';
import type { ServiceDescription } from '../policy/policy-data';
import { problem } from '../problem';
import { readHookRequest } from './hook-request';
import { answerOrderSign, type OrderSignDependencies } from './order-sign';

/** The version of the CDS Hooks specification that the service implements. */
const CDS_HOOKS_VERSION = '2.0.1';

function discovery(service: ServiceDescription) {
  return { services: [{ ...service, version: CDS_HOOKS_VERSION }] };
}

/** Refuses every other method of a known path with 405 and the methods that it has. */
export function notAllowed(allowed: string) {
  return (): never => {
    throw problem(405, 'not-supported', `Only ${allowed} is answered here.`, { Allow: allowed });
  };
}

/** `GET /cds-services` and `POST /cds-services/{id}` (CDS Hooks 2.0.1, Discovery; Calling a CDS Service). */
export function hookRoutes(dependencies: OrderSignDependencies, readBody: RequestHandler[]): Router {
  const { service } = dependencies.policyData;
  const router = Router();
  router
    .route('/cds-services')
    .get((_request: Request, response: Response) => {
      response.json(discovery(service));
    })
    .all(notAllowed('GET, HEAD, OPTIONS'));
  router
    .route('/cds-services/:id')
    .all((request, _response, next) => {
      if (request.params.id !== service.id) throw problem(404, 'not-found', 'There is no such CDS service.');
      next();
    })
    .post(...readBody, (request: Request, response: Response) => {
      const hookRequest = readHookRequest(request.body, service.hook);
      response.json(answerOrderSign(hookRequest, dependencies));
    })
    .all(notAllowed('POST, OPTIONS'));
  return router;
}
