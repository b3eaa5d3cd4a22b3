import { states } from '../../fhir/narrative';
import { concepts, wordsOf } from '../../fhir/read';
import { examinationResult } from './examination';
import { type Evidence, type LineContext, defineFact } from './fact';
import type { Selected } from '../patient-record';
import { activeConditions, conditionWords, names, pointAtCondition } from '../readings/active-conditions';
import { isActive, isConfirmed } from '../readings/conditions';
import { currentDrugs, pointAtDrug } from '../readings/current-drugs';
import { newestFirst, observedOn } from '../readings/dates-of';
import { diagnosisName, evidenceOf, listed, nameOf } from '../readings/evidence';
import type { SelectorName } from '../../policy/names';

/** No antiangiogenic drug in use. */
export const antiangiogenic = defineFact({
  fields: ['absent'],
  findings: ['present', 'absent'],
  words: ['drugs'],
  read(context) {
    const selection = context.select('antiangiogenics');
    const current = currentDrugs(selection, context.asOf);
    if (current.length > 0)
      return {
        finding: 'present',
        fields: { absent: false },
        words: { drugs: names(current, nameOf) },
        evidence: current.map(pointAtDrug),
      };
    return selection.unread.length > 0
      ? { finding: 'absent', fields: {}, unread: selection.unread }
      : { finding: 'absent', fields: { absent: true } };
  },
});

function cautionFromConditions(context: LineContext, selectors: readonly SelectorName[]) {
  const found: Evidence[] = [];
  const unread = new Set<string>();
  for (const name of selectors) {
    const selection = context.select(name);
    selection.unread.forEach((key) => unread.add(key));
    for (const entry of selection.items) {
      const isCondition = entry.resource['resourceType'] === 'Condition';
      if (isCondition && isActive(entry, context.asOf) && isConfirmed(entry))
        found.push(pointAtCondition(entry));
      if (!isCondition) found.push(evidenceOf(entry, observedOn(entry.resource), nameOf(entry)));
    }
  }
  return {
    found,
    unread: [...unread],
    what: listed([...new Set(found.map((evidence) => evidence.summary))]),
  };
}

/** No sign that life expectancy is short. */
export const lifeExpectancy = defineFact({
  fields: ['notLimited'],
  findings: ['limited', 'not-limited'],
  words: ['what'],
  read(context) {
    const { found, unread, what } = cautionFromConditions(context, ['hospiceCare']);
    if (found.length > 0)
      return { finding: 'limited', fields: { notLimited: false }, words: { what }, evidence: found };
    return unread.length > 0
      ? { finding: 'not-limited', fields: {}, unread }
      : { finding: 'not-limited', fields: { notLimited: true } };
  },
});

/** No fusion, earlier spine surgery or tumour that changes the anatomy. */
export const spineAnatomy = defineFact({
  fields: ['unaltered'],
  findings: ['altered', 'unaltered'],
  words: ['what'],
  read(context) {
    const { found, unread, what } = cautionFromConditions(context, ['alteredSpineAnatomy', 'spinalFusions']);
    if (found.length > 0)
      return { finding: 'altered', fields: { unaltered: false }, words: { what }, evidence: found };
    return unread.length > 0
      ? { finding: 'unaltered', fields: {}, unread }
      : { finding: 'unaltered', fields: { unaltered: true } };
  },
});

function isActiveAllergy(entry: Selected): boolean {
  const status = concepts(entry.resource['clinicalStatus']).flatMap((concept) =>
    concept.codings.map((coding) => coding.code),
  );
  return status.length === 0 || status.includes('active');
}

/** No allergy to what is injected. */
export const injectateAllergy = defineFact({
  fields: ['absent'],
  findings: ['present', 'absent'],
  words: ['what'],
  read(context) {
    const allergies = context.select('injectateAllergies');
    const status = activeConditions(context, 'injectateAllergyStatus');
    const active = allergies.items.filter(isActiveAllergy);
    const evidence = [
      ...active.map((entry) => evidenceOf(entry, undefined, nameOf(entry))),
      ...status.sure.map(pointAtCondition),
    ];
    const what = listed([...new Set(evidence.map((e) => e.summary))]);
    if (evidence.length > 0)
      return { finding: 'present', fields: { absent: false }, words: { what }, evidence };
    const unread = [...new Set([...allergies.unread, ...status.unread])];
    return unread.length > 0
      ? { finding: 'absent', fields: {}, unread }
      : { finding: 'absent', fields: { absent: true } };
  },
});

/** No known pregnancy: an active diagnosis, or the newest pregnancy test. */
export const pregnancy = defineFact({
  fields: ['notKnown'],
  findings: ['known', 'not-known'],
  words: ['what', 'date'],
  read(context) {
    const { sure, unread: unreadConditions } = activeConditions(context, 'pregnancyDiagnoses');
    const tests = context.select('pregnancyTests');
    const unread = [...new Set([...unreadConditions, ...tests.unread])];
    if (sure.length > 0)
      return {
        finding: 'known',
        fields: { notKnown: false },
        words: { ...conditionWords(sure), what: names(sure, diagnosisName) },
        evidence: sure.map(pointAtCondition),
      };
    const test = newestFirst(tests.items.map((entry) => ({ ...entry, on: observedOn(entry.resource) })))[0];
    const value = concepts(test?.resource['valueCodeableConcept']);
    const isPositive = value.some(
      (concept) =>
        context.policyData.valueSet('pregnancy-diagnoses').memberOf(concept) ??
        context.policyData.valueSet('exam-positive').memberOf(concept) ??
        states(wordsOf(concept), context.policyData.vocabulary('pregnant')),
    );
    if (test && isPositive) {
      const evidence = evidenceOf(test, test.on, `${nameOf(test)}: ${examinationResult(test)}`);
      return {
        finding: 'known',
        fields: { notKnown: false },
        words: { what: evidence.summary, date: evidence.date ?? 'undated' },
        evidence: [evidence],
      };
    }
    return unread.length > 0
      ? { finding: 'not-known', fields: {}, unread }
      : { finding: 'not-known', fields: { notKnown: true } };
  },
});
