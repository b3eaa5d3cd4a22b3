import { type Dates, concepts, period, text, wordsOf } from '../../fhir/read';
import type { Evidence, LineContext } from '../facts/fact';
import type { Selected } from '../record-entry';
import { drugDates, isAfter, performed } from './dates-of';
import { evidenceOf, nameOf } from './evidence';
import { type Day, formatDay, unionLength } from '../../time/days';

type Span = readonly [Day, Day];

/** A stretch of treatment: `surely` and `atMost` differ when its dates are imprecise. */
export interface Course {
  readonly entries: readonly Selected[];
  readonly surely?: Span;
  readonly atMost?: Span;
  readonly undated: boolean;
  readonly ongoing: boolean;
  readonly stoppedForMedicalReason: boolean;
}

function isGoingOn(entry: Selected): boolean {
  return ['in-progress', 'active'].includes(text(entry.resource['status']) ?? '');
}

/** A recorded reason to stop is medical unless it names refusal, non-attendance, cost or convenience. */
function wasStoppedForMedicalReason(entry: Selected, context: LineContext): boolean {
  if (entry.resource['status'] !== 'stopped') return false;
  return concepts(entry.resource['statusReason']).some(
    (reason) =>
      !context.policyData.vocabulary('noMedicalReason').test(wordsOf(reason)) &&
      !context.policyData.valueSet('refusals').memberOf(reason),
  );
}

/** Reads one stretch of treatment; it is cut at the evaluation date, or where it was last known to go on. */
function courseOf(entry: Selected, dates: Dates, context: LineContext): Course | undefined {
  if (isAfter(dates.start, context.asOf)) return undefined;
  const stoppedForMedicalReason = wasStoppedForMedicalReason(entry, context);
  const base = { entries: [entry], ongoing: false, stoppedForMedicalReason };
  const goesOn = dates.start !== undefined && dates.end === undefined && isGoingOn(entry);
  if (!dates.start || (!dates.end && !goesOn)) return { ...base, undated: true };
  const lastKnown = context.line.order.authoredOn ?? context.asOf;
  const until = Math.min(context.asOf, lastKnown);
  const end = dates.end ?? { earliest: until, latest: until };
  const cut = (day: Day): Day => Math.min(day, context.asOf);
  const surely: Span = [cut(dates.start.latest), cut(end.earliest)];
  return {
    ...base,
    undated: false,
    ongoing: goesOn || end.earliest > context.asOf,
    ...(surely[1] >= surely[0] && { surely }),
    // What began after it was last known to go on has lasted no time.
    atMost: [dates.start.earliest, Math.max(dates.start.earliest, cut(end.latest))],
  };
}

function isOneDay({ start, end }: Dates): boolean {
  return start !== undefined && end !== undefined && start.earliest === end.latest;
}

/** The resources that courses are made of. Evaluations extend a series of visits, but are no treatment themselves. */
export interface Treatments {
  readonly treatments: readonly Selected[];
  readonly evaluations: readonly Selected[];
  /** Visits at most this many days apart form one course. */
  readonly gapDays: number;
}

/** Joins single visits that are close enough; a series of evaluations alone is no course. */
function seriesOf({ treatments: visits, evaluations, gapDays }: Treatments, context: LineContext): Course[] {
  const dayOf = (entry: Selected): Day => performed(entry.resource).start?.earliest ?? 0;
  const all = [...visits, ...evaluations]
    .filter((entry) => dayOf(entry) <= context.asOf)
    .toSorted((a, b) => dayOf(a) - dayOf(b) || (a.reference < b.reference ? -1 : 1));
  const series: Selected[][] = [];
  for (const entry of all) {
    const current = series.at(-1);
    const last = current?.at(-1);
    if (current && last && dayOf(entry) - dayOf(last) <= gapDays) current.push(entry);
    else series.push([entry]);
  }
  const treated = new Set(visits);
  return series
    .filter((entries) => entries.some((entry) => treated.has(entry)))
    .map((entries) => {
      const [first, last] = [entries[0], entries.at(-1)];
      const span: Span = [first ? dayOf(first) : 0, last ? dayOf(last) : 0];
      const stopped = entries.some((entry) => wasStoppedForMedicalReason(entry, context));
      return {
        entries,
        surely: span,
        atMost: span,
        undated: false,
        ongoing: false,
        stoppedForMedicalReason: stopped,
      };
    });
}

/** The courses of treatment: stretches with a start and an end, and series of single visits. */
export function coursesOf({ treatments, evaluations, gapDays }: Treatments, context: LineContext): Course[] {
  const isVisit = (entry: Selected): boolean => isOneDay(performed(entry.resource));
  const stretches = treatments
    .filter((entry) => !isVisit(entry))
    .flatMap((entry) => courseOf(entry, datesOfTreatment(entry), context) ?? []);
  const visits = {
    treatments: treatments.filter(isVisit),
    evaluations: evaluations.filter(isVisit),
    gapDays,
  };
  return [...stretches, ...seriesOf(visits, context)];
}

export function daysOf(courses: readonly Course[], which: 'surely' | 'atMost'): number {
  return unionLength(courses.flatMap((course) => (course[which] ? [course[which]] : [])));
}

/** When a CarePlan or Procedure was to be, or was, carried out. */
export function datesOfTreatment({ resource }: Selected): Dates {
  return resource['resourceType'] === 'CarePlan' ? period(resource['period']) : performed(resource);
}

export function evidenceOfCourses(courses: readonly Course[]): Evidence[] {
  return courses.flatMap((course) =>
    course.entries.map((entry) => evidenceOf(entry, datesOfTreatment(entry).start, nameOf(entry))),
  );
}

export function drugCourses(context: LineContext): Course[] {
  return context
    .select('systemicDrugTrials')
    .items.flatMap((entry) => courseOf(entry, drugDates(entry.resource), context) ?? []);
}

export function spanWords(courses: readonly Course[]): { from: string; to: string } {
  const spans = courses.flatMap((course) => (course.atMost ? [course.atMost] : []));
  if (spans.length === 0) return { from: '', to: '' };
  return {
    from: formatDay(Math.min(...spans.map(([start]) => start))),
    to: formatDay(Math.max(...spans.map(([, end]) => end))),
  };
}
