import { concepts, objects, wordsOf } from '../../fhir/read';
import { type LineContext, defineFact } from './fact';
import type { Selected } from '../record-entry';
import { drugDates, isAfter } from '../readings/dates-of';
import { evidenceOf, listed, nameOf } from '../readings/evidence';

function isTopical({ resource }: Selected, context: LineContext): boolean {
  const dosages = [...objects(resource['dosageInstruction']), ...objects(resource['dosage'])];
  const routes = dosages.flatMap((dosage) => concepts(dosage['route']).map(wordsOf));
  return routes.some((route) => context.policyData.vocabulary('topicalRoute').test(route));
}

/** Whether a drug of a class that counts was tried, for any time, prescribed or reported. */
export const drugTrial = defineFact({
  fields: ['tried'],
  findings: ['tried', 'undated', 'none'],
  words: ['drugs'],
  read(context) {
    const { items: candidates, unread } = context.select('systemicDrugTrials');
    const items = candidates.filter((entry) => !isTopical(entry, context));
    const started = items.filter((entry) => {
      const start = drugDates(entry.resource).start;
      return start !== undefined && start.latest <= context.asOf;
    });
    const evidence = started.map((entry) =>
      evidenceOf(entry, drugDates(entry.resource).start, nameOf(entry)),
    );
    const drugs = listed([...new Set((started.length > 0 ? started : items).map(nameOf))]);
    if (started.length > 0) return { finding: 'tried', fields: { tried: true }, words: { drugs }, evidence };
    const undated = items.some((entry) => !isAfter(drugDates(entry.resource).start, context.asOf));
    return { finding: undated ? 'undated' : 'none', fields: {}, words: { drugs }, unread };
  },
});
