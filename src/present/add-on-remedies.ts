import type { OrderedLine } from '../gather/sessions';
import { canBeChanged, DATE_MEMBERS, newLineBeside, withDates } from './changed-order';
import { labelOf, type Draft, type SuggestionContext } from './remedies';

/** The primary of an add-on that is ordered for another session. */
function primaryElsewhere(line: OrderedLine, { assessments, assessment }: SuggestionContext) {
  return assessments
    .filter(({ group }) => group.session !== assessment.group.session)
    .flatMap(({ group, lines }) => lines.map((other) => ({ primary: other.line, session: group.session })))
    .find(({ primary }) => line.procedure.addOnTo?.includes(primary.procedure.code));
}

/** Moves add-ons to the day on which their primary is ordered. */
export function joinPrimary(failing: readonly OrderedLine[], context: SuggestionContext): Draft[] {
  const moves = failing.flatMap((line) => {
    const found = primaryElsewhere(line, context);
    return found && canBeChanged(line.order) ? [{ line, ...found }] : [];
  });
  const [first] = moves;
  if (!first || moves.length < failing.length) return [];
  const actions = moves.map(({ line: { order }, primary }) => {
    const dates = Object.fromEntries(
      DATE_MEMBERS.flatMap((member) =>
        primary.order.resource[member] === undefined ? [] : [[member, primary.order.resource[member]]],
      ),
    );
    return {
      change: { type: 'update' as const, resource: withDates(order.resource, dates) },
      order,
      words: {},
    };
  });
  const codes = [...new Set(moves.map(({ line }) => line.procedure.code))].join(' and ');
  const words = { codes, primary: first.primary.procedure.code };
  const sessions = [...new Set(moves.map(({ session }) => session))];
  return [{ remedy: 'join-primary', words, isRecommended: true, actions, sessions }];
}

/** Adds the primaries that are ordered nowhere, as draft orders beside their add-ons. */
export function addPrimary(failing: readonly OrderedLine[], context: SuggestionContext): Draft[] {
  const { assessment, speaker, patientId } = context;
  if (failing.some((line) => primaryElsewhere(line, context))) return [];
  const ordered = new Set(assessment.group.session.lines.map((line) => line.procedure.code));
  const wanted = new Map<string, OrderedLine>();
  for (const line of failing) {
    for (const code of line.procedure.addOnTo ?? []) if (!ordered.has(code)) wanted.set(code, line);
  }
  if (wanted.size === 0) return [];
  const codes = [...wanted.keys()];
  const words = {
    codes: codes.join(' and '),
    addOns: [...new Set(failing.map((line) => line.procedure.code))].join(' and '),
  };
  const actions = [...wanted].map(([code, { order }]) => {
    const resource = newLineBeside(order, code, labelOf(code, speaker), `Patient/${patientId}`);
    return { change: { type: 'create' as const, resource }, order, words: { ...words, code } };
  });
  return [{ remedy: 'add-primary', words, isRecommended: true, actions }];
}
