import { createHash } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { performance } from 'node:perf_hooks';
import type { Side } from '../anatomy/side';
import type { Assessment } from '../evaluate/assess';
import { gatherChart, sentChart, type Chart } from '../gather/chart';
import { evidencedSides } from '../gather/facts/evidenced-sides';
import type { FhirClient } from '../gather/fhir-server/fhir-client';
import { readableServer, type FhirAccess } from '../gather/fhir-server/readable-server';
import { FHIR_ID } from '../fhir/read';
import type { Card } from '../present/card';
import { asksForSomething, presentCard, type PresentedCard } from '../present/cards';
import { POLICIES_PATH } from '../pages/policies-path';
import type { Hook } from '../policy/schema';
import { Problem } from '../problem';
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
  /** The base URL that clients use, without a slash at its end. */
  readonly publicUrl: string;
}

/** The part of the deadline after which no read is waited for; the rest is for judging. */
const READING_SHARE = 0.75;
/** The part of all that may be read that one page may have: one key must not keep the others from being read. */
const PAGE_SHARE = 0.5;

/** One procedure group as it was judged, and its card, if there was something to say. */
export interface AnsweredGroup {
  readonly assessment: Assessment;
  readonly presented?: PresentedCard;
}

/** What an invocation is answered with, and how that came about. */
export interface Answer {
  readonly groups: readonly AnsweredGroup[];
  /** Why nothing could be judged. */
  readonly refusal?: Problem;
  readonly profile?: string;
  readonly chart?: Chart;
  /** SHA-256 of each page that was read of the chart. */
  readonly pagesRead: readonly string[];
  /** Milliseconds that reading the chart took. */
  readonly readingMs: number;
}

/**
 * The chart of an invocation: what was sent, and what the caller's FHIR server adds to it, if it may be read; `gone` ends
 * the reading when nobody waits for it any more, `onRead` hears of every page.
 */
export async function chartFor(
  { request, profile }: OrderedBlocks,
  { policyData, fhirAccess, fhirClient, deadlineMs, chartLimit }: JudgingDependencies & ChartDependencies,
  gone?: AbortSignal,
  onRead?: (body: string) => void,
): Promise<Chart> {
  const { prefetch: templates } = policyData.discovery;
  const { patientId, fhirServer, accessToken } = request;
  const baseUrl = fhirServer === undefined ? undefined : readableServer(fhirServer, fhirAccess);
  if (!baseUrl || !FHIR_ID.test(patientId)) return sentChart(request, templates);
  // AbortSignal.any would hold its sources weakly: in Node 20 a time limit that is collected never comes.
  const ending = new AbortController();
  const end = (): void => ending.abort();
  const timer = setTimeout(end, Math.floor(deadlineMs * READING_SHARE));
  gone?.addEventListener('abort', end, { once: true });
  const { signal } = ending;
  // All reads of the invocation listen to it.
  setMaxListeners(0, signal);
  const server = {
    baseUrl,
    client: fhirClient,
    ...(accessToken !== undefined && { token: accessToken }),
    signal,
    pageLimit: chartLimit * PAGE_SHARE,
    budget: { bytes: chartLimit },
    ...(onRead && { onRead }),
  };
  try {
    return await gatherChart(request, templates, server, profile === undefined);
  } finally {
    clearTimeout(timer);
    gone?.removeEventListener('abort', end);
  }
}

/**
 * The groups of procedures that are asked about, one card each. While the clinician is still choosing, and at signing if
 * the operator wants it so, only those that ask for something have one.
 */
export function answerGroups(
  { request: { patientId, draftOrders } }: OrderedBlocks,
  { assessments, allAssessments, reassess, profile, record, payerUnread }: Judgement,
  hook: Hook,
  {
    policyData,
    newId,
    publicUrl,
    quietWhenMet,
  }: Pick<HookDependencies, 'policyData' | 'newId' | 'publicUrl' | 'quietWhenMet'>,
): AnsweredGroup[] {
  const isQuiet = hook === 'order-select' || quietWhenMet;
  return assessments.map((assessment) => {
    if (isQuiet && !asksForSomething(assessment)) return { assessment };
    const presented = presentCard({
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
      policyUrl: `${publicUrl}${POLICIES_PATH}/${assessment.policy.id}`,
    });
    return { assessment, presented };
  });
}

/** The cards of the groups that have one. */
export function cardsOf(groups: readonly AnsweredGroup[]): Card[] {
  return groups.flatMap(({ presented }) => presented?.card ?? []);
}

/**
 * Answers one invocation; when the caller is `gone`, with nothing. Its refusal is 412, when nothing of the chart could be
 * had.
 * @throws Problem 400 for an order of another patient, an unknown profile or too many orders
 */
export async function answerHook(
  request: HookRequest,
  hook: Hook,
  dependencies: HookDependencies,
  gone: AbortSignal,
): Promise<Answer> {
  const blocks = readOrderedBlocks(request, dependencies);
  if (!blocks) return { groups: [], pagesRead: [], readingMs: 0 };
  const begun = performance.now();
  const pagesRead: string[] = [];
  const chart = await chartFor(blocks, dependencies, gone, (body) => {
    pagesRead.push(createHash('sha256').update(body).digest('hex'));
  });
  const read = { chart, pagesRead, readingMs: performance.now() - begun };
  if (gone.aborted) return { groups: [], ...read };
  try {
    const judgement = judgeBlocks(blocks, chart, dependencies);
    const groups = answerGroups(blocks, judgement, hook, dependencies);
    return { groups, profile: judgement.profile.id, ...read };
  } catch (error) {
    if (error instanceof Problem) return { groups: [], refusal: error, ...read };
    throw error;
  }
}
