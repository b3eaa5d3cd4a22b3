import { createHash } from 'node:crypto';
import type { CriterionResult } from '../evaluate/criterion';
import { FHIR_ID } from '../fhir/read';
import type { Chart } from '../gather/chart';
import type { DecidedCriterion, DecidedGroup, Decision, KeyOutcome, LoggedDecision } from '../store/decision';
import type { Answer, AnsweredGroup } from './answer';
import type { HookRequest } from './hook-request';

/** What only the edge knows of an invocation. */
export interface Invocation {
  readonly id: string;
  readonly decidedAt: Date;
  readonly client: string;
  readonly service: string;
  readonly status: number;
  /** Milliseconds from the body to the answer. */
  readonly totalMs: number;
}

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/iu;

/** A reference to whoever signs; anything else could be about the patient. */
function practitionerOf(userId: string | undefined): string | undefined {
  const [type, id = '', ...rest] = (userId ?? '').split('/');
  const isPractitioner = type === 'Practitioner' || type === 'PractitionerRole';
  return isPractitioner && FHIR_ID.test(id) && rest.length === 0 ? userId : undefined;
}

function outcomesOf({ evidence, coverage }: Chart): Record<string, KeyOutcome> {
  return Object.fromEntries(
    [...evidence, coverage].map(({ key, unread, wasRead }) => [key, unread ?? (wasRead ? 'read' : 'sent')]),
  );
}

/** The criteria of all lines; one that comes out the same for several lines is told once. */
function criteriaOf({ assessment: { lines } }: AnsweredGroup): DecidedCriterion[] {
  const told = new Map<string, { result: CriterionResult; codes: Set<string> }>();
  for (const { line, results } of lines) {
    for (const result of results) {
      const key = `${result.criterion.id} ${result.severity} ${result.status}`;
      const same = told.get(key) ?? { result, codes: new Set() };
      same.codes.add(line.procedure.code);
      told.set(key, same);
    }
  }
  const allCodes = new Set(lines.map(({ line }) => line.procedure.code));
  return [...told.values()].map(({ result: { criterion, severity, status }, codes }) => ({
    id: criterion.id,
    version: criterion.version,
    severity,
    status,
    ...(codes.size < allCodes.size && { lines: [...codes] }),
  }));
}

function decidedGroup(group: AnsweredGroup): DecidedGroup {
  const { assessment, presented } = group;
  return {
    ...(presented && { card: presented.card.uuid }),
    policy: assessment.policy.id,
    version: assessment.policy.version,
    determination: assessment.determination,
    lines: assessment.lines.map(({ line, determination }) => ({ code: line.procedure.code, determination })),
    criteria: criteriaOf(group),
    suggestions: (presented?.offers ?? []).map(({ suggestion, remedy, about }) => ({
      id: suggestion.uuid,
      remedy,
      criteria: about,
    })),
  };
}

/** What is kept of an invocation. */
export function decisionOf(answer: Answer, request: HookRequest, invocation: Invocation): Decision {
  const userId = practitionerOf(request.userId);
  return {
    ...invocation,
    ...(UUID.test(request.hookInstance) && { hookInstance: request.hookInstance.toLowerCase() }),
    ...(userId !== undefined && { userId }),
    ...(answer.profile !== undefined && { profile: answer.profile }),
    readingMs: answer.readingMs,
    chart: answer.chart ? outcomesOf(answer.chart) : {},
    groups: answer.groups.map(decidedGroup),
  };
}

/** A decision with the digest of what it was made from: the body as it came, and the pages that were read. */
export async function withDigest(
  decision: Decision,
  bodyDigest: Promise<string>,
  pagesRead: readonly string[],
): Promise<LoggedDecision> {
  const ofBody = await bodyDigest;
  const inputDigest =
    pagesRead.length === 0
      ? ofBody
      : createHash('sha256')
          .update([ofBody, ...pagesRead.toSorted()].join('\n'))
          .digest('hex');
  return { ...decision, inputDigest };
}
