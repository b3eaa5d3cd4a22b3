import { type Evidence, defineFact } from './fact';
import type { Selected } from '../record-entry';
import { activeTreatments } from '../readings/active-treatments';
import { drugDates, isAfter } from '../readings/dates-of';
import { evidenceOf, nameOf } from '../readings/evidence';
import { resultOf } from '../readings/treatment-result';
import { datesOfTreatment } from '../readings/treatment-courses';
import { type Day, parseDays } from '../../time/days';

function endOf(entry: Selected): Day {
  const dates = datesOfTreatment(entry);
  return (dates.end ?? dates.start)?.latest ?? Number.NEGATIVE_INFINITY;
}

/** Whether the care helped: success recorded for active care refutes, and some profiles ask for a recorded failure. */
export const careResult = defineFact({
  fields: ['notSuccessful', 'failed'],
  findings: ['failed', 'succeeded', 'succeeded-in-words', 'silent'],
  thresholds: ['chiropracticCounts'],
  words: ['treatment', 'date'],
  read(context) {
    const active = activeTreatments(context);
    const treatments = active.items.filter((entry) => !isAfter(datesOfTreatment(entry).start, context.asOf));
    const others = [
      ...context
        .select('passiveModalities')
        .items.filter((entry) => !isAfter(datesOfTreatment(entry).start, context.asOf)),
      ...context
        .select('systemicDrugTrials')
        .items.filter((entry) => !isAfter(drugDates(entry.resource).start, context.asOf)),
    ];
    const withResult = treatments
      .flatMap((entry) => {
        const result = resultOf(entry, context);
        return result ? [{ entry, result }] : [];
      })
      .toSorted((a, b) => endOf(b.entry) - endOf(a.entry) || (a.result < b.result ? 1 : -1));
    const latest = withResult[0];
    const point = (entry: Selected): Evidence =>
      evidenceOf(
        entry,
        datesOfTreatment(entry).start ?? parseDays(entry.resource['authoredOn']),
        nameOf(entry),
      );
    if (latest && latest.result !== 'failed') {
      const notSuccessful = latest.result === 'succeeded' ? false : undefined;
      return {
        finding: latest.result,
        fields: { notSuccessful, failed: notSuccessful },
        words: { treatment: nameOf(latest.entry) },
        evidence: [point(latest.entry)],
      };
    }
    const failure = latest?.entry ?? others.find((entry) => resultOf(entry, context) === 'failed');
    if (failure) {
      return {
        finding: 'failed',
        fields: { notSuccessful: true, failed: true },
        words: { treatment: nameOf(failure) },
        evidence: [point(failure)],
      };
    }
    const unread = [...new Set([...active.unread, ...context.select('systemicDrugTrials').unread])];
    const evidence = treatments.map(point);
    // A success may stand where it could not be read.
    const notSuccessful = active.unread.length > 0 ? undefined : true;
    return { finding: 'silent', fields: { notSuccessful }, evidence, unread };
  },
});
