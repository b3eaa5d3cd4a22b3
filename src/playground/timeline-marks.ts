import { addMonths, parseExactDay, unionLength, type Day } from '../time/days';
import type { PolicyWindow, TimelineItem } from './demo-data';

/** One thing on the timeline: a record, or visits close enough to be one course. */
export interface Mark {
  readonly row: string;
  readonly references: readonly string[];
  readonly label: string;
  readonly start: Day;
  readonly end: Day;
  readonly isOngoing: boolean;
  /** Whether the card names it as evidence. */
  readonly counted: boolean;
}

/** What the marks are drawn for. */
export interface Judged {
  readonly asOf: Day;
  /** References that the card gives as evidence. */
  readonly evidence: ReadonlySet<string>;
  readonly windows: readonly PolicyWindow[];
  /** Visits at most this many days apart are one course. */
  readonly visitGapDays: number;
}

function markOf(item: TimelineItem, { asOf, evidence }: Judged): Mark[] {
  const start = parseExactDay(item.start);
  if (start === undefined || start > asOf) return [];
  const end = parseExactDay(item.end);
  const { row, label, reference } = item;
  return [
    {
      row,
      label,
      references: [reference],
      start,
      end: Math.min(end ?? asOf, asOf),
      isOngoing: end === undefined || end > asOf,
      counted: evidence.has(reference),
    },
  ];
}

/** Joins the visits of a row that are close enough; whether they count is as for the first. */
function withCourses(marks: readonly Mark[], { visitGapDays }: Judged): Mark[] {
  const joined: Mark[] = [];
  for (const mark of marks.toSorted((a, b) => a.start - b.start)) {
    const i = joined.findIndex(
      (course) =>
        course.row === 'care' &&
        mark.row === 'care' &&
        course.label === mark.label &&
        mark.start === mark.end &&
        mark.counted === course.counted &&
        mark.start - course.end <= visitGapDays,
    );
    const course = joined[i];
    if (course)
      joined[i] = { ...course, end: mark.end, references: [...course.references, ...mark.references] };
    else joined.push(mark);
  }
  return joined;
}

/** The marks of all rows, in the sequence of time. */
export function marksOf(items: readonly TimelineItem[], judged: Judged): Mark[] {
  return withCourses(
    items.flatMap((item) => markOf(item, judged)),
    judged,
  );
}

/** `28 days`, for what has a length. */
function lengthOf({ start, end }: Mark): string {
  if (start === end) return '';
  return `${end - start} days`;
}

/** What a mark is called: its name, how many visits it stands for, how long it lasted. */
export function wordsOfMark(mark: Mark): string {
  const { length } = mark.references;
  return [mark.label, length > 1 ? `${length} visits` : '', lengthOf(mark), mark.isOngoing ? 'goes on' : '']
    .filter(Boolean)
    .join(', ');
}

/** How much of an asked length is there. */
export interface Measure {
  readonly start: Day;
  readonly found: number;
  readonly asked: number;
  readonly label: string;
}

/** The stretches of time that marks stand for; visits of any kind that are close enough are one, as the service counts. */
function stretchesOf(marks: readonly Mark[], visitGapDays: number): (readonly [Day, Day])[] {
  const areVisits = ({ start, end, references }: Mark): boolean => start === end || references.length > 1;
  const visits = marks.filter(areVisits).toSorted((a, b) => a.start - b.start);
  const series: [Day, Day][] = [];
  for (const { start, end } of visits) {
    const last = series.at(-1);
    if (last && start - last[1] <= visitGapDays) last[1] = Math.max(last[1], end);
    else series.push([start, end]);
  }
  const courses = marks.filter((mark) => !areVisits(mark));
  return [...series, ...courses.map(({ start, end }) => [start, end] as const)];
}

/** What counts on a row beside what is asked of it; undefined where the profile asks for no length. */
export function measureOf(
  row: string,
  marks: readonly Mark[],
  { windows, asOf, visitGapDays }: Judged,
): Measure | undefined {
  const asked = windows.find((window) => window.row === row && window.kind === 'length');
  if (!asked) return undefined;
  const counted = marks.filter((mark) => mark.row === row && mark.counted);
  const start = Math.min(...counted.map((mark) => mark.start));
  if (counted.length === 0)
    return { start: asOf - asked.value, found: 0, asked: asked.value, label: asked.label };
  const found = unionLength(stretchesOf(counted, visitGapDays));
  return { start, found, asked: asked.value, label: `${found} of ${asked.label}` };
}

/** The first day of a window that ends on the day of judging. */
export function windowStart({ value, unit }: PolicyWindow, asOf: Day): Day {
  return unit === 'months' ? addMonths(asOf, -value) : asOf - value;
}
