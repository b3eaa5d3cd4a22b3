import { activeTreatments } from '../readings/active-treatments';
import { coursesOf, evidenceOfCourses } from '../readings/treatment-courses';
import { formatDay } from '../../time/days';
import { defineFact } from './fact';

/** Whether home exercise or rehabilitation is going on: without an end, or with a visit not long ago. */
export const ongoingProgram = defineFact({
  fields: ['goingOn'],
  findings: ['going-on', 'ended', 'none'],
  thresholds: ['seriesGapDays', 'chiropracticCounts'],
  words: ['date'],
  read(context) {
    const gapDays = context.threshold('seriesGapDays') ?? 0;
    const { items: treatments, unread } = activeTreatments(context);
    const courses = coursesOf({ treatments, evaluations: [], gapDays }, context);
    const isGoingOn = (course: (typeof courses)[number]): boolean =>
      course.ongoing || (course.surely !== undefined && context.asOf - course.surely[1] <= gapDays);
    const current = courses.filter(isGoingOn);
    if (current.length > 0)
      return { finding: 'going-on', fields: { goingOn: true }, evidence: evidenceOfCourses(current) };
    const ends = courses.flatMap(({ atMost }) => (atMost ? [atMost[1]] : []));
    if (ends.length === 0) return { finding: 'none', fields: {}, unread };
    const words = { date: formatDay(Math.max(...ends)) };
    return { finding: 'ended', fields: {}, words, evidence: evidenceOfCourses(courses), unread };
  },
});
