import { states, statesBefore } from '../../fhir/narrative';
import { concepts, notes, objects, period, text, wordsOf } from '../../fhir/read';
import { type Evidence, type FactContext, type LineContext, defineFact } from './fact';
import type { Selected } from '../patient-record';
import { drugDates, isAfter, performed } from '../readings/dates-of';
import { evidenceOf, listed, nameOf } from '../readings/evidence';
import {
  coursesOf,
  dateOfTreatment,
  daysOf,
  drugCourses,
  evidenceOfCourses,
  spanWords,
} from '../readings/treatment-courses';
import { type Day, formatDay, parseDays } from '../../time/days';

function distinct(entries: readonly Selected[]): Selected[] {
  return [...new Map(entries.map((entry) => [entry.reference, entry])).values()];
}

/** Exercise counts as directed unless its words say that the patient chose or only reported it. */
function isDirected({ resource, concepts: codes }: Selected, context: LineContext): boolean {
  const described = [resource['title'], resource['description']].flatMap((value) => text(value) ?? []);
  const categories = concepts(resource['category']).map(wordsOf);
  const words = [...codes.map(wordsOf), ...categories, ...described, ...notes(resource['note'])].join('\n');
  return !context.policyData.vocabulary('notDirected').test(words);
}

function activeTreatments(context: FactContext<'chiropracticCounts'>): Selected[] {
  return distinct([
    ...context.select('physicalTherapySessions').items,
    ...context.select('homeExercise').items,
    ...context.select('homeExerciseByCategory').items,
    ...(context.setting('chiropracticCounts') ? context.select('chiropracticSessions').items : []),
  ]).filter((entry) => isDirected(entry, context));
}

/** Whether active care (therapy with exercise, or directed home exercise) lasted as long as the profile asks. */
export const activeCare = defineFact({
  fields: ['longEnough'],
  findings: [
    'long-enough',
    'stopped-for-medical-reason',
    'too-short',
    'continuing',
    'imprecise',
    'undated',
    'refused',
    'evaluation-only',
    'passive-only',
    'none',
  ],
  thresholds: ['conservativeCareDays', 'seriesGapDays', 'chiropracticCounts'],
  words: ['days', 'from', 'to', 'sufficientOn', 'missing', 'allDays', 'reason'],
  read(context) {
    const minimum = context.threshold('conservativeCareDays') ?? 0;
    const treatments = activeTreatments(context);
    const evaluations = context.select('physicalTherapyEvaluations').items;
    const passive = [
      ...context.select('passiveModalities').items,
      ...context.select('chiropracticSessions').items,
    ];
    const unread = [
      ...new Set([
        ...context.select('physicalTherapySessions').unread,
        ...context.select('homeExercise').unread,
      ]),
    ];
    const gapDays = context.threshold('seriesGapDays') ?? 0;
    const courses = coursesOf({ treatments, evaluations, gapDays }, context);
    const evidence = evidenceOfCourses(courses);
    const surely = daysOf(courses, 'surely');
    const words = { days: surely, ...spanWords(courses) };
    if (courses.length > 0 && surely >= minimum) {
      return { finding: 'long-enough', fields: { longEnough: true }, words, evidence };
    }
    const stopped = courses.find((course) => course.stoppedForMedicalReason);
    const drugs = drugCourses(context);
    const allDays = daysOf(
      [...courses, ...coursesOf({ treatments: passive, evaluations: [], gapDays }, context), ...drugs],
      'surely',
    );
    if (stopped && allDays >= minimum) {
      const reason = stopped.entries
        .flatMap((entry) => concepts(entry.resource['statusReason']).map(wordsOf))
        .join(', ');
      return {
        finding: 'stopped-for-medical-reason',
        fields: { longEnough: true },
        words: { ...words, allDays, reason },
        evidence,
      };
    }
    const stillUnread = stopped
      ? [...new Set([...unread, ...context.select('systemicDrugTrials').unread])]
      : unread;
    const refuted = stillUnread.length > 0 ? undefined : false;
    if (courses.length === 0) {
      const refusal = context
        .select('refusedTherapy')
        .items.find((entry) => !isAfter(performed(entry.resource).start, context.asOf));
      if (refusal) {
        const on = performed(refusal.resource).start;
        return {
          finding: 'refused',
          fields: { longEnough: refuted },
          words,
          evidence: [evidenceOf(refusal, on, nameOf(refusal))],
          unread,
        };
      }
      const finding =
        evaluations.length > 0 ? 'evaluation-only' : passive.length > 0 ? 'passive-only' : 'none';
      return { finding, fields: {}, words, unread };
    }
    if (courses.some((course) => course.undated))
      return { finding: 'undated', fields: {}, words, evidence, unread };
    if (daysOf(courses, 'atMost') >= minimum)
      return { finding: 'imprecise', fields: {}, words, evidence, unread };
    const ongoing = courses.filter((course) => course.ongoing).flatMap((course) => course.surely?.[1] ?? []);
    const short = { ...words, missing: minimum - surely };
    if (ongoing.length > 0) {
      const sufficientOn = formatDay(Math.max(...ongoing) + minimum - surely);
      return {
        finding: 'continuing',
        fields: { longEnough: refuted },
        words: { ...short, sufficientOn },
        evidence,
        unread: stillUnread,
      };
    }
    return {
      finding: 'too-short',
      fields: { longEnough: refuted },
      words: short,
      evidence,
      unread: stillUnread,
    };
  },
});

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

type Result = 'failed' | 'succeeded' | 'succeeded-in-words';

function resultOf(entry: Selected, context: LineContext): Result | undefined {
  const { resource } = entry;
  const outcome = [...concepts(resource['outcome']), ...concepts(resource['statusReason'])];
  if (outcome.some((concept) => context.policyData.valueSet('outcome-failure').memberOf(concept)))
    return 'failed';
  if (outcome.some((concept) => context.policyData.valueSet('outcome-success').memberOf(concept)))
    return 'succeeded';
  const words = [...outcome.map(wordsOf), ...notes(resource['note'])].join('\n');
  if (statesBefore(words, context.policyData.vocabulary('careFailed'))) return 'failed';
  return states(words, context.policyData.vocabulary('careSucceeded')) ? 'succeeded-in-words' : undefined;
}

function endOf(entry: Selected): Day {
  const dates =
    entry.resource['resourceType'] === 'CarePlan'
      ? period(entry.resource['period'])
      : performed(entry.resource);
  return (dates.end ?? dates.start)?.latest ?? Number.NEGATIVE_INFINITY;
}

/** Whether the care helped: success recorded for active care refutes, and some profiles ask for a recorded failure. */
export const careResult = defineFact({
  fields: ['notSuccessful', 'failed'],
  findings: ['failed', 'succeeded', 'succeeded-in-words', 'silent'],
  thresholds: ['chiropracticCounts'],
  words: ['treatment', 'date'],
  read(context) {
    const treatments = activeTreatments(context).filter(
      (entry) => !isAfter(dateOfTreatment(entry), context.asOf),
    );
    const others = [
      ...context
        .select('passiveModalities')
        .items.filter((entry) => !isAfter(dateOfTreatment(entry), context.asOf)),
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
      evidenceOf(entry, dateOfTreatment(entry) ?? parseDays(entry.resource['authoredOn']), nameOf(entry));
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
    const unread = [
      ...new Set([
        ...context.select('physicalTherapySessions').unread,
        ...context.select('homeExercise').unread,
        ...context.select('systemicDrugTrials').unread,
      ]),
    ];
    return { finding: 'silent', fields: { notSuccessful: true }, unread };
  },
});
