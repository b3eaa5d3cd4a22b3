import { defineFact } from './fact';
import { onsetOf } from '../readings/conditions';
import { isAfter } from '../readings/dates-of';
import { asMember, supportingConditions } from '../readings/diagnoses';
import { diagnosisName, evidenceOf } from '../readings/evidence';

/** How long the pain has lasted: the longest onset among the Conditions that support the diagnosis. */
export const painDuration = defineFact({
  fields: ['longEnough'],
  findings: ['long-enough', 'too-short', 'imprecise', 'no-onset', 'no-condition'],
  thresholds: ['minimumPainDays'],
  words: ['days', 'onset', 'diagnosis'],
  read(context) {
    const minimum = context.threshold('minimumPainDays') ?? 0;
    const { unread } = context.select('conditions');
    const supporting = supportingConditions(context);
    const dated = supporting
      .flatMap((entry) => {
        const onset = onsetOf(entry);
        return onset && !isAfter(onset, context.asOf) ? [{ entry, onset }] : [];
      })
      .toSorted((a, b) => a.onset.latest - b.onset.latest || a.onset.earliest - b.onset.earliest);
    const longest = dated[0];
    if (!longest) {
      return { finding: supporting.length > 0 ? 'no-onset' : 'no-condition', fields: {}, unread };
    }
    const surely = context.asOf - longest.onset.latest;
    const atMost = Math.max(...dated.map(({ onset }) => context.asOf - onset.earliest));
    const evidence = [
      evidenceOf(longest.entry, longest.onset, diagnosisName(asMember(longest.entry, context))),
    ];
    const words = {
      days: Math.max(surely, 0),
      onset: evidence[0]?.date ?? '',
      diagnosis: diagnosisName(asMember(longest.entry, context)),
    };
    if (surely >= minimum) return { finding: 'long-enough', fields: { longEnough: true }, words, evidence };
    if (atMost >= minimum) return { finding: 'imprecise', fields: {}, words, evidence, unread };
    return {
      finding: 'too-short',
      fields: { longEnough: unread.length > 0 ? undefined : false },
      words,
      evidence,
      unread,
    };
  },
});
