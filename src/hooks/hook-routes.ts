import { Router, type Request, type RequestHandler, type Response } from 'express';
import type { CdsClient } from '../clients/cds-client';
import { logWith } from '../operations/log';
import type { Metrics } from '../operations/metrics';
import type { Overload } from '../operations/overload';
import type { Discovery, PolicyData } from '../policy/policy-data';
import type { Hook } from '../policy/schema';
import { notAllowed, problem } from '../problem';
import type { DecisionLog } from '../store/decision-log';
import { callerOf, type Access } from './authentication';
import { withDigest } from './decision';
import type { Call, Kept } from './invocation';
import type { Judging } from './judging';
import { bodyDigest, bytesOf } from './request-body';

export interface HookRouteDependencies {
  readonly policyData: PolicyData;
  readonly judging: Judging;
  readonly overload: Pick<Overload, 'beforeBody' | 'afterBody'>;
  readonly metrics: Pick<Metrics, 'decided'>;
  readonly decisions: Pick<DecisionLog, 'append'>;
  /** Whether discovery needs no token. */
  readonly isDiscoveryOpen: boolean;
}

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

/** What of a client concerns the judging of its calls. */
function calling({ iss, profile, fhirServers }: CdsClient): NonNullable<Call['client']> {
  return { iss, fhirServers, ...(profile !== undefined && { profile }) };
}

/** What the log gets of a decision. */
function loggedDecision({ decision: { id, service, groups, chart, readingMs }, fhirServer }: Kept) {
  return {
    decision: id,
    service,
    fhirServer,
    cards: groups.filter(({ card }) => card !== undefined).length,
    determinations: groups.map(({ policy, determination }) => `${policy}: ${determination}`),
    chart,
    readingMs: Math.round(readingMs),
  };
}

/** `GET /cds-services` and `POST /cds-services/{id}` (CDS Hooks 2.0.1, Discovery; Calling a CDS Service). */
export function hookRoutes(
  dependencies: HookRouteDependencies,
  access: Access,
  readBody: RequestHandler[],
): Router {
  const { discovery } = dependencies.policyData;
  const { judging, overload, metrics, decisions, isDiscoveryOpen } = dependencies;
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
    .get(
      ...(isDiscoveryOpen ? [] : access(() => ['/cds-services'])),
      (_request: Request, response: Response) => {
        response.json(document);
      },
    )
    .all(notAllowed('GET, HEAD, OPTIONS'));
  router
    .route('/cds-services/:id')
    .all((request, _response, next) => {
      hookOf(request.params.id);
      next();
    })
    .post(
      overload.beforeBody,
      ...access(({ id }) => [`/cds-services/${String(id)}`]),
      ...readBody,
      overload.afterBody,
      async (request: Request, response: Response) => {
        const service = String(request.params['id']);
        const client = callerOf(response);
        const call = { service, hook: hookOf(service), ...(client && { client: calling(client) }) };
        const gone = new AbortController();
        response.once('close', () => gone.abort());
        const digest = bodyDigest(request);
        const { status, headers, body, refusal, kept } = await judging.answer(
          bytesOf(request),
          call,
          gone.signal,
        );
        if (kept) {
          metrics.decided(kept.decision);
          logWith(response, { answer: loggedDecision(kept) });
          decisions.append(withDigest(kept.decision, digest, kept.pagesRead));
        }
        if (refusal !== undefined) logWith(response, { refusal });
        response.status(status).set(headers).type('json').send(body);
      },
    )
    .all(notAllowed('POST, OPTIONS'));
  return router;
}
