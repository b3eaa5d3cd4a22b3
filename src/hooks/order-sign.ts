import type { Side } from '../anatomy/side';
import { assess, type Assessment } from '../evaluate/assess';
import { profileOfCoverage } from '../gather/coverage';
import { readDraftOrders } from '../gather/draft-orders';
import { evidencedSides } from '../gather/facts/evidenced-sides';
import { buildPatientRecord, type PatientRecord } from '../gather/patient-record';
import { anyAnswered, readPrefetch } from '../gather/prefetch';
import { procedureGroups, type ProcedureGroup } from '../gather/sessions';
import type { Policy, PolicyData, Profile } from '../policy/policy-data';
import type { Card, HookResponse } from '../present/card';
import { presentCard } from '../present/cards';
import { issue, problem, Problem } from '../problem';
import type { Day } from '../time/days';
import { PROFILE_EXTENSION, type HookRequest } from './hook-request';

export interface OrderSignDependencies {
  readonly policyData: PolicyData;
  /** The profile that judges when the request names none. */
  readonly defaultProfile: string;
  /** The day for orders that carry no date of their own. */
  readonly today: () => Day;
  /** A new UUID for each card and suggestion. */
  readonly newId: () => string;
}

/** No order is for more diagnoses than this. */
const MOST_REASONS = 200;
/** More blocks than this are not one signature of one clinician. */
const MOST_LINES = 100;

interface JudgedGroup {
  readonly group: ProcedureGroup;
  readonly policy: Policy;
}

/** The groups of procedures in the draft orders that have a policy; all others are none of ours. */
function readGroups(
  entries: readonly unknown[],
  request: HookRequest,
  { policyData, today }: OrderSignDependencies,
): JudgedGroup[] {
  const { orders, foreign } = readDraftOrders(
    entries,
    request.patientId,
    policyData.valueSet('disc-level-sites'),
  );
  if (foreign.length > 0) {
    throw new Problem(
      400,
      foreign.map(({ reference }) =>
        issue(
          'invalid',
          `${reference} is for another patient than context.patientId.`,
          'context.draftOrders',
        ),
      ),
    );
  }
  const overfull = orders.find(({ reasons }) => reasons.length > MOST_REASONS);
  if (overfull) {
    const sentence = `${overfull.reference} states ${overfull.reasons.length} reasons; at most ${MOST_REASONS} are read.`;
    throw problem(400, 'too-costly', sentence);
  }
  return procedureGroups(orders, policyData, today()).flatMap((group) => {
    const policy = policyData.policies.get(group.family);
    return policy ? [{ group, policy }] : [];
  });
}

/** The profile that the request names, else that of the patient's coverage, else the default. */
function profileOf(
  request: HookRequest,
  groups: readonly JudgedGroup[],
  { policyData, defaultProfile }: OrderSignDependencies,
): Profile {
  const { profiles } = policyData;
  const asOf = groups[0]?.group.session.evaluatedOn ?? 0;
  const byCoverage = (): Profile | undefined =>
    profileOfCoverage(request.prefetch['coverage'], request.patientId, asOf, profiles.values());
  const profile =
    request.profile === undefined
      ? (byCoverage() ?? profiles.get(defaultProfile))
      : profiles.get(request.profile);
  if (profile) return profile;
  const known = [...policyData.profiles.keys()].join(', ');
  throw problem(400, 'value', `extension["${PROFILE_EXTENSION}"] must be one of: ${known}.`);
}

function recordOf(request: HookRequest, policyData: PolicyData): PatientRecord {
  const answers = readPrefetch(policyData.service.prefetch, request.prefetch);
  if (!anyAnswered(answers)) {
    throw problem(
      412,
      'not-found',
      'Nothing of the chart was sent: no evidence key of prefetch holds an answer.',
    );
  }
  return buildPatientRecord(request.patientId, answers);
}

/** Everything judged for one invocation, and how it would be judged if the draft orders were other ones. */
export interface Judgement {
  readonly profile: Profile;
  readonly record: PatientRecord;
  readonly assessments: readonly Assessment[];
  readonly reassess: (draftOrders: readonly unknown[]) => readonly Assessment[];
}

/**
 * Reads the draft orders and judges each group of procedures that has a policy. Undefined when no order is one of ours;
 * the chart is not looked at then.
 * @throws Problem 400 for an order of another patient or an unknown profile, 412 when nothing of the chart was sent
 */
export function judgeOrders(
  request: HookRequest,
  dependencies: OrderSignDependencies,
): Judgement | undefined {
  const { policyData } = dependencies;
  const groups = readGroups(request.draftOrders, request, dependencies);
  const profile = profileOf(request, groups, dependencies);
  if (groups.length === 0) return undefined;
  const lines = groups.reduce((sum, { group }) => sum + group.lines.length, 0);
  if (lines > MOST_LINES) {
    const sentence = `context.draftOrders holds ${lines} block orders; at most ${MOST_LINES} are judged at once.`;
    throw problem(400, 'too-costly', sentence);
  }
  const record = recordOf(request, policyData);
  const judge = ({ group, policy }: JudgedGroup): Assessment =>
    assess(group, policy, profile, record, policyData);
  return {
    profile,
    record,
    assessments: groups.map(judge),
    reassess: (entries) => readGroups(entries, request, dependencies).map(judge),
  };
}

/**
 * Answers one order-sign invocation with one card for each group of procedures.
 * @throws Problem as judgeOrders does
 */
export function answerOrderSign(request: HookRequest, dependencies: OrderSignDependencies): HookResponse {
  const { policyData, newId } = dependencies;
  const { patientId, draftOrders } = request;
  const judgement = judgeOrders(request, dependencies);
  if (!judgement) return { cards: [] };
  const { assessments, reassess, profile, record } = judgement;
  const cards = assessments.map((assessment): Card => {
    const speaker = { policyData, policy: assessment.policy, profile: profile.id, unread: record.unread };
    const evidenced = (): Side[] => evidencedSides(assessment.contexts);
    return presentCard({
      assessment,
      speaker,
      patientId,
      draftOrders,
      assessments,
      reassess,
      evidencedSides: evidenced,
      newId,
    });
  });
  return { cards };
}
