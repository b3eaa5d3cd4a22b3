import { sideOfSites } from '../body-site';
import { concepts, text, wordsOf } from '../../fhir/read';
import { type Side } from '../../anatomy/side';
import type { Selected } from '../record-entry';
import { isAfter, observedNewestFirst, observedOn } from '../readings/dates-of';
import { evidenceOf, listed, nameOf } from '../readings/evidence';
import { defineFact, type LineContext } from './fact';

/** What an examination found, in its own words. */
export function examinationResult(entry: Selected): string {
  const coded = concepts(entry.resource['valueCodeableConcept']).map(wordsOf);
  return listed([...coded, text(entry.resource['valueString']) ?? ''].filter((part) => part !== ''));
}

/** The side an examination was done on, from its bodySite. */
export function examinedSide(entry: Selected): Side | undefined {
  return sideOfSites(concepts(entry.resource['bodySite']));
}

/** Straight-leg raises and neurologic examinations up to the evaluation date, newest first. */
export function focusedExaminations(context: LineContext): { items: Selected[]; unread: readonly string[] } {
  const { items: raises, unread } = context.select('straightLegRaises');
  const items = observedNewestFirst([...raises, ...context.select('neurologicExaminations').items]);
  return { items: items.filter(({ on }) => !isAfter(on, context.asOf)), unread };
}

/** Whether a focused neurologic examination is on file, whatever it found. */
export const examination = defineFact({
  fields: ['recorded'],
  findings: ['recorded', 'narrative', 'none'],
  words: ['examinations', 'date'],
  read(context) {
    const { items, unread } = focusedExaminations(context);
    const isNarrative = items.length === 0;
    const narrative = (): Selected[] =>
      context
        .select('narrativeExaminations')
        .items.filter((entry) => !isAfter(observedOn(entry.resource), context.asOf));
    const found = isNarrative ? narrative() : items;
    const describe = (entry: Selected): string =>
      [nameOf(entry), examinationResult(entry)].filter((s) => s !== '').join(': ');
    const evidence = found.map((entry) => evidenceOf(entry, observedOn(entry.resource), describe(entry)));
    if (found.length === 0) return { finding: 'none', fields: {}, unread };
    const words = { examinations: listed([...new Set(found.map(nameOf))]), date: evidence[0]?.date ?? '' };
    return {
      finding: isNarrative ? 'narrative' : 'recorded',
      fields: { recorded: true },
      words,
      evidence,
    };
  },
});
