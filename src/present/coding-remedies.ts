import type { LineAssessment } from '../evaluate/assess';
import { type Json, objects, text } from '../fhir/read';
import { nextCode } from '../gather/facts/session-coding';
import type { DraftOrder } from '../gather/draft-orders';
import { CODE_SYSTEMS, codeSystemOf, normalCode } from '../policy/code-systems';
import type { Companion } from '../policy/policy-data';
import { canBeChanged, withCode } from './changed-order';
import { type Draft, type SuggestionContext, labelOf, removeLines } from './remedies';

type Target = (line: LineAssessment, context: SuggestionContext) => string | undefined;

/** What a fact of the line said under a name. */
function wordOf({ results }: LineAssessment, fact: string, word: string): string | undefined {
  const said = results.flatMap((result) => result.facts).find(({ name }) => name === fact)?.fact.words?.[
    word
  ];
  return typeof said === 'string' && said !== '' ? said : undefined;
}

function findingOf({ results }: LineAssessment, fact: string): string | undefined {
  return results.flatMap((result) => result.facts).find(({ name }) => name === fact)?.fact.finding;
}

/** By which code a line's own is to be replaced, for each remedy that replaces codes. */
const TARGETS: Readonly<Record<string, Target>> = {
  'use-guided-code': ({ line }) => line.procedure.withGuidance,
  'use-next-code': ({ line }, { speaker }) => nextCode(line.procedure.code, speaker.policyData),
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
  const orders = [...new Set(changes.map(({ line }) => line.order))];
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
    return { change: { type: 'update' as const, resource }, order, words: wordsFor(own) };
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

function updated(order: DraftOrder, members: Json, words: Readonly<Record<string, string>>) {
  return { change: { type: 'update' as const, resource: { ...order.resource, ...members } }, order, words };
}

function ordersOf(failing: readonly LineAssessment[]): DraftOrder[] {
  return [...new Set(failing.map(({ line }) => line.order))];
}

function isBilateralModifier(coding: Json): boolean {
  return coding['system'] === CODE_SYSTEMS.cpt && coding['code'] === '50';
}

/** Says by modifier that the block is done on both sides. */
export function addBilateralModifier(failing: readonly LineAssessment[]): Draft[] {
  const orders = ordersOf(failing).filter(({ modifiers }) => !modifiers.has('50'));
  if (orders.length === 0 || !orders.every(canBeChanged)) return [];
  const both = { coding: [{ system: CODE_SYSTEMS.cpt, code: '50' }] };
  const actions = orders.map((order) =>
    updated(order, { orderDetail: [...objects(order.resource['orderDetail']), both] }, {}),
  );
  return [{ remedy: 'add-modifier-50', words: {}, isRecommended: true, actions }];
}

/** Takes the modifier off; one that only words state is left to whoever wrote them. */
export function removeBilateralModifier(failing: readonly LineAssessment[]): Draft[] {
  const orders = ordersOf(failing);
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

function isReason(coding: Json, code: string): boolean {
  const system = codeSystemOf(text(coding['system']) ?? '');
  return system === 'icd10cm' && normalCode(system, text(coding['code']) ?? '') === normalCode(system, code);
}

function changeReasons(order: DraftOrder, change: (coding: Json) => readonly Json[]): Json[] {
  return objects(order.resource['reasonCode']).flatMap((reason) => {
    const before = objects(reason['coding']);
    const coding = before.flatMap(change);
    return before.length > 0 && coding.length === 0 ? [] : [{ ...reason, coding }];
  });
}

/** For each code that could stand instead, the orders with the reason code replaced by it. */
export function replaceReasons(failing: readonly LineAssessment[], { speaker }: SuggestionContext): Draft[] {
  const [first] = failing;
  const code = first && wordOf(first, 'reasonCodes', 'code');
  const instead =
    first && (wordOf(first, 'reasonCodes', 'successors') ?? wordOf(first, 'reasonCodes', 'instead'));
  const orders = ordersOf(failing).filter((order) =>
    objects(order.resource['reasonCode']).some((reason) =>
      objects(reason['coding']).some((coding) => code !== undefined && isReason(coding, code)),
    ),
  );
  if (code === undefined || instead === undefined || orders.length === 0 || !orders.every(canBeChanged))
    return [];
  const names = speaker.policyData.valueSet('diagnosis-names');
  return instead.split(', ').map((to) => {
    const display = names.memberOfCode({ system: CODE_SYSTEMS.icd10cm, code: to })?.label ?? '';
    const words = { from: code, to, name: display };
    const actions = orders.map((order) => {
      const reasonCode = changeReasons(order, (coding) =>
        isReason(coding, code) ? [{ system: CODE_SYSTEMS.icd10cm, code: to, display }] : [coding],
      );
      return updated(order, { reasonCode }, words);
    });
    return { remedy: 'replace-reason', words, isRecommended: false, actions };
  });
}

/** Of two reason codes that exclude each other, either one left out. */
export function dropReason(failing: readonly LineAssessment[]): Draft[] {
  const [line] = failing;
  const pair = ['second', 'first'].flatMap((word) => (line && wordOf(line, 'excludedPairs', word)) ?? []);
  const orders = ordersOf(failing);
  if (!orders.every(canBeChanged)) return [];
  return pair.map((code) => {
    const kept = pair.find((other) => other !== code) ?? '';
    const words = { code, kept };
    const actions = orders.map((order) =>
      updated(
        order,
        { reasonCode: changeReasons(order, (coding) => (isReason(coding, code) ? [] : [coding])) },
        words,
      ),
    );
    return { remedy: 'drop-reason', words, isRecommended: false, actions };
  });
}
