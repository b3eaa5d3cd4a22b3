import { states } from '../../fhir/narrative';
import { concepts, notes, objects, text, wordsOf } from '../../fhir/read';
import type { Selected } from '../record-entry';
import { dangersIn, tellDangers } from '../readings/dangers';
import { observedNewestFirst, observedOn } from '../readings/dates-of';
import { evidenceOf, nameOf } from '../readings/evidence';
import { examinationResult } from './examination';
import { absentIfRead, defineFact, type LineContext } from './fact';

/** All that an examination says in words. */
function wordsOfExamination(entry: Selected): string {
  const parts = objects(entry.resource['component']).flatMap((part) => text(part['valueString']) ?? []);
  return [examinationResult(entry), ...notes(entry.resource['note']), ...parts].join('\n');
}

function isPositive(entry: Selected, context: LineContext): boolean {
  return concepts(entry.resource['valueCodeableConcept']).some(
    (value) =>
      context.policyData.valueSet('exam-positive').memberOf(value) ?? /^positive$/iu.test(wordsOf(value)),
  );
}

function tellExamination(entry: Selected) {
  const result = examinationResult(entry);
  const evidence = evidenceOf(entry, observedOn(entry.resource), `${nameOf(entry)}: ${result}`);
  const words = { what: result === '' ? nameOf(entry) : result, date: evidence.date };
  return { words, evidence: [evidence] };
}

/** A red flag that needs a surgeon first: coded ones are certain, a deficit in words or of unknown course is not. */
export const redFlag = defineFact({
  fields: ['absent'],
  findings: ['present', 'possible', 'progressive-in-words', 'deficit', 'absent'],
  words: ['what', 'date'],
  read(context) {
    const flags = dangersIn(context, 'redFlagDiagnoses');
    if (flags.sure.length > 0)
      return { finding: 'present', fields: { absent: false }, ...tellDangers(flags.sure) };
    if (flags.possible.length > 0) return { finding: 'possible', fields: {}, ...tellDangers(flags.possible) };
    const examinations = context.select('neurologicExaminations');
    const [latest] = observedNewestFirst(examinations.items);
    if (latest && states(wordsOfExamination(latest), context.policyData.vocabulary('progressiveDeficit'))) {
      return { finding: 'progressive-in-words', fields: {}, ...tellExamination(latest) };
    }
    const deficits = dangersIn(context, 'deficitDiagnoses').sure;
    if (deficits.length > 0) return { finding: 'deficit', fields: {}, ...tellDangers(deficits) };
    const isWeak = latest && states(wordsOfExamination(latest), context.policyData.vocabulary('weakness'));
    if (latest && (isWeak || isPositive(latest, context)))
      return { finding: 'deficit', fields: {}, ...tellExamination(latest) };
    return absentIfRead([...new Set([...flags.unread, ...examinations.unread])]);
  },
});
