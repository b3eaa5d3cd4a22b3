import { performance } from 'node:perf_hooks';
import { randomUUID } from 'node:crypto';
import { Router, type Request, type RequestHandler, type Response } from 'express';
import type { CdsClient } from '../clients/cds-client';
import { readableServer } from '../gather/fhir-server/readable-server';
import { logWith } from '../operations/log';
import type { Metrics } from '../operations/metrics';
import type { Discovery } from '../policy/policy-data';
import type { Hook } from '../policy/schema';
import { notAllowed, problem } from '../problem';
import type { Decision } from '../store/decision';
import type { DecisionLog } from '../store/decision-log';
import { answerHook, cardsOf, type HookDependencies } from './answer';
import { callerOf, type Access } from './authentication';
import { decisionOf, withDigest } from './decision';
import { readHookRequest, type HookRequest } from './hook-request';
import { bodyDigest } from './request-body';

export interface HookRouteDependencies extends HookDependencies {
  readonly metrics: Pick<Metrics, 'decided'>;
  readonly decisions: Pick<DecisionLog, 'append'>;
  /** Whether discovery needs no token. */
  readonly isDiscoveryOpen: boolean;
}

/** The version of the CDS Hooks specification that the service implements. */
const CDS_HOOKS_VERSION = '2.0.1';

/** The status that the decision log gets where nobody waited for the answer. */
const CLIENT_GONE = 499;

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

/** What the service rests on when this client calls: its own FHIR servers may be read, and its profile judges. */
function forCaller(dependencies: HookDependencies, caller: CdsClient | undefined): HookDependencies {
  if (!caller) return dependencies;
  const { defaultProfile, fhirAccess } = dependencies;
  return {
    ...dependencies,
    defaultProfile: caller.profile ?? defaultProfile,
    fhirAccess: { ...fhirAccess, servers: [...fhirAccess.servers, ...caller.fhirServers] },
  };
}

/** What became of the FHIR server that a request names. */
function serverOutcome({ fhirServer }: HookRequest, { fhirAccess }: HookDependencies): string {
  if (fhirServer === undefined) return 'none given';
  return readableServer(fhirServer, fhirAccess) ? 'may be read' : 'may not be read';
}

/** What the log gets of a decision. */
function loggedDecision({ id, service, groups, chart, readingMs }: Decision, fhirServer: string) {
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
  const { metrics, decisions, isDiscoveryOpen } = dependencies;
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
      ...access(({ id }) => [`/cds-services/${String(id)}`]),
      ...readBody,
      async (request: Request, response: Response) => {
        const begun = performance.now();
        const service = String(request.params['id']);
        const hook = hookOf(service);
        const caller = callerOf(response);
        const hookRequest = readHookRequest(request.body, hook);
        const gone = new AbortController();
        response.once('close', () => gone.abort());
        const ofCaller = forCaller(dependencies, caller);
        const answer = await answerHook(hookRequest, hook, ofCaller, gone.signal);
        const decision = decisionOf(answer, hookRequest, {
          id: randomUUID(),
          decidedAt: new Date(),
          client: caller?.iss ?? '',
          service,
          status: answer.refusal?.status ?? (gone.signal.aborted ? CLIENT_GONE : 200),
          totalMs: performance.now() - begun,
        });
        metrics.decided(decision);
        logWith(response, { answer: loggedDecision(decision, serverOutcome(hookRequest, ofCaller)) });
        decisions.append(withDigest(decision, bodyDigest(request), answer));
        if (answer.refusal) throw answer.refusal;
        response.json({ cards: cardsOf(answer.groups) });
      },
    )
    .all(notAllowed('POST, OPTIONS'));
  return router;
}
