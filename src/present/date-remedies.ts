import type { LineAssessment } from '../evaluate/assess';
import { whatWouldChange } from '../evaluate/what-would-change';
import type { DraftOrder } from '../gather/draft-orders';
import type { OrderedLine } from '../gather/sessions';
import { formatDay, type Day } from '../time/days';
import { canBeChanged, withDates } from './changed-order';
import { factOf } from './line-facts';
import type { Draft, SuggestionContext } from './remedies';

/** Puts orders on a day; what is ordered as a series has no single day. */
function moveTo(
  day: Day,
  orders: readonly DraftOrder[],
  { remedy, words, isRecommended }: Pick<Draft, 'remedy' | 'words' | 'isRecommended'>,
  { assessments }: SuggestionContext,
): Draft[] {
  if (!orders.every((order) => canBeChanged(order) && order.resource['occurrenceTiming'] === undefined))
    return [];
  const date = formatDay(day);
  const actions = orders.map((order) => ({
    change: { type: 'update' as const, resource: withDates(order.resource, { occurrenceDateTime: date }) },
    order,
    words: {},
  }));
  const sessions = assessments
    .map(({ group }) => group.session)
    .filter(({ evaluatedOn }) => evaluatedOn === day);
  return [{ remedy, words: { ...words, date }, isRecommended, actions, sessions }];
}

function ordersOf(lines: readonly OrderedLine[]): DraftOrder[] {
  return [...new Set(lines.map(({ order }) => order))];
}

/** Where only time is short: everything on the card on the first day on which it is enough for every line. */
export function moveDate(context: SuggestionContext): Draft[] {
  const { assessment } = context;
  const { group, lines } = assessment;
  // Where something contradicts a line, a later date would not let it stand.
  const steps = lines.map((line) => whatWouldChange(line, () => 'record'));
  const days = steps.flatMap((of) => (of ?? []).flatMap(({ from }) => from ?? []));
  if (days.length === 0 || steps.includes(undefined)) return [];
  const isWholeSession = group.lines.length === group.session.lines.length;
  const orders = isWholeSession ? group.session.orders : ordersOf(group.lines);
  return moveTo(Math.max(...days), orders, { remedy: 'move-date', words: {}, isRecommended: true }, context);
}

/** What should have a session of its own, on another day: each kind and region of the card for itself. */
export function giveOwnSession(failing: readonly LineAssessment[], context: SuggestionContext): Draft[] {
  const kindOf = ({ line: { procedure } }: LineAssessment): string => `${procedure.kind} ${procedure.region}`;
  return [...new Set(failing.map(kindOf))].flatMap((kind) => {
    const part = failing.filter((line) => kindOf(line) === kind);
    const [day] = part.flatMap((line) => factOf(line, 'sessionMix')?.enoughFrom ?? []);
    if (day === undefined) return [];
    const codes = [...new Set(part.map(({ line }) => line.procedure.code))].join(' and ');
    const orders = ordersOf(part.map(({ line }) => line));
    return moveTo(day, orders, { remedy: 'own-session', words: { codes }, isRecommended: false }, context);
  });
}
