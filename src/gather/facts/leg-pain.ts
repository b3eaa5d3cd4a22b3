import { allWordsOf, concepts, notes, text } from '../../fhir/read';
import { states } from '../../fhir/narrative';
import type { Selected } from '../record-entry';
import { isAfter, observedOn } from '../readings/dates-of';
import { supportingConditions } from '../readings/diagnoses';
import { evidenceOf, nameOf } from '../readings/evidence';
import { defineFact } from './fact';

/** Everything that a diagnosis or an examination says in words. */
function wordsOfEntry({ resource, concepts: names }: Selected): string {
  return [
    ...names.map(allWordsOf),
    ...concepts(resource['bodySite']).map(allWordsOf),
    ...concepts(resource['valueCodeableConcept']).map(allWordsOf),
    text(resource['valueString']) ?? '',
    ...notes(resource['note']),
  ].join('\n');
}

/** Whether the pain is said to reach below the knee: in a diagnosis, an examination, a statement of limits, or the order. */
export const legPain = defineFact({
  fields: ['belowKnee'],
  findings: ['recorded', 'on-order', 'none'],
  words: ['what', 'date'],
  read(context) {
    const pattern = context.policyData.vocabulary('belowKnee');
    const selections = (
      [
        'straightLegRaises',
        'neurologicExaminations',
        'narrativeExaminations',
        'functionalLimitations',
      ] as const
    ).map((name) => context.select(name));
    const entries = [...supportingConditions(context), ...selections.flatMap(({ items }) => items)];
    const found = entries.find(
      (entry) => !isAfter(observedOn(entry.resource), context.asOf) && states(wordsOfEntry(entry), pattern),
    );
    if (found) {
      const evidence = evidenceOf(found, observedOn(found.resource), nameOf(found));
      const words = { what: nameOf(found), date: evidence.date };
      return { finding: 'recorded', fields: { belowKnee: true }, words, evidence: [evidence] };
    }
    if (states(context.line.order.words, pattern))
      return { finding: 'on-order', fields: { belowKnee: true } };
    const unread = [
      ...new Set([...context.select('conditions').unread, ...selections.flatMap((s) => s.unread)]),
    ];
    return { finding: 'none', fields: {}, unread };
  },
});
