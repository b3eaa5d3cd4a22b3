import { addMonths, type Day } from '../../time/days';
import { defineFact, type Fact, type LineContext } from './fact';
import { onsetOf } from '../readings/conditions';
import { isAfter } from '../readings/dates-of';
import { asMember, supportingConditions } from '../readings/diagnoses';
import { diagnosisName, evidenceOf } from '../readings/evidence';

type Finding = 'long-enough' | 'too-short' | 'imprecise' | 'no-onset' | 'no-condition';
const FINDINGS = ['long-enough', 'too-short', 'imprecise', 'no-onset', 'no-condition'] as const;
const WORDS = ['days', 'onset', 'diagnosis'] as const;

/**
 * How long the pain has lasted, by the longest onset among the Conditions that support the diagnosis; `enoughFrom` says
 * from which day on pain that began on a day has lasted long enough.
 */
function durationOf(context: LineContext, enoughFrom: (onset: Day) => Day): Fact<'longEnough', Finding> {
  const isEnough = (onset: Day): boolean => enoughFrom(onset) <= context.asOf;
  const { unread } = context.select('conditions');
  const supporting = supportingConditions(context);
  const dated = supporting
    .flatMap((entry) => {
      const onset = onsetOf(entry);
      return onset && !isAfter(onset, context.asOf) ? [{ entry, onset }] : [];
    })
    .toSorted((a, b) => a.onset.latest - b.onset.latest || a.onset.earliest - b.onset.earliest);
  const longest = dated[0];
  if (!longest) return { finding: supporting.length > 0 ? 'no-onset' : 'no-condition', fields: {}, unread };
  const diagnosis = diagnosisName(asMember(longest.entry, context));
  const evidence = [evidenceOf(longest.entry, longest.onset, diagnosis)];
  const days = Math.max(context.asOf - longest.onset.latest, 0);
  const told = { words: { days, onset: evidence[0]?.date ?? '', diagnosis }, evidence };
  if (isEnough(longest.onset.latest))
    return { finding: 'long-enough', fields: { longEnough: true }, ...told };
  if (dated.some(({ onset }) => isEnough(onset.earliest)))
    return { finding: 'imprecise', fields: {}, ...told, unread };
  const longEnough = unread.length > 0 ? undefined : false;
  return {
    finding: 'too-short',
    fields: { longEnough },
    ...told,
    enoughFrom: enoughFrom(longest.onset.latest),
    unread,
  };
}

/** Whether the pain has lasted as many days as the profile asks. */
export const painDuration = defineFact({
  fields: ['longEnough'],
  findings: FINDINGS,
  thresholds: ['minimumPainDays'],
  words: WORDS,
  read(context) {
    const minimum = context.threshold('minimumPainDays') ?? 0;
    return durationOf(context, (onset) => onset + minimum);
  },
});

/** Whether the pain is chronic: as many calendar months as the profile asks, or more than that. */
export const chronicPain = defineFact({
  fields: ['longEnough', 'notChronic'],
  findings: FINDINGS,
  thresholds: ['minimumPainMonths', 'longerThanMonths'],
  words: WORDS,
  read(context) {
    const months = context.threshold('minimumPainMonths') ?? 0;
    const further = context.setting('longerThanMonths') ? 1 : 0;
    const fact = durationOf(context, (onset) => addMonths(onset, months) + further);
    const { longEnough } = fact.fields;
    return {
      ...fact,
      fields: { longEnough, notChronic: longEnough === undefined ? undefined : !longEnough },
    };
  },
});
