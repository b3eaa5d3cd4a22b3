import { assess, ofLines, type Assessment } from '../evaluate/assess';
import type { Chart } from '../gather/chart';
import { hasUnknownPayor, profileOfCoverage } from '../gather/coverage';
import { readDraftOrders, type DraftOrder } from '../gather/draft-orders';
import type { KeyAnswer, UnreadReason } from '../gather/key-answer';
import { buildPatientRecord, type PatientRecord } from '../gather/patient-record';
import { referenceOf } from '../fhir/read';
import { anyAnswered } from '../gather/prefetch';
import { procedureGroups, type OrderedLine, type ProcedureGroup } from '../gather/sessions';
import { versionOn } from '../policy/load-policy';
import type { Policy, PolicyData, Profile } from '../policy/policy-data';
import { issue, problem, Problem } from '../problem';
import { formatDay, type Day } from '../time/days';
import { PROFILE_EXTENSION, type HookRequest } from './hook-request';

export interface JudgingDependencies {
  readonly policyData: PolicyData;
  /** The profile that judges when neither the request nor the patient's coverage chooses one. */
  readonly defaultProfile: string;
  /** The day for orders that carry no date of their own. */
  readonly today: () => Day;
}

/** No order is for more diagnoses than this. */
const MOST_REASONS = 200;
/** More blocks than this are not one signature of one clinician. */
const MOST_LINES = 100;

interface JudgedGroup {
  readonly group: ProcedureGroup;
  readonly policy: Policy;
}

/** The draft orders, all of them for the patient in context. */
function readOrders(
  entries: readonly unknown[],
  request: HookRequest,
  { policyData }: JudgingDependencies,
): readonly DraftOrder[] {
  const { orders, foreign } = readDraftOrders(entries, request.patientId, policyData);
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
  return orders;
}

/** Refuses what no clinician signs at once, before any of it is compared with the rest. */
function refuseTooMuch(orders: readonly DraftOrder[], { policyData }: JudgingDependencies): void {
  const overfull = orders.find(({ reasons }) => reasons.length > MOST_REASONS);
  if (overfull) {
    const sentence = `${overfull.reference} states ${overfull.reasons.length} reasons; at most ${MOST_REASONS} are read.`;
    throw new Problem(400, [issue('too-costly', sentence, 'context.draftOrders')]);
  }
  const lines = orders.flatMap(({ cptCodes }) => cptCodes.filter((code) => policyData.procedures.has(code)));
  if (lines.length > MOST_LINES) {
    const sentence = `context.draftOrders holds ${lines.length} block orders; at most ${MOST_LINES} are judged at once.`;
    throw new Problem(400, [issue('too-costly', sentence, 'context.draftOrders')]);
  }
}

/**
 * So many lines are judged again for suggestions: enough for every suggestion of an ordinary signature, and no more than what
 * fits in the deadline.
 */
const MOST_LINES_AGAIN = 150;

/** Judges changed draft orders, until that has cost as much as it may: then it says nothing. */
function withinBudget(
  groupsOfEntries: (entries: readonly unknown[]) => readonly JudgedGroup[],
  judge: (group: JudgedGroup) => Assessment,
): Judgement['reassess'] {
  let left = MOST_LINES_AGAIN;
  return (entries) => {
    if (left <= 0) return undefined;
    const groups = groupsOfEntries(entries);
    left -= groups.reduce((sum, { group }) => sum + group.lines.length, 0);
    return groups.map(judge);
  };
}

/** The groups of procedures in the orders that have a policy; all others are none of ours. */
function groupsOf(orders: readonly DraftOrder[], { policyData, today }: JudgingDependencies): JudgedGroup[] {
  return procedureGroups(orders, policyData, today()).flatMap((group) => {
    const policy = policyData.policies.get(group.family);
    const day = formatDay(group.session.evaluatedOn);
    return policy ? [{ group, policy: versionOn(day, policy) }] : [];
  });
}

/** The profile that the request names, if it names one. */
function namedProfile({ profile }: HookRequest, { policyData }: JudgingDependencies): Profile | undefined {
  if (profile === undefined) return undefined;
  const found = policyData.profiles.get(profile);
  if (found) return found;
  const known = [...policyData.profiles.keys()].join(', ');
  const path = `extension["${PROFILE_EXTENSION}"]`;
  throw new Problem(400, [issue('value', `${path} must be one of: ${known}.`, path)]);
}

/** Whether the clinician is deciding on a line's order now; without a selection on all of them. */
function selectedBy({ selections }: HookRequest): (line: OrderedLine) => boolean {
  if (!selections) return () => true;
  // An order is selected as `Type/id`; a bare id, an absolute address and a version are understood too.
  const names = new Set(
    selections.flatMap((reference) => [
      reference,
      referenceOf({ reference }) ?? `ServiceRequest/${reference}`,
    ]),
  );
  return ({ order: { reference, fullUrl } }) =>
    names.has(reference) || (fullUrl !== undefined && names.has(fullUrl));
}

/** The blocks that an invocation asks about. */
export interface OrderedBlocks {
  readonly request: HookRequest;
  /** All groups of the draft orders, those that are not selected included: they share sessions with the others. */
  readonly groups: readonly JudgedGroup[];
  readonly isSelected: (line: OrderedLine) => boolean;
  /** The profile, if the request names it. */
  readonly profile?: Profile;
}

/**
 * Reads the draft orders. Undefined when no order that is asked about is one of ours; nothing else is looked at then.
 * @throws Problem 400 for an order of another patient, an unknown profile or too many orders
 */
export function readOrderedBlocks(
  request: HookRequest,
  dependencies: JudgingDependencies,
): OrderedBlocks | undefined {
  const orders = readOrders(request.draftOrders, request, dependencies);
  refuseTooMuch(orders, dependencies);
  const groups = groupsOf(orders, dependencies);
  const profile = namedProfile(request, dependencies);
  const isSelected = selectedBy(request);
  const isAsked = groups.some(({ group }) => group.lines.some(isSelected));
  return isAsked ? { request, groups, isSelected, ...(profile && { profile }) } : undefined;
}

/** Why the FHIR server was of no help, the most telling reason first. */
const NO_HELP: readonly (readonly [UnreadReason, string])[] = [
  // Had it been asked, every key would have another reason.
  ['not-sent', 'this service may not read the fhirServer'],
  ['timed-out', 'the fhirServer did not answer in time'],
  ['refused', 'reading the fhirServer was refused'],
  ['too-large', 'the fhirServer answers more than is read at once'],
];

function nothingOfTheChart(request: HookRequest, { evidence }: Chart): Problem {
  const reasons = new Set(evidence.map(({ unread }) => unread));
  const [, why = 'the fhirServer could not be read'] = NO_HELP.find(([reason]) => reasons.has(reason)) ?? [];
  const noHelp = request.fhirServer === undefined ? 'no fhirServer was given' : why;
  const sentence = `Nothing of the chart could be had: no evidence key of prefetch holds an answer, and ${noHelp}.`;
  return problem(412, 'not-found', sentence);
}

/** Why it is not known who pays. Coverage that a client never sends is no news. */
function payerUnreadIn(coverage: KeyAnswer, patientId: string, asOf: Day): UnreadReason | undefined {
  const { resources, unread } = coverage;
  if (unread !== undefined && unread !== 'not-sent') return unread;
  return hasUnknownPayor(resources, patientId, asOf) ? 'incomplete' : undefined;
}

/** Everything judged for one invocation, and how it would be judged if the draft orders were other ones. */
export interface Judgement {
  readonly profile: Profile;
  /** Why it is not known who pays, where that could have chosen another profile. */
  readonly payerUnread?: UnreadReason;
  readonly record: PatientRecord;
  /** What is asked about. */
  readonly assessments: readonly Assessment[];
  /** Everything in the draft orders. */
  readonly allAssessments: readonly Assessment[];
  /** Undefined once so much was judged again that the deadline could be missed. */
  readonly reassess: (draftOrders: readonly unknown[]) => readonly Assessment[] | undefined;
}

/**
 * Judges each group of procedures from the chart. The profile is the one that the request names, else that of the
 * patient's coverage, else the default.
 * @throws Problem 412 when nothing of the chart could be had
 */
export function judgeBlocks(
  { request, groups, isSelected, profile: named }: OrderedBlocks,
  chart: Chart,
  dependencies: JudgingDependencies,
): Judgement {
  const { policyData, defaultProfile } = dependencies;
  const { profiles } = policyData;
  if (!anyAnswered(chart.evidence)) throw nothingOfTheChart(request, chart);
  const asOf = groups[0]?.group.session.evaluatedOn ?? 0;
  const { coverage } = chart;
  const chosen = named ?? profileOfCoverage(coverage.resources, request.patientId, asOf, profiles.values());
  const profile = chosen ?? profiles.get(defaultProfile);
  if (!profile) throw new Error(`no such profile: ${defaultProfile}`);
  const payerUnread = chosen ? undefined : payerUnreadIn(coverage, request.patientId, asOf);
  const record = buildPatientRecord(request.patientId, chart.evidence);
  const judge = ({ group, policy }: JudgedGroup): Assessment =>
    assess(group, policy, profile, record, policyData);
  const allAssessments = groups.map(judge);
  return {
    profile,
    ...(payerUnread && { payerUnread }),
    record,
    assessments: allAssessments.flatMap((assessment) => ofLines(assessment, isSelected) ?? []),
    allAssessments,
    reassess: withinBudget(
      (entries) => groupsOf(readOrders(entries, request, dependencies), dependencies),
      judge,
    ),
  };
}
