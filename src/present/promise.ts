import type { Assessment, LineAssessment } from '../evaluate/assess';
import type { CriterionResult, CriterionStatus } from '../evaluate/criterion';
import { isObject, text } from '../fhir/read';
import type { Session } from '../gather/sessions';
import { DETERMINATIONS } from '../policy/schema';
import type { Draft, SuggestionContext } from './remedies';

/** Whether a result is one that a suggestion could settle. */
export function needsRemedy(result: CriterionResult): boolean {
  return result.status === 'not-met' || result.status === 'not-documented';
}

/** What the draft orders would be if the suggestion were taken, as a CDS Client applies it. */
function applied(entries: readonly unknown[], draft: Draft): unknown[] {
  const referenceOfEntry = (entry: unknown): string | undefined => {
    const resource = isObject(entry) ? entry['resource'] : undefined;
    return isObject(resource) ? `${text(resource['resourceType'])}/${text(resource['id'])}` : undefined;
  };
  let result = [...entries];
  draft.actions.forEach(({ change, order }, i) => {
    if (change.type === 'delete') {
      result = result.filter((entry) => referenceOfEntry(entry) !== change.resourceId);
    } else if (change.type === 'create') {
      result.push({ resource: { ...change.resource, id: `suggested-${i}` } });
    } else {
      result = result.map((entry) =>
        referenceOfEntry(entry) === order.reference ? { resource: change.resource } : entry,
      );
    }
  });
  return result;
}

/** The sessions that a suggestion could change anything in. */
function sessionsConcerned({ sessions = [] }: Draft, { assessment }: SuggestionContext): Set<Session> {
  return new Set([assessment.group.session, ...sessions]);
}

/** The entries of those sessions. The others keep their places, so that an order without an id keeps its name. */
function entriesOf(sessions: ReadonlySet<Session>, entries: readonly unknown[]): unknown[] {
  const orders = new Set<unknown>(
    [...sessions].flatMap((session) => session.orders.map(({ resource }) => resource)),
  );
  return entries.map((entry) => (isObject(entry) && orders.has(entry['resource']) ? entry : null));
}

function codingIssues(assessments: readonly Assessment[]): Set<string> {
  return new Set(
    assessments
      .flatMap(({ lines }) => lines)
      .flatMap(({ line, results }) =>
        results
          .filter((result) => result.severity === 'coding' && result.status === 'not-met')
          .map((result) => `${result.criterion.id} ${line.order.reference}`),
      ),
  );
}

/** The worst that befalls the lines of some orders. */
function worstOf(assessments: readonly Assessment[], orders: ReadonlySet<string>): number {
  const ranks = assessments
    .flatMap(({ lines }) => lines)
    .filter(({ line }) => orders.has(line.order.reference))
    .map(({ determination }) => DETERMINATIONS.indexOf(determination));
  return Math.min(DETERMINATIONS.length, ...ranks);
}

/** The statuses of the hard criteria of some orders, by order and criterion. */
function hardStatuses(
  assessments: readonly Assessment[],
  orders: ReadonlySet<string>,
): ReadonlyMap<string, CriterionStatus> {
  return new Map(
    assessments
      .flatMap(({ lines }) => lines)
      .filter(({ line }) => orders.has(line.order.reference))
      .flatMap(({ line, results }) =>
        results
          .filter(({ severity }) => severity === 'hard')
          .map(({ criterion, status }) => {
            const name = `${criterion.id} ${line.procedure.code} ${line.order.reference}`;
            return [name, status] as const;
          }),
      ),
  );
}

/**
 * Whether to correct a reason changes no hard criterion in earnest. A diagnosis of the problem list may settle the criterion
 * that asks for it, and what only the disagreement has left open.
 */
function leavesHardCriteria(
  before: readonly Assessment[],
  after: readonly Assessment[],
  orders: ReadonlySet<string>,
  settles: string | undefined,
): boolean {
  const [old, now] = [hardStatuses(before, orders), hardStatuses(after, orders)];
  const maySettle = (name: string): boolean =>
    settles !== undefined && (name.startsWith(`${settles} `) || old.get(name) === 'not-documented');
  return [...new Set([...old.keys(), ...now.keys()])].every(
    (name) => now.get(name) === old.get(name) || maySettle(name),
  );
}

const CORRECTS_ONLY_THE_CODE: readonly string[] = ['replace-reason', 'drop-reason'];
const CORRECTS_THE_DIAGNOSIS = 'use-listed-diagnosis';

/** What the sessions concerned come to before a suggestion is taken and after it; undefined where that would take too long. */
function beforeAndAfter(draft: Draft, context: SuggestionContext) {
  const sessions = sessionsConcerned(draft, context);
  const before = context.assessments.filter(({ group }) => sessions.has(group.session));
  const after = context.reassess(applied(entriesOf(sessions, context.draftOrders), draft));
  return after && { before, after };
}

/** Whether what comes after brings no new coding issue and makes none of the orders worse. */
function isNoWorse(
  before: readonly Assessment[],
  after: readonly Assessment[],
  orders: ReadonlySet<string>,
): boolean {
  const known = codingIssues(before);
  if ([...codingIssues(after)].some((found) => !known.has(found))) return false;
  return worstOf(after, orders) >= worstOf(before, orders);
}

/** Whether taking the suggestion harms none of its orders. */
export function doesNoHarm(draft: Draft, context: SuggestionContext): boolean {
  const outcome = beforeAndAfter(draft, context);
  if (!outcome) return false;
  const { before, after } = outcome;
  return isNoWorse(before, after, new Set(draft.actions.map(({ order }) => order.reference)));
}

/**
 * Whether taking the suggestion settles the criterion for the lines it is about, brings no new coding issue and makes no
 * line worse.
 */
export function keepsPromise(
  draft: Draft,
  criterion: string,
  failing: readonly LineAssessment[],
  context: SuggestionContext,
): boolean {
  const outcome = beforeAndAfter(draft, context);
  if (!outcome) return false;
  const { before, after } = outcome;
  const about = new Set(failing.map(({ line }) => line.order.reference));
  if (!isNoWorse(before, after, about)) return false;
  const settles = draft.remedy === CORRECTS_THE_DIAGNOSIS ? criterion : undefined;
  const correctsReason = settles !== undefined || CORRECTS_ONLY_THE_CODE.includes(draft.remedy);
  if (correctsReason && !leavesHardCriteria(before, after, about, settles)) return false;
  return after
    .flatMap(({ lines }) => lines)
    .filter(({ line }) => about.has(line.order.reference))
    .every(
      ({ results }) => !results.some((result) => result.criterion.id === criterion && needsRemedy(result)),
    );
}
