import { wordsOf, concepts, text } from '../../fhir/read';
import type { SelectorName } from '../../policy/names';
import { states } from '../../fhir/narrative';
import { isAfter, observedNewestFirst } from '../readings/dates-of';
import { evidenceOf } from '../readings/evidence';
import { measurements } from '../readings/scores';
import { defineFact } from './fact';

/** The upper end of a scale such as `0-4`. */
function highestOf(scale: string | undefined): number {
  const end = scale?.split('-')[1];
  return end === undefined ? Number.POSITIVE_INFINITY : Number(end);
}

/** Whether the newest examination counts as many findings as the profile asks. */
function countedFindings(
  name: SelectorName,
  threshold: 'minimumNeuralgiaFeatures' | 'minimumTriggerPointFindings',
) {
  return defineFact({
    fields: ['enough'],
    findings: ['enough', 'too-few', 'unreadable', 'none'],
    thresholds: [threshold],
    words: ['count', 'date'],
    read(context) {
      const asked = context.threshold(threshold) ?? 0;
      const { items, unread } = context.select(name);
      const { codes } = context.policyData.selector(name);
      const upToNow = observedNewestFirst(items).filter(({ on }) => !isAfter(on, context.asOf));
      const [newest] = upToNow;
      if (!newest) return { finding: 'none', fields: {}, unread };
      const counted = measurements(newest, codes).find(({ measured }) => measured);
      const count = counted?.measured?.value;
      const evidence = evidenceOf(newest, newest.on, count === undefined ? '' : String(count));
      const told = { words: { count, date: evidence.date }, evidence: [evidence], unread };
      const isCount = Number.isInteger(count) && (count ?? 0) >= 0;
      if (count === undefined || !isCount || count > highestOf(counted?.member.scale))
        return { finding: 'unreadable', fields: {}, ...told };
      if (count >= asked) return { finding: 'enough', fields: { enough: true }, ...told };
      return { finding: 'too-few', fields: { enough: unread.length > 0 ? undefined : false }, ...told };
    },
  });
}

/** Shooting paroxysms, allodynia or dysaesthesia, tenderness over the nerve. */
export const neuralgiaFeatures = countedFindings('neuralgiaFeatures', 'minimumNeuralgiaFeatures');
/** Taut band, tender spot, twitch response, referred pain. */
export const triggerPointFindings = countedFindings('triggerPointFindings', 'minimumTriggerPointFindings');

/** Whether a statement of functional limits speaks of movement. */
export const movementLimit = defineFact({
  fields: ['recorded'],
  findings: ['recorded', 'none'],
  words: ['what', 'date'],
  read(context) {
    const { items, unread } = context.select('functionalLimitations');
    const pattern = context.policyData.vocabulary('movement');
    const found = observedNewestFirst(items).find((entry) => {
      const said = [
        text(entry.resource['valueString']) ?? '',
        ...concepts(entry.resource['valueCodeableConcept']).map(wordsOf),
      ].join('; ');
      return !isAfter(entry.on, context.asOf) && states(said, pattern);
    });
    if (!found) return { finding: 'none', fields: {}, unread };
    const evidence = evidenceOf(found, found.on, text(found.resource['valueString']) ?? '');
    const words = { what: evidence.summary, date: evidence.date };
    return { finding: 'recorded', fields: { recorded: true }, words, evidence: [evidence] };
  },
});
