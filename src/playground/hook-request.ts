import { orderSignOf, prefetched } from '../demo/order-sign-request';
import type { Json } from '../fhir/read';
import type { DemoCase } from './demo-data';
import type { State } from './state';
import type { Draft } from './suggestions';

/** What a request rests on beside the case: what was chosen, what is drafted, and where all of it is to be had. */
export interface RequestParts {
  readonly state: Pick<State, 'arrival' | 'failing'>;
  readonly profile: string;
  readonly draft: Draft;
  /** The resource type that each prefetch key holds. */
  readonly prefetchTypes: Readonly<Record<string, string>>;
  readonly origin: string;
}

const FAILED: Json = {
  resourceType: 'OperationOutcome',
  issue: [{ severity: 'error', code: 'exception', diagnostics: 'The chart could not be searched.' }],
};

/** What arrives in `prefetch`: all keys, none, every other one, or all of which some failed. */
function prefetchOf({ chart, notSent }: DemoCase, { state, draft, prefetchTypes }: RequestParts): Json {
  const all = [...chart, ...draft.created];
  const keys = Object.entries(prefetchTypes).filter(
    ([key], i) => !notSent.includes(key) && (state.arrival !== 'partly' || i % 2 === 0),
  );
  return Object.fromEntries(
    keys.map(([key, type]) => [
      key,
      state.arrival === 'failing' && state.failing.includes(key) ? FAILED : prefetched(type, all),
    ]),
  );
}

/** The `order-sign` request that an EHR would send (CDS Hooks 2.0.1, Calling a CDS Service). */
export function orderSignRequest(demoCase: DemoCase, parts: RequestParts): Json {
  const { state, profile, draft, origin } = parts;
  const { patientId } = demoCase;
  const reads = state.arrival === 'server' || state.arrival === 'partly';
  return {
    ...orderSignOf(patientId, draft.orders, profile),
    ...(reads && { fhirServer: `${origin}/fhir` }),
    ...(state.arrival !== 'server' && { prefetch: prefetchOf(demoCase, parts) }),
  };
}

/** A command line that sends the request; the body stands in a here-document, which needs no quoting. */
export function curlLine(url: string, request: Json): string {
  return [
    `curl -s -X POST ${url} -H 'Content-Type: application/json' --data-binary @- <<'REQUEST'`,
    JSON.stringify(request),
    'REQUEST',
  ].join('\n');
}
