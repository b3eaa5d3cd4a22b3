import { states } from '../../fhir/narrative';
import { concepts, notes, objects, text, wordsOf } from '../../fhir/read';
import { examinationResult, focusedExaminations } from './examination';
import { type Evidence, defineFact } from './fact';
import type { Selected } from '../patient-record';
import { activeConditions, conditionWords, names, pointAtCondition } from '../readings/active-conditions';
import { observedOn } from '../readings/dates-of';
import { diagnosisName, evidenceOf, nameOf } from '../readings/evidence';

function examinationWords(entry: Selected): string {
  const noted = notes(entry.resource['note']);
  return [
    examinationResult(entry),
    ...noted,
    ...objects(entry.resource['component']).flatMap((c) => text(c['valueString']) ?? []),
  ].join('\n');
}

/** No red flag that needs a surgeon first: coded ones are certain, a deficit in words or of unknown course is not. */
export const redFlag = defineFact({
  fields: ['absent'],
  findings: ['present', 'possible', 'progressive-in-words', 'deficit', 'absent'],
  words: ['diagnosis', 'date', 'what'],
  read(context) {
    const { sure, possible, unread } = activeConditions(context, 'redFlagDiagnoses');
    if (sure.length > 0)
      return {
        finding: 'present',
        fields: { absent: false },
        words: conditionWords(sure),
        evidence: sure.map(pointAtCondition),
      };
    if (possible.length > 0)
      return {
        finding: 'possible',
        fields: {},
        words: conditionWords(possible),
        evidence: possible.map(pointAtCondition),
      };
    const examinations = focusedExaminations(context).items;
    const latest = examinations.find((entry) =>
      context.policyData
        .selector('neurologicExaminations')
        .codes.some((set) => entry.concepts.some((c) => set.memberOf(c))),
    );
    const point = (entry: Selected): Evidence =>
      evidenceOf(
        entry,
        observedOn(entry.resource),
        [nameOf(entry), examinationResult(entry)].filter((s) => s !== '').join(': '),
      );
    if (latest && states(examinationWords(latest), context.policyData.vocabulary('progressiveDeficit'))) {
      return {
        finding: 'progressive-in-words',
        fields: {},
        words: { what: examinationResult(latest), date: point(latest).date ?? 'undated' },
        evidence: [point(latest)],
      };
    }
    const deficits = activeConditions(context, 'deficitDiagnoses').sure;
    const isPositive =
      latest &&
      concepts(latest.resource['valueCodeableConcept']).some(
        (c) => context.policyData.valueSet('exam-positive').memberOf(c) ?? /^positive$/iu.test(wordsOf(c)),
      );
    if (deficits.length > 0)
      return {
        finding: 'deficit',
        fields: {},
        words: { what: names(deficits, diagnosisName), date: conditionWords(deficits)['date'] ?? '' },
        evidence: deficits.map(pointAtCondition),
      };
    if (latest && isPositive)
      return {
        finding: 'deficit',
        fields: {},
        words: { what: nameOf(latest), date: point(latest).date ?? 'undated' },
        evidence: [point(latest)],
      };
    const hidden = [...new Set([...unread, ...focusedExaminations(context).unread])];
    return hidden.length > 0
      ? { finding: 'absent', fields: {}, unread: hidden }
      : { finding: 'absent', fields: { absent: true } };
  },
});
