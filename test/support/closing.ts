import type { Assessment, LineAssessment } from '../../src/evaluate/assess';
import { requestFor, type Case } from '../../src/demo/scenario';
import type { Json } from '../../src/fhir/read';
import { answerGroups } from '../../src/hooks/answer';
import { DETERMINATIONS } from '../../src/policy/schema';
import { needsRemedy } from '../../src/present/promise';
import type { Card, Suggestion } from '../../src/present/card';
import { applied } from './assessment';
import { createdBy, dayAfterCourse, performed, requestOf, takesTime, withResources } from './performed';
import { dependenciesForTest, judgementOf } from './service-for-test';

const dependencies = dependenciesForTest();

/** A case as it was answered: each card with what it tells. */
export interface Answered {
  readonly of: Case;
  readonly profile: string;
  readonly cards: readonly { readonly card: Card; readonly assessment: Assessment }[];
}

/**
 * Signs the orders of a case.
 * @throws Problem where the request is refused
 */
export function sign(of: Case, profile: string): Answered {
  const judged = judgementOf(requestFor(of, profile), dependencies);
  if (!judged) return { of, profile, cards: [] };
  const groups = answerGroups(judged.blocks, judged.judgement, 'order-sign', dependencies);
  return {
    of,
    profile,
    cards: groups.flatMap(({ assessment, presented }) =>
      presented ? [{ card: presented.card, assessment }] : [],
    ),
  };
}

/** The case after a suggestion was taken, and everything that it asks for was done. */
export function taken(of: Case, assessment: Assessment, suggestion: Suggestion): Case {
  const [context] = assessment.contexts;
  if (!context) throw new Error('a card without a line');
  const created = createdBy(suggestion);
  const toDo = created.filter((resource) => requestOf(resource) !== undefined);
  const isOrder = (resource: unknown): boolean =>
    !created.includes(resource as Json) ||
    (!toDo.includes(resource as Json) && (resource as Json)['resourceType'] === 'ServiceRequest');
  const actions = suggestion.actions.filter((action) => action.type !== 'create' || isOrder(action.resource));
  const orders = applied(of.orders, { ...suggestion, actions });
  const done = assessment.contexts.flatMap((line) =>
    toDo.flatMap((resource) =>
      performed(resource, { context: line, patientId: of.patientId, chart: of.chart }),
    ),
  );
  const occurrenceDateTime = dayAfterCourse(context.asOf);
  return {
    ...of,
    chart: withResources(of.chart, done),
    orders: toDo.some(takesTime) ? orders.map((order) => ({ ...order, occurrenceDateTime })) : orders,
  };
}

function linesOf({ cards }: Answered): LineAssessment[] {
  return cards.flatMap(({ assessment }) => assessment.lines);
}

function nameOf({ line }: LineAssessment): string {
  return `${line.order.reference} ${line.procedure.code}`;
}

/** Everything that is open: `TF-BASE ServiceRequest/x 64483`. */
export function openResults(answered: Answered): Map<string, string> {
  return new Map(
    linesOf(answered).flatMap((line) =>
      line.results
        .filter(needsRemedy)
        .map(
          (result) =>
            [`${result.criterion.id} ${nameOf(line)}`, `${result.severity} ${result.status}`] as const,
        ),
    ),
  );
}

/** What got worse: lines that are judged worse than before, and criteria that were not open before. */
export function worsened(before: Answered, after: Answered): string[] {
  const known = new Map(linesOf(before).map((line) => [nameOf(line), line]));
  const rank = (line: LineAssessment): number => DETERMINATIONS.indexOf(line.determination);
  const open = openResults(before);
  return linesOf(after).flatMap((line) => {
    const earlier = known.get(nameOf(line));
    if (!earlier) return [];
    const worse = rank(line) < rank(earlier) ? [`${nameOf(line)} is ${line.determination}`] : [];
    const opened = line.results
      .filter(needsRemedy)
      .map((result) => `${result.criterion.id} ${nameOf(line)}`)
      .filter((name) => !open.has(name));
    return [...worse, ...opened];
  });
}

/** The requests that a card's suggestions make. */
export function requestsOf({ cards }: Answered): Set<string> {
  return new Set(
    cards
      .flatMap(({ card }) => card.suggestions ?? [])
      .flatMap(createdBy)
      .flatMap((resource) => requestOf(resource) ?? []),
  );
}

export function labelsOf({ cards }: Answered): string[] {
  return cards.flatMap(({ card }) => (card.suggestions ?? []).map(({ label }) => label));
}

/** Something created, whatever its id. */
export function proposedBy({ actions }: Suggestion): Json[] {
  return actions.flatMap((action) => (action.type === 'delete' ? [] : [action.resource as unknown as Json]));
}

/** What is recorded when asked can speak against a repeat. */
const REPEATS = ['TF-RESP', 'FJ-STG3'];

/** What a suggestion is about that is no gap: it adds to an order that stands, or sends the patient elsewhere. */
const CLOSES_NOTHING = /^(?:Attach the evidence|State the diagnosis|Order: (?:Urgent r|R)eferral)/u;

function count(labels: readonly string[], label: string): number {
  return labels.filter((other) => other === label).length;
}

/** What is wrong after a suggestion was taken and what it asks for was done: nothing, if it keeps its promise. */
export function broken(before: Answered, assessment: Assessment, suggestion: Suggestion): string[] {
  const after = sign(taken(before.of, assessment, suggestion), before.profile);
  const asked = createdBy(suggestion).flatMap((resource) => requestOf(resource) ?? []);
  const open = openResults(after);
  const isClosed = [...openResults(before).keys()].some((name) => !open.has(name));
  const isWorse = worsened(before, after);
  const isRepeat =
    asked.includes('ask-relief') &&
    [...open].some(([name, told]) => REPEATS.some((id) => name.startsWith(id)) && told === 'hard not-met');
  return [
    ...(isRepeat ? [] : isWorse),
    ...(count(labelsOf(after), suggestion.label) < count(labelsOf(before), suggestion.label)
      ? []
      : ['offered again']),
    ...asked
      .filter(
        (request) => requestsOf(after).has(request) && !requestsOfOthers(before, assessment).has(request),
      )
      .map((request) => `${request} is asked again`),
    ...(isClosed || asked.length > 0 || CLOSES_NOTHING.test(suggestion.label) ? [] : ['nothing is closed']),
  ];
}

/** What the other cards ask for as well. */
function requestsOfOthers({ cards, ...rest }: Answered, assessment: Assessment): Set<string> {
  return requestsOf({ ...rest, cards: cards.filter((card) => card.assessment !== assessment) });
}
