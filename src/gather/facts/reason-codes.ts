import { allWordsOf } from '../../fhir/read';
import { normalCode } from '../../policy/code-systems';
import { codedReasons } from '../readings/diagnoses';
import { defineFact, type LineContext } from './fact';
import { parseExactDay } from '../../time/days';

/** The keys behind the diagnoses that the order only points at and that could not be read. */
function unreadReasons({ line: { order }, record }: LineContext): readonly string[] {
  const isMissing = order.reasonReferences.some(
    (reference) => reference.startsWith('Condition/') && !record.find(reference),
  );
  return isMissing ? record.unreadOf('Condition') : [];
}

/** Whether the order's diagnosis codes are still valid on the day of service and say what their words say. */
export const reasonCodes = defineFact({
  fields: ['current'],
  findings: ['current', 'retired', 'misnamed', 'often-misnamed'],
  words: ['code', 'retiredOn', 'successors', 'saidToBe', 'means', 'instead'],
  read(context) {
    const retiredSet = context.policyData.valueSet('retired-diagnoses');
    const reasons = codedReasons(context);
    for (const coding of reasons.flatMap((concept) => concept.codings)) {
      const retired = retiredSet.memberOfCode(coding);
      const day = parseExactDay(retired?.retiredOn);
      if (retired && day !== undefined && context.asOf >= day) {
        const words = {
          code: coding.code,
          retiredOn: retired.retiredOn ?? '',
          successors: (retired.successors ?? []).join(', '),
        };
        return { finding: 'retired', fields: { current: false }, words };
      }
    }
    for (const concept of reasons) {
      const said = allWordsOf(concept).toLowerCase();
      const rule = context.policyData.misnamed.find((misnamed) =>
        concept.codings.some((coding) => coding.code === misnamed.code),
      );
      if (!rule) continue;
      const isWordless = !/\p{L}/u.test(said);
      if (!isWordless && !said.includes(rule.saidToBe)) continue;
      const finding = isWordless ? 'often-misnamed' : 'misnamed';
      return { finding, fields: { current: false }, words: { ...rule } };
    }
    const unread = unreadReasons(context);
    return unread.length > 0
      ? { finding: 'current', fields: {}, unread }
      : { finding: 'current', fields: { current: true } };
  },
});

/** Whether an ICD-10-CM code is the other or stands below it; both may be written without their dot. */
function isBelow(code: string, other: string): boolean {
  return normalCode('icd10cm', code).startsWith(normalCode('icd10cm', other));
}

/** Whether the order states two diagnosis codes that ICD-10-CM does not let stand together. */
export const excludedPairs = defineFact({
  fields: ['none'],
  findings: ['none', 'pair'],
  words: ['first', 'second'],
  read(context) {
    const codes = codedReasons(context)
      .flatMap((concept) => concept.codings.map((coding) => coding.code))
      .toSorted();
    for (const rule of context.policyData.excludes1) {
      const first = codes.find((code) => isBelow(code, rule.code));
      const second = codes.find(
        (code) => code !== first && rule.with.some((prefix) => isBelow(code, prefix)),
      );
      if (first !== undefined && second !== undefined) {
        return { finding: 'pair', fields: { none: false }, words: { first, second } };
      }
    }
    const unread = unreadReasons(context);
    return unread.length > 0
      ? { finding: 'none', fields: {}, unread }
      : { finding: 'none', fields: { none: true } };
  },
});
