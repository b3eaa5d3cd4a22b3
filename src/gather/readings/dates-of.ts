import { isObject, objects, period, type Dates, type Json } from '../../fhir/read';
import type { RecordEntry } from '../record-entry';
import { parseDays, type Day, type DayInterval } from '../../time/days';

function moment(value: unknown): Dates {
  const days = parseDays(value);
  return days ? { start: days, end: days } : {};
}

/** When a Procedure was performed; empty when that is not said, or only in words. */
export function performed(procedure: Json): Dates {
  return procedure['performedDateTime'] === undefined
    ? period(procedure['performedPeriod'])
    : moment(procedure['performedDateTime']);
}

/** The date an Observation or DiagnosticReport speaks about: effective[x], else when it was issued. */
export function observedOn(resource: Json): DayInterval | undefined {
  return (
    parseDays(resource['effectiveDateTime']) ??
    parseDays(resource['effectiveInstant']) ??
    period(resource['effectivePeriod']).start ??
    parseDays(resource['issued'])
  );
}

function dosageBounds(medication: Json): Dates[] {
  return objects(medication['dosageInstruction']).flatMap((dosage) => {
    const timing = dosage['timing'];
    const repeat = isObject(timing) ? timing['repeat'] : undefined;
    const bounds = period(isObject(repeat) ? repeat['boundsPeriod'] : undefined);
    return bounds.start || bounds.end ? [bounds] : [];
  });
}

/** When a drug was taken: prescribed (all dosages together, else authoredOn) or reported (effective[x]). */
export function drugDates(medication: Json): Dates {
  if (medication['resourceType'] === 'MedicationStatement') {
    const at = moment(medication['effectiveDateTime']);
    return at.start ? { start: at.start } : period(medication['effectivePeriod']);
  }
  const bounds = dosageBounds(medication);
  const starts = bounds.flatMap((dates) => dates.start ?? []).toSorted((a, b) => a.earliest - b.earliest);
  const ends = bounds.flatMap((dates) => dates.end ?? []).toSorted((a, b) => b.latest - a.latest);
  const start = starts[0] ?? parseDays(medication['authoredOn']);
  const end = ends.length === bounds.length ? ends[0] : undefined;
  return { ...(start && { start }), ...(end && { end }) };
}

/** Whether the date lies after the day, wherever it lies within its precision. */
export function isAfter(days: DayInterval | undefined, day: Day): boolean {
  return days !== undefined && days.earliest > day;
}

/** Observations or reports with the date they speak about, later first. */
export function observedNewestFirst<T extends RecordEntry>(entries: readonly T[]) {
  return newestFirst(entries.map((entry) => ({ ...entry, on: observedOn(entry.resource) })));
}

interface Dated {
  readonly on?: DayInterval | undefined;
}

/** Later first; what has no date comes last; of one day a later time decides, else the reference. */
export function newestFirst<T extends Dated & { readonly reference: string }>(items: readonly T[]): T[] {
  return items.toSorted(
    (a, b) =>
      (b.on?.latest ?? -Infinity) - (a.on?.latest ?? -Infinity) ||
      (b.on?.at ?? -Infinity) - (a.on?.at ?? -Infinity) ||
      (a.reference < b.reference ? -1 : 1),
  );
}

/** The first of what is sorted by `newestFirst`, and all beside it that may be as new: of its day, at no earlier time. */
export function newestOf<T extends Dated>(sorted: readonly T[]): T[] {
  const [first] = sorted;
  return sorted.filter(
    ({ on }) =>
      on?.latest === first?.on?.latest &&
      (on?.at === undefined || first?.on?.at === undefined || on.at === first.on.at),
  );
}
