import { assess, ofLines, type Assessment } from '../evaluate/assess';
import type { Chart } from '../gather/chart';
import { profileOfCoverage } from '../gather/coverage';
import { readDraftOrders } from '../gather/draft-orders';
import type { UnreadReason } from '../gather/key-answer';
import { buildPatientRecord, type PatientRecord } from '../gather/patient-record';
import { anyAnswered } from '../gather/prefetch';
import { procedureGroups, type OrderedLine, type ProcedureGroup } from '../gather/sessions';
import type { Policy, PolicyData, Profile } from '../policy/policy-data';
import { issue, problem, Problem } from '../problem';
import type { Day } from '../time/days';
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

/** The groups of procedures in the draft orders that have a policy; all others are none of ours. */
function readGroups(
  entries: readonly unknown[],
  request: HookRequest,
  { policyData, today }: JudgingDependencies,
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

/** The profile that the request names, if it names one. */
function namedProfile({ profile }: HookRequest, { policyData }: JudgingDependencies): Profile | undefined {
  if (profile === undefined) return undefined;
  const found = policyData.profiles.get(profile);
  if (found) return found;
  const known = [...policyData.profiles.keys()].join(', ');
  throw problem(400, 'value', `extension["${PROFILE_EXTENSION}"] must be one of: ${known}.`);
}

/** Whether the clinician is deciding on the line's order now; without a selection on all of them. */
function isSelected(selections: readonly string[] | undefined, { order }: OrderedLine): boolean {
  if (!selections) return true;
  const [, id] = order.reference.split('ServiceRequest/');
  return selections.some((selection) => {
    const isNamed = selection === order.reference || selection === id;
    return isNamed || (id !== undefined && selection.endsWith(`/ServiceRequest/${id}`));
  });
}

/** The blocks that an invocation asks about. */
export interface OrderedBlocks {
  readonly request: HookRequest;
  /** All groups of the draft orders, those that are not selected included: they share sessions with the others. */
  readonly groups: readonly JudgedGroup[];
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
  const groups = readGroups(request.draftOrders, request, dependencies);
  const profile = namedProfile(request, dependencies);
  const lines = groups.flatMap(({ group }) => group.lines);
  if (!lines.some((line) => isSelected(request.selections, line))) return undefined;
  if (lines.length > MOST_LINES) {
    const sentence = `context.draftOrders holds ${lines.length} block orders; at most ${MOST_LINES} are judged at once.`;
    throw problem(400, 'too-costly', sentence);
  }
  return { request, groups, ...(profile && { profile }) };
}

/** Why the FHIR server was of no help, the most telling reason first. */
const NO_HELP: readonly (readonly [UnreadReason, string])[] = [
  // Had it been asked, every key would have another reason.
  ['not-sent', 'this service may not read the fhirServer'],
  ['timed-out', 'the fhirServer did not answer in time'],
  ['refused', 'the fhirServer refused to be read'],
];

function nothingOfTheChart(request: HookRequest, { evidence }: Chart): Problem {
  const reasons = new Set(evidence.map(({ unread }) => unread));
  const [, why = 'the fhirServer could not be read'] = NO_HELP.find(([reason]) => reasons.has(reason)) ?? [];
  const noHelp = request.fhirServer === undefined ? 'no fhirServer was given' : why;
  const sentence = `Nothing of the chart could be had: no evidence key of prefetch holds an answer, and ${noHelp}.`;
  return problem(412, 'not-found', sentence);
}

/** Everything judged for one invocation, and how it would be judged if the draft orders were other ones. */
export interface Judgement {
  readonly profile: Profile;
  readonly record: PatientRecord;
  /** What is asked about. */
  readonly assessments: readonly Assessment[];
  /** Everything in the draft orders. */
  readonly allAssessments: readonly Assessment[];
  readonly reassess: (draftOrders: readonly unknown[]) => readonly Assessment[];
}

/**
 * Judges each group of procedures from the chart. The profile is the one that the request names, else that of the
 * patient's coverage, else the default.
 * @throws Problem 412 when nothing of the chart could be had
 */
export function judgeBlocks(
  { request, groups, profile: named }: OrderedBlocks,
  chart: Chart,
  dependencies: JudgingDependencies,
): Judgement {
  const { policyData, defaultProfile } = dependencies;
  const { profiles } = policyData;
  if (!anyAnswered(chart.evidence)) throw nothingOfTheChart(request, chart);
  const asOf = groups[0]?.group.session.evaluatedOn ?? 0;
  const profile =
    named ??
    profileOfCoverage(chart.coverage, request.patientId, asOf, profiles.values()) ??
    profiles.get(defaultProfile);
  if (!profile) throw new Error(`no such profile: ${defaultProfile}`);
  const record = buildPatientRecord(request.patientId, chart.evidence);
  const judge = ({ group, policy }: JudgedGroup): Assessment =>
    assess(group, policy, profile, record, policyData);
  const allAssessments = groups.map(judge);
  return {
    profile,
    record,
    assessments: allAssessments.flatMap(
      (assessment) => ofLines(assessment, (line) => isSelected(request.selections, line)) ?? [],
    ),
    allAssessments,
    reassess: (entries) => readGroups(entries, request, dependencies).map(judge),
  };
}
