import { Router, type Request, type RequestHandler, type Response } from 'express';
import type { Discovery } from '../policy/policy-data';
import type { Hook } from '../policy/schema';
import { problem } from '../problem';
import { answerHook, type HookDependencies } from './answer';
import { readHookRequest } from './hook-request';

/** The version of the CDS Hooks specification that the service implements. */
const CDS_HOOKS_VERSION = '2.0.1';

function discoveryDocument({ services, usageRequirements, prefetch }: Discovery) {
  return {
    services: services.map((service) => ({
      ...service,
      usageRequirements,
      prefetch,
      version: CDS_HOOKS_VERSION,
    })),
  };
}

/** Refuses every other method of a known path with 405 and the methods that it has. */
export function notAllowed(allowed: string) {
  return (): never => {
    throw problem(405, 'not-supported', `Only ${allowed} is answered here.`, { Allow: allowed });
  };
}

/** `GET /cds-services` and `POST /cds-services/{id}` (CDS Hooks 2.0.1, Discovery; Calling a CDS Service). */
export function hookRoutes(dependencies: HookDependencies, readBody: RequestHandler[]): Router {
  const { discovery } = dependencies.policyData;
  const document = discoveryDocument(discovery);
  const hooks = new Map(discovery.services.map(({ id, hook }) => [id, hook]));
  const hookOf = (id: unknown): Hook => {
    const hook = hooks.get(String(id));
    if (hook === undefined) throw problem(404, 'not-found', 'There is no such CDS service.');
    return hook;
  };
  const router = Router();
  router
    .route('/cds-services')
    .get((_request: Request, response: Response) => {
      response.json(document);
    })
    .all(notAllowed('GET, HEAD, OPTIONS'));
  router
    .route('/cds-services/:id')
    .all((request, _response, next) => {
      hookOf(request.params.id);
      next();
    })
    .post(...readBody, async (request: Request, response: Response) => {
      const hook = hookOf(request.params['id']);
      const hookRequest = readHookRequest(request.body, hook);
      const gone = new AbortController();
      response.once('close', () => gone.abort());
      response.json(await answerHook(hookRequest, hook, dependencies, gone.signal));
    })
    .all(notAllowed('POST, OPTIONS'));
  return router;
}
