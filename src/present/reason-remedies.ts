import type { LineAssessment } from '../evaluate/assess';
import { type Json, objects, text } from '../fhir/read';
import type { DraftOrder } from '../gather/draft-orders';
import { confirmed, excludedReasons, ofProblemList, supportedSets } from '../gather/readings/diagnoses';
import { CODE_SYSTEMS, codeSystemOf, normalCode } from '../policy/code-systems';
import { canBeChanged, ordersOf, updated } from './changed-order';
import { findingOf, wordOf } from './line-facts';
import type { Draft, SuggestionContext } from './remedies';

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
  const orders = ordersOf(failing.map(({ line }) => line)).filter((order) =>
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
  const [first] = failing;
  const pair = ['second', 'first'].flatMap((word) => (first && wordOf(first, 'excludedPairs', word)) ?? []);
  const orders = ordersOf(failing.map(({ line }) => line));
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

/** Where the order gives no reason: the diagnosis of the problem list by which it is judged. */
export function stateDiagnosis({ assessment }: SuggestionContext): Draft[] {
  const lines = assessment.lines.filter((line) => findingOf(line, 'diagnosis') === 'on-problem-list');
  const [first] = assessment.contexts.filter(({ line }) => lines.some((other) => other.line === line));
  const listed = first ? confirmed(ofProblemList(first, supportedSets(first))) : [];
  const isOfOtherSide = ({ member }: (typeof listed)[number]): boolean =>
    member.side !== undefined && assessment.group.side !== undefined && member.side !== assessment.group.side;
  // Of several it is the clinician who chooses.
  const names = new Set(listed.filter((one) => !isOfOtherSide(one)).map(({ name }) => name));
  const diagnosis = names.size === 1 ? listed.find(({ name }) => names.has(name)) : undefined;
  const coding = diagnosis?.concept.codings[0];
  const orders = ordersOf(lines.map(({ line }) => line));
  const isSilent = orders.every(
    ({ reasons, reasonReferences }) => reasons.length + reasonReferences.length === 0,
  );
  if (!coding || !isSilent || !orders.every(canBeChanged)) return [];
  const reasonCode = [{ coding: [coding], text: diagnosis.member.label }];
  const words = { name: diagnosis.name };
  const actions = orders.map((order) => updated(order, { reasonCode }, words));
  return [{ remedy: 'state-diagnosis', words, isRecommended: false, actions }];
}

/** Where order and problem list disagree: the diagnosis of the problem list in place of what excludes the block. */
export function useListedDiagnosis(
  failing: readonly LineAssessment[],
  { assessment }: SuggestionContext,
): Draft[] {
  const lines = failing.filter((line) => findingOf(line, 'diagnosis') === 'disagree');
  const [first] = assessment.contexts.filter(({ line }) => lines.some((failed) => failed.line === line));
  if (!first) return [];
  const diagnosis = confirmed(ofProblemList(first, supportedSets(first)))[0];
  const coding = diagnosis?.concept.codings[0];
  const orders = ordersOf(lines.map(({ line }) => line));
  if (!diagnosis || !coding || orders.length === 0 || !orders.every(canBeChanged)) return [];
  const excluded = excludedReasons(first).flatMap(({ concept }) => concept.codings.map(({ code }) => code));
  const { name } = diagnosis;
  const actions = orders.map((order) => {
    const kept = changeReasons(order, (reason) =>
      excluded.some((code) => isReason(reason, code)) ? [] : [reason],
    );
    const reasonCode = [{ coding: [coding], text: diagnosis.member.label }, ...kept];
    return updated(order, { reasonCode }, { name });
  });
  return [{ remedy: 'use-listed-diagnosis', words: { name }, isRecommended: false, actions }];
}
