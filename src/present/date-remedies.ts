import type { LineAssessment } from '../evaluate/assess';
import { whatWouldChange } from '../evaluate/what-would-change';
import type { DraftOrder } from '../gather/draft-orders';
import { formatDay } from '../time/days';
import { canBeChanged, ordersOf, withDates } from './changed-order';
import { wordOf } from './line-facts';
import type { Draft, SuggestionContext } from './remedies';
import { effortOfGap } from './requests';

/** Puts orders on a day; what is ordered as a series has no single day. */
function moveTo(
  date: string,
  orders: readonly DraftOrder[],
  { remedy, words, isRecommended }: Pick<Draft, 'remedy' | 'words' | 'isRecommended'>,
  { assessments }: SuggestionContext,
): Draft[] {
  if (!orders.every((order) => canBeChanged(order) && order.resource['occurrenceTiming'] === undefined))
    return [];
  const actions = orders.map((order) => ({
    change: { type: 'update' as const, resource: withDates(order.resource, { occurrenceDateTime: date }) },
    order,
    words: {},
  }));
  const sessions = assessments
    .map(({ group }) => group.session)
    .filter(({ evaluatedOn }) => formatDay(evaluatedOn) === date);
  return [{ remedy, words: { ...words, date }, isRecommended, actions, sessions }];
}

/** Where only time is short: everything on the card on the first day on which it is enough for every line. */
export function moveDate(context: SuggestionContext): Draft[] {
  const { assessment, speaker } = context;
  const { group, lines } = assessment;
  // Where something contradicts a line, a later date would not let it stand.
  const steps = lines.map((line) => whatWouldChange(line, effortOfGap(speaker)));
  const days = steps.flatMap((of) => (of ?? []).flatMap(({ from }) => from ?? []));
  if (days.length === 0 || steps.includes(undefined)) return [];
  const { companions } = group.session;
  const isWholeSession = group.lines.length === group.session.lines.length;
  const orders = ordersOf(isWholeSession ? [...group.lines, ...companions] : group.lines);
  return moveTo(
    formatDay(Math.max(...days)),
    orders,
    { remedy: 'move-date', words: {}, isRecommended: true },
    context,
  );
}

/** Whether the criterion fails on an earlier card of the session: what stands there stays, what comes after it moves. */
function isLater({ assessment, assessments }: SuggestionContext): boolean {
  const isMixed = (line: LineAssessment): boolean => wordOf(line, 'sessionMix', 'ownDay') !== undefined;
  const mixed = assessments.filter(
    ({ group, lines }) => group.session === assessment.group.session && lines.some(isMixed),
  );
  return mixed.length < 2 || mixed[0]?.group !== assessment.group;
}

/** What should have a session of its own, on another day: each kind and region of the card for itself. */
export function giveOwnSession(failing: readonly LineAssessment[], context: SuggestionContext): Draft[] {
  if (!isLater(context)) return [];
  const kindOf = ({ line: { procedure } }: LineAssessment): string => `${procedure.kind} ${procedure.region}`;
  return [...new Set(failing.map(kindOf))].flatMap((kind) => {
    const part = failing.filter((line) => kindOf(line) === kind);
    const [day] = part.flatMap((line) => wordOf(line, 'sessionMix', 'ownDay') ?? []);
    if (day === undefined) return [];
    const codes = [...new Set(part.map(({ line }) => line.procedure.code))].join(' and ');
    const orders = ordersOf(part.map(({ line }) => line));
    return moveTo(day, orders, { remedy: 'own-session', words: { codes }, isRecommended: false }, context);
  });
}
