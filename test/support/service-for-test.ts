import { join } from 'node:path';
import type { Express } from 'express';
import { pino } from 'pino';
import { createApp, type AppDependencies } from '../../src/app';
import { sentChart } from '../../src/gather/chart';
import { FACTS } from '../../src/gather/facts';
import { fhirClient } from '../../src/gather/fhir-server/fhir-client';
import { answerGroups, cardsOf, type HookDependencies } from '../../src/hooks/answer';
import { judgingHere } from '../../src/hooks/judging';
import { readHookRequest } from '../../src/hooks/hook-request';
import {
  judgeBlocks,
  readOrderedBlocks,
  type Judgement,
  type OrderedBlocks,
} from '../../src/hooks/judge-orders';
import { pageRoutes } from '../../src/pages/page-routes';
import { createMetrics } from '../../src/operations/metrics';
import { loadPolicyData } from '../../src/policy/load';
import type { PolicyData } from '../../src/policy/policy-data';
import type { HookResponse } from '../../src/present/card';
import { openStore } from '../../src/store/store';
import { parseExactDay } from '../../src/time/days';

export const ROOT = join(__dirname, '..', '..');
export const FIXTURES = join(ROOT, 'fhir-fixtures');
export const POLICIES = join(ROOT, 'cds-services');

export const policyData: PolicyData = loadPolicyData(POLICIES, FACTS);

/** Ids that count up, so that golden answers are exact. */
export function countingIds(): () => string {
  let count = 0;
  return () => {
    count += 1;
    return `00000000-0000-4000-8000-${String(count).padStart(12, '0')}`;
  };
}

const client = fhirClient({ publicOnly: false });

/** What answering rests on, with a fixed day; outside production, as a developer has it. */
export function dependenciesForTest(): HookDependencies {
  return {
    policyData,
    defaultProfile: 'guideline',
    today: () => parseExactDay('2026-03-16') ?? 0,
    newId: countingIds(),
    publicUrl: 'http://localhost:3000',
    fhirAccess: { servers: [], isProduction: false },
    fhirClient: client,
    deadlineMs: 4000,
    quietWhenMet: false,
    chartLimit: 10 * 2 ** 20,
  };
}

const pages = pageRoutes(POLICIES, [...policyData.policies.keys()]);

/** The HTTP service as it runs, silent, with a fixed day and a store of its own in memory that gets no decisions. */
export function appForTest(options: Partial<AppDependencies & HookDependencies> = {}): Express {
  const dependencies = { ...dependenciesForTest(), ...options };
  return createApp({
    ...dependencies,
    judging: judgingHere(dependencies),
    // A machine that is busy with other tests is no overload.
    overload: {
      beforeBody: (_request, _response, next) => next(),
      afterBody: (_request, _response, next) => next(),
    },
    bodyLimit: 10 * 2 ** 20,
    logger: pino({ level: 'silent' }),
    metrics: createMetrics(() => 0),
    store: openStore('file::memory:'),
    decisions: { append: () => {}, isFailing: () => false },
    pages,
    isDiscoveryOpen: true,
    callsAMinute: 0,
    storeFailed: () => {},
    isStopping: () => false,
    ...options,
  });
}

/** Everything judged for an order-sign request from what it sends; undefined when no order is one of ours. */
export function judgementOf(
  request: unknown,
  dependencies = dependenciesForTest(),
): { blocks: OrderedBlocks; judgement: Judgement } | undefined {
  const blocks = readOrderedBlocks(readHookRequest(request, 'order-sign'), dependencies);
  if (!blocks) return undefined;
  const chart = sentChart(blocks.request, dependencies.policyData.discovery.prefetch);
  return { blocks, judgement: judgeBlocks(blocks, chart, dependencies) };
}

/** The answer to a hook request as it is, for bodies that cannot be copied by way of JSON. */
export function answerAsReceived(request: unknown, dependencies = dependenciesForTest()): HookResponse {
  const judged = judgementOf(request, dependencies);
  if (!judged) return { cards: [] };
  return { cards: cardsOf(answerGroups(judged.blocks, judged.judgement, 'order-sign', dependencies)) };
}

/** The answer to a hook request without HTTP. A copy goes in, so that nothing can lean on shared objects. */
export function answer(request: unknown): HookResponse {
  const copy: unknown = JSON.parse(JSON.stringify(request));
  return answerAsReceived(copy);
}
