import type { LineAssessment } from '../evaluate/assess';
import { type Json, objects, text } from '../fhir/read';
import { nextCode } from '../gather/facts/session-coding';
import { CODE_SYSTEMS } from '../policy/code-systems';
import type { Companion } from '../policy/policy-data';
import { canBeChanged, ordersOf, updated, withCode } from './changed-order';
import { findingOf, isDenied, wordOf } from './line-facts';
import { type Draft, type SuggestionContext, labelOf, removeLines } from './remedies';

type Target = (line: LineAssessment, context: SuggestionContext) => string | undefined;

/** The code that includes guidance, of the region that the order is for. */
function guidedCode(line: LineAssessment, { speaker }: SuggestionContext): string | undefined {
  const { procedure } = line.line;
  if (!isDenied(line, 'orderRegion', 'fits')) return procedure.withGuidance;
  return speaker.policyData.procedures.get(procedure.otherRegion ?? '')?.withGuidance;
}

/** By which code a line's own is to be replaced, for each remedy that replaces codes. */
const TARGETS: Readonly<Record<string, Target>> = {
  'use-guided-code': guidedCode,
  'use-next-code': (line, { speaker }) =>
    findingOf(line, 'unitCount') === 'repeated-first'
      ? nextCode(line.line.procedure.code, speaker.policyData)
      : undefined,
  'use-code-of-nerve': (line) => wordOf(line, 'namedNerve', 'ownCode'),
  'use-muscle-code': (line) =>
    findingOf(line, 'muscleCount') === 'other-number' ? line.line.procedure.muscles?.otherwise : undefined,
};

/** Replaces the codes of lines by those that the remedy names. */
export function replaceCodes(
  remedy: string,
  failing: readonly LineAssessment[],
  context: SuggestionContext,
): Draft[] {
  const target = TARGETS[remedy];
  const changes = failing.flatMap((line) => {
    const to = target?.(line, context);
    return to === undefined ? [] : [{ line: line.line, to }];
  });
  const orders = ordersOf(changes.map(({ line }) => line));
  if (changes.length === 0 || !orders.every(canBeChanged)) return [];
  const wordsFor = (of: typeof changes) => ({
    from: [...new Set(of.map(({ line }) => line.procedure.code))].join(' and '),
    to: [...new Set(of.map(({ to }) => to))].join(' and '),
  });
  const actions = orders.map((order) => {
    const own = changes.filter(({ line }) => line.order === order);
    const resource = own.reduce(
      (changed, { line, to }) => withCode(changed, line.procedure.code, to, labelOf(to, context.speaker)),
      order.resource,
    );
    return updated(order, resource, wordsFor(own));
  });
  return [{ remedy, words: wordsFor(changes), isRecommended: true, actions }];
}

/** Takes companion codes of the kinds out of the session. */
export function removeCompanions(
  remedy: string,
  kinds: readonly Companion['kind'][],
  { assessment }: SuggestionContext,
): Draft[] {
  const found = assessment.group.session.companions.filter(({ companion }) => kinds.includes(companion.kind));
  const lines = found.map(({ order, companion }) => ({ order, procedure: { code: companion.code } }));
  return found.length === 0 ? [] : removeLines(lines, remedy);
}

function isBilateralModifier(coding: Json): boolean {
  return coding['system'] === CODE_SYSTEMS.cpt && coding['code'] === '50';
}

/** Says by modifier that the block is done on both sides. */
export function addBilateralModifier(failing: readonly LineAssessment[]): Draft[] {
  const orders = ordersOf(failing.map(({ line }) => line)).filter(({ modifiers }) => !modifiers.has('50'));
  if (orders.length === 0 || !orders.every(canBeChanged)) return [];
  const both = { coding: [{ system: CODE_SYSTEMS.cpt, code: '50' }] };
  const actions = orders.map((order) =>
    updated(order, { orderDetail: [...objects(order.resource['orderDetail']), both] }, {}),
  );
  return [{ remedy: 'add-modifier-50', words: {}, isRecommended: true, actions }];
}

/** Takes the modifier off; one that only words state is left to whoever wrote them. */
export function removeBilateralModifier(failing: readonly LineAssessment[]): Draft[] {
  const orders = ordersOf(failing.map(({ line }) => line));
  if (!orders.every(canBeChanged)) return [];
  const actions = orders.map((order) => {
    const orderDetail = objects(order.resource['orderDetail']).flatMap((detail) => {
      const coding = objects(detail['coding']).filter((item) => !isBilateralModifier(item));
      return coding.length > 0 || text(detail['text']) !== undefined ? [{ ...detail, coding }] : [];
    });
    return updated(order, { orderDetail }, {});
  });
  return [{ remedy: 'remove-modifier-50', words: {}, isRecommended: true, actions }];
}
