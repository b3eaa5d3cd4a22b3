import { setMaxListeners } from 'node:events';
import type { Side } from '../anatomy/side';
import { gatherChart, sentChart, type Chart } from '../gather/chart';
import { evidencedSides } from '../gather/facts/evidenced-sides';
import type { FhirClient } from '../gather/fhir-server/fhir-client';
import { readableServer, type FhirAccess } from '../gather/fhir-server/readable-server';
import { FHIR_ID } from '../fhir/read';
import type { Card, HookResponse } from '../present/card';
import { asksForSomething, presentCard } from '../present/cards';
import type { Hook } from '../policy/schema';
import type { HookRequest } from './hook-request';
import {
  judgeBlocks,
  readOrderedBlocks,
  type Judgement,
  type JudgingDependencies,
  type OrderedBlocks,
} from './judge-orders';

export interface ChartDependencies {
  readonly fhirAccess: FhirAccess;
  readonly fhirClient: FhirClient;
  /** Milliseconds that one invocation may take, its chart reads included. */
  readonly deadlineMs: number;
  /** The most that an invocation may read of a chart, in bytes: as much as may be sent. */
  readonly chartLimit: number;
}

export interface HookDependencies extends JudgingDependencies, ChartDependencies {
  /** Whether signing gets no card either where everything is met. */
  readonly quietWhenMet: boolean;
  /** A new UUID for each card and suggestion. */
  readonly newId: () => string;
}

/** The part of the deadline after which no read is waited for; the rest is for judging. */
const READING_SHARE = 0.75;
/** The part of all that may be read that one page may have: one key must not keep the others from being read. */
const PAGE_SHARE = 0.5;

/**
 * The chart of an invocation: what was sent, and what the caller's FHIR server adds to it, if it may be read; `gone` ends
 * the reading when nobody waits for it any more.
 */
export async function chartFor(
  { request, profile }: OrderedBlocks,
  { policyData, fhirAccess, fhirClient, deadlineMs, chartLimit }: JudgingDependencies & ChartDependencies,
  gone?: AbortSignal,
): Promise<Chart> {
  const { prefetch: templates } = policyData.discovery;
  const { patientId, fhirServer, accessToken } = request;
  const baseUrl = fhirServer === undefined ? undefined : readableServer(fhirServer, fhirAccess);
  if (!baseUrl || !FHIR_ID.test(patientId)) return sentChart(request, templates);
  const timeout = AbortSignal.timeout(Math.floor(deadlineMs * READING_SHARE));
  const signal = AbortSignal.any(gone ? [timeout, gone] : [timeout]);
  // All reads of the invocation listen to it.
  setMaxListeners(0, signal);
  const server = {
    baseUrl,
    client: fhirClient,
    ...(accessToken !== undefined && { token: accessToken }),
    signal,
    pageLimit: chartLimit * PAGE_SHARE,
    budget: { bytes: chartLimit },
  };
  return gatherChart(request, templates, server, profile === undefined);
}

/**
 * One card for each group of procedures that is asked about. While the clinician is still choosing, and at signing if the
 * operator wants it so, only those that ask for something.
 */
export function cardsOf(
  { request: { patientId, draftOrders } }: OrderedBlocks,
  { assessments, allAssessments, reassess, profile, record, payerUnread }: Judgement,
  hook: Hook,
  { policyData, newId, quietWhenMet }: Pick<HookDependencies, 'policyData' | 'newId' | 'quietWhenMet'>,
): Card[] {
  const isQuiet = hook === 'order-select' || quietWhenMet;
  return assessments
    .filter((assessment) => !isQuiet || asksForSomething(assessment))
    .map((assessment) =>
      presentCard({
        assessment,
        speaker: {
          policyData,
          policy: assessment.policy,
          profile: profile.id,
          unread: record.unread,
          ...(payerUnread && { payerUnread }),
        },
        patientId,
        draftOrders,
        assessments: allAssessments,
        reassess,
        evidencedSides: (): Side[] => evidencedSides(assessment.contexts),
        newId,
      }),
    );
}

/**
 * Answers one invocation; when the caller is `gone`, with nothing.
 * @throws Problem 400 for an order of another patient, an unknown profile or too many orders; 412 when nothing of the
 * chart could be had
 */
export async function answerHook(
  request: HookRequest,
  hook: Hook,
  dependencies: HookDependencies,
  gone: AbortSignal,
): Promise<HookResponse> {
  const blocks = readOrderedBlocks(request, dependencies);
  if (!blocks) return { cards: [] };
  const chart = await chartFor(blocks, dependencies, gone);
  if (gone.aborted) return { cards: [] };
  return { cards: cardsOf(blocks, judgeBlocks(blocks, chart, dependencies), hook, dependencies) };
}
