import { concepts, wordsOf } from '../../fhir/read';
import { formatDay } from '../../time/days';
import { activeTreatments } from '../readings/active-treatments';
import { isAfter, performed } from '../readings/dates-of';
import { evidenceOf, nameOf } from '../readings/evidence';
import { refusalIn } from '../readings/refusal';
import {
  coursesOf,
  daysOf,
  drugCourses,
  evidenceOfCourses,
  spanWords,
  type Course,
} from '../readings/treatment-courses';
import { defineFact, type FactContext } from './fact';

type Parameter = 'conservativeCareDays' | 'seriesGapDays' | 'chiropracticCounts';

/** The days on which the patient had treatment of any kind: active, passive, chiropractic or drugs. */
function daysOfAllCare(active: readonly Course[], gapDays: number, context: FactContext<Parameter>): number {
  const treatments = [
    ...context.select('passiveModalities').items,
    ...context.select('chiropracticSessions').items,
  ];
  const others = coursesOf({ treatments, evaluations: [], gapDays }, context);
  return daysOf([...active, ...others, ...drugCourses(context)], 'surely');
}

function reasonsToStop(course: Course): string {
  return course.entries.flatMap((entry) => concepts(entry.resource['statusReason']).map(wordsOf)).join(', ');
}

/** When there is no active care: a refusal on file fails, anything else leaves it open. */
function withoutCare(context: FactContext<Parameter>, unread: readonly string[]) {
  const refusal = context
    .select('notDoneTherapy')
    .items.find(
      (entry) =>
        refusalIn(entry, context) !== 'none' && !isAfter(performed(entry.resource).start, context.asOf),
    );
  if (refusal) {
    const evidence = [evidenceOf(refusal, performed(refusal.resource).start, nameOf(refusal))];
    const none = unread.length > 0 ? undefined : false;
    return { finding: 'refused' as const, fields: { longEnough: none, onFile: none }, evidence, unread };
  }
  if (context.select('physicalTherapyEvaluations').items.length > 0) {
    return { finding: 'evaluation-only' as const, fields: {}, unread };
  }
  const hasPassive = context.select('passiveModalities').items.length > 0;
  return { finding: hasPassive ? ('passive-only' as const) : ('none' as const), fields: {}, unread };
}

/** Whether active care (therapy with exercise, or directed home exercise) lasted as long as the profile asks. */
export const activeCare = defineFact({
  fields: ['longEnough', 'onFile'],
  findings: [
    'long-enough',
    'stopped-for-medical-reason',
    'too-short',
    'continuing',
    'imprecise',
    'undated',
    'undated-accepted',
    'refused',
    'evaluation-only',
    'passive-only',
    'none',
  ],
  thresholds: ['conservativeCareDays', 'seriesGapDays', 'chiropracticCounts'],
  words: ['days', 'from', 'to', 'sufficientOn', 'missing', 'allDays', 'reason'],
  read(context: FactContext<Parameter>) {
    const asked = context.threshold('conservativeCareDays');
    const minimum = asked ?? 0;
    const gapDays = context.threshold('seriesGapDays') ?? 0;
    const evaluations = context.select('physicalTherapyEvaluations').items;
    const { items: treatments, unread } = activeTreatments(context);
    const courses = coursesOf({ treatments, evaluations, gapDays }, context);
    if (courses.length === 0) return withoutCare(context, unread);

    const days = daysOf(courses, 'surely');
    const words = { days, missing: minimum - days, ...spanWords(courses) };
    const told = { words, evidence: evidenceOfCourses(courses) };
    const isDated = courses.some((course) => course.surely);
    if (asked === undefined && !isDated)
      return { finding: 'undated-accepted', fields: { longEnough: true, onFile: true }, ...told };
    if (days >= minimum)
      return { finding: 'long-enough', fields: { longEnough: true, onFile: true }, ...told };

    const stopped = courses.find((course) => course.stoppedForMedicalReason);
    const allDays = stopped ? daysOfAllCare(courses, gapDays, context) : 0;
    if (stopped && allDays >= minimum) {
      const withReason = { ...told, words: { ...words, allDays, reason: reasonsToStop(stopped) } };
      return {
        finding: 'stopped-for-medical-reason',
        fields: { longEnough: true, onFile: true },
        ...withReason,
      };
    }
    if (courses.some((course) => course.undated))
      return { finding: 'undated', fields: { onFile: true }, ...told, unread };
    if (daysOf(courses, 'atMost') >= minimum)
      return { finding: 'imprecise', fields: { onFile: true }, ...told, unread };

    // Drugs that were not read could only matter to care that was stopped for a medical reason.
    const drugs = stopped ? context.select('systemicDrugTrials').unread : [];
    const hidden = [...new Set([...unread, ...drugs])];
    const longEnough = hidden.length > 0 ? undefined : false;
    const tooShort = { fields: { longEnough, onFile: true }, unread: hidden };
    const goingOnUntil = courses.flatMap((course) =>
      course.ongoing && course.surely ? [course.surely[1]] : [],
    );
    if (goingOnUntil.length === 0)
      return { finding: 'too-short', ...told, enoughFrom: context.asOf + minimum - days, ...tooShort };
    const enoughFrom = Math.max(...goingOnUntil) + minimum - days;
    const continuing = { ...words, sufficientOn: formatDay(enoughFrom) };
    return { finding: 'continuing', ...told, words: continuing, enoughFrom, ...tooShort };
  },
});
