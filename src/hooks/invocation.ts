import { performance } from 'node:perf_hooks';
import { randomUUID } from 'node:crypto';
import type { CdsClient } from '../clients/cds-client';
import { readableServer } from '../gather/fhir-server/readable-server';
import type { Hook } from '../policy/schema';
import type { Decision } from '../store/decision';
import { answerHook, cardsOf, type HookDependencies } from './answer';
import { decisionOf } from './decision';
import { readHookRequest, type HookRequest } from './hook-request';
import { parseJson } from './request-body';
import { Problem } from '../problem';

/** A hook call as the edge hands it on: everything about it but its body. */
export interface Call {
  readonly service: string;
  readonly hook: Hook;
  /** Who calls; undefined where clients are not authenticated. */
  readonly client?: Pick<CdsClient, 'iss' | 'profile' | 'fhirServers'>;
}

/** What a hook call comes to: what the caller gets, and what is kept of it. */
export interface Outcome {
  readonly status: number;
  /** JSON. */
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
  /** The first issue of a refusal. */
  readonly refusal?: string;
  /** What is kept, once the call could be read. */
  readonly kept?: Kept;
}

export interface Kept {
  readonly decision: Decision;
  /** SHA-256 of each page that was read of the chart. */
  readonly pagesRead: readonly string[];
  /** What became of the FHIR server that the call names. */
  readonly fhirServer: string;
}

/** The status that the decision log gets where nobody waited for the answer. */
const CLIENT_GONE = 499;

/** What the service rests on when this client calls: its own FHIR servers may be read, and its profile judges. */
function forClient(dependencies: HookDependencies, client: Call['client']): HookDependencies {
  if (!client) return dependencies;
  const { defaultProfile, fhirAccess } = dependencies;
  return {
    ...dependencies,
    defaultProfile: client.profile ?? defaultProfile,
    fhirAccess: { ...fhirAccess, servers: [...fhirAccess.servers, ...client.fhirServers] },
  };
}

function serverOutcome({ fhirServer }: HookRequest, { fhirAccess }: HookDependencies): string {
  if (fhirServer === undefined) return 'none given';
  return readableServer(fhirServer, fhirAccess) ? 'may be read' : 'may not be read';
}

function refused(problem: Problem, kept?: Kept): Outcome {
  const code = problem.issues[0]?.code;
  return {
    status: problem.status,
    body: JSON.stringify(problem.toOutcome()),
    headers: problem.headers,
    ...(code !== undefined && { refusal: code }),
    ...(kept && { kept }),
  };
}

async function answered(
  body: Uint8Array,
  { service, hook, client }: Call,
  dependencies: HookDependencies,
  gone: AbortSignal,
): Promise<Outcome> {
  const begun = performance.now();
  const request = readHookRequest(parseJson(body), hook);
  const ofClient = forClient(dependencies, client);
  const answer = await answerHook(request, hook, ofClient, gone);
  const decision = decisionOf(answer, request, {
    id: randomUUID(),
    decidedAt: new Date(),
    client: client?.iss ?? '',
    service,
    status: answer.refusal?.status ?? (gone.aborted ? CLIENT_GONE : 200),
    totalMs: performance.now() - begun,
  });
  const kept = { decision, pagesRead: answer.pagesRead, fhirServer: serverOutcome(request, ofClient) };
  if (answer.refusal) return refused(answer.refusal, kept);
  return { status: 200, body: JSON.stringify({ cards: cardsOf(answer.groups) }), headers: {}, kept };
}

/** Answers one hook call from the bytes of its body; what it refuses is an outcome as well. Whoever is `gone` gets nothing. */
export async function answerCall(
  body: Uint8Array,
  call: Call,
  dependencies: HookDependencies,
  gone: AbortSignal,
): Promise<Outcome> {
  try {
    return await answered(body, call, dependencies, gone);
  } catch (error) {
    if (error instanceof Problem) return refused(error);
    throw error;
  }
}
