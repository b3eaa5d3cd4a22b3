/** A calendar day as the number of days since 1970-01-01. Rules count in days and never read the wall clock. */
export type Day = number;

/** The days a FHIR date may stand for: a year or a month is an interval, a full date is one day. */
export interface DayInterval {
  readonly earliest: Day;
  readonly latest: Day;
  /** The moment, in milliseconds since 1970, where a time with its zone is written. */
  readonly at?: number;
}

const MILLISECONDS_A_DAY = 86_400_000;
const FHIR_DATE = /^(\d{4})(?:-(\d{2})(?:-(\d{2})(T.*)?)?)?$/;
const ZONE = /(?:Z|[+-]\d{2}:\d{2})$/;

function dayOf(year: number, month: number, day: number): Day {
  return Date.UTC(year, month - 1, day) / MILLISECONDS_A_DAY;
}

const DAYS_IN_MONTH = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] as const;

function daysInMonth(year: number, month: number): number {
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return month === 2 && isLeap ? 29 : (DAYS_IN_MONTH[month - 1] ?? 0);
}

/**
 * Reads a FHIR date or dateTime as the days it may stand for. The local date as written counts, so the answer
 * does not depend on a time zone. Anything else, impossible dates included, gives undefined.
 */
export function parseDays(value: unknown): DayInterval | undefined {
  if (typeof value !== 'string') return undefined;
  const match = FHIR_DATE.exec(value);
  if (!match) return undefined;
  const year = Number(match[1]);
  if (year < 1800) return undefined;
  if (match[2] === undefined) return { earliest: dayOf(year, 1, 1), latest: dayOf(year, 12, 31) };
  const month = Number(match[2]);
  if (month < 1 || month > 12) return undefined;
  const last = daysInMonth(year, month);
  const first = dayOf(year, month, 1);
  if (match[3] === undefined) return { earliest: first, latest: first + last - 1 };
  const day = Number(match[3]);
  if (day < 1 || day > last) return undefined;
  const at = match[4] !== undefined && ZONE.test(match[4]) ? Date.parse(value) : Number.NaN;
  return { earliest: first + day - 1, latest: first + day - 1, ...(!Number.isNaN(at) && { at }) };
}

/** The day of a date that is exact to the day, else undefined. */
export function parseExactDay(value: unknown): Day | undefined {
  const days = parseDays(value);
  return days && days.earliest === days.latest ? days.earliest : undefined;
}

/** `YYYY-MM-DD`. */
export function formatDay(day: Day): string {
  return new Date(day * MILLISECONDS_A_DAY).toISOString().slice(0, 10);
}

/** The interval as precisely as it is known: `2025`, `2025-03` or `2025-03-14`. */
export function formatDays(days: DayInterval): string {
  const from = formatDay(days.earliest);
  if (days.earliest === days.latest) return from;
  return from.slice(0, 7) === formatDay(days.latest).slice(0, 7) ? from.slice(0, 7) : from.slice(0, 4);
}

/** Moves by whole calendar months; a day that the month lacks becomes its last day (31 March + 1 month = 30 April). */
export function addMonths(day: Day, months: number): Day {
  const date = new Date(day * MILLISECONDS_A_DAY);
  const index = date.getUTCFullYear() * 12 + date.getUTCMonth() + months;
  const year = Math.floor(index / 12);
  const month = (index % 12) + 1;
  return dayOf(year, month, Math.min(date.getUTCDate(), daysInMonth(year, month)));
}

/** The length in days of the union of intervals given as `[start, end]`; days = end - start. */
export function unionLength(intervals: readonly (readonly [Day, Day])[]): number {
  let total = 0;
  let coveredTo = Number.NEGATIVE_INFINITY;
  for (const [start, end] of intervals.toSorted((a, b) => a[0] - b[0])) {
    if (end <= coveredTo) continue;
    total += end - Math.max(start, coveredTo);
    coveredTo = end;
  }
  return total;
}
