import { states } from '../../fhir/narrative';
import { concepts, notes, objects, text, wordsOf } from '../../fhir/read';
import type { Selected } from '../record-entry';
import { dangersIn, tellDangers } from '../readings/dangers';
import { newestOf, observedNewestFirst, observedOn } from '../readings/dates-of';
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
    const latest = newestOf(observedNewestFirst(examinations.items));
    const saying = (vocabulary: 'progressiveDeficit' | 'weakness'): Selected | undefined =>
      latest.find((entry) => states(wordsOfExamination(entry), context.policyData.vocabulary(vocabulary)));
    const progressive = saying('progressiveDeficit');
    if (progressive) return { finding: 'progressive-in-words', fields: {}, ...tellExamination(progressive) };
    const deficits = dangersIn(context, 'deficitDiagnoses').sure;
    if (deficits.length > 0) return { finding: 'deficit', fields: {}, ...tellDangers(deficits) };
    const deficit = saying('weakness') ?? latest.find((entry) => isPositive(entry, context));
    if (deficit) return { finding: 'deficit', fields: {}, ...tellExamination(deficit) };
    return absentIfRead([...new Set([...flags.unread, ...examinations.unread])]);
  },
});
