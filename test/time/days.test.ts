import { addMonths, formatDay, formatDays, parseDays, parseExactDay, unionLength } from '../../src/time/days';

function day(text: string): number {
  const exact = parseExactDay(text);
  if (exact === undefined) throw new Error(`${text} is no day`);
  return exact;
}

test('six weeks from 1 December are 42 days on 12 January', () => {
  expect(day('2026-01-12') - day('2025-12-01')).toBe(42);
});

test.each([
  ['2026-03-16', '2026-03-16', '2026-03-16'],
  ['2026-03', '2026-03-01', '2026-03-31'],
  ['2024-02', '2024-02-01', '2024-02-29'],
  ['2026', '2026-01-01', '2026-12-31'],
  ['2026-03-16T23:30:00-05:00', '2026-03-16', '2026-03-16'],
  ['2026-03-16T00:30:00+14:00', '2026-03-16', '2026-03-16'],
])('%s stands for %s to %s', (text, earliest, latest) => {
  expect(parseDays(text)).toMatchObject({ earliest: day(earliest), latest: day(latest) });
});

test.each([
  ['2026-03-16T23:30:00-05:00', Date.UTC(2026, 2, 17, 4, 30)],
  ['2026-03-16T08:00:00Z', Date.UTC(2026, 2, 16, 8)],
  ['2026-03-16T08:00:00', undefined],
  ['2026-03-16', undefined],
])('the moment of %s is %p', (text, at) => {
  expect(parseDays(text)?.at).toBe(at);
});

test.each(['2026-02-30', '2026-13', '16.03.2026', 'yesterday', '', '0001-01-01', 20260316, null, {}])(
  '%p is no date',
  (value) => {
    expect(parseDays(value)).toBeUndefined();
  },
);

test.each([
  ['2026-03-31', 1, '2026-04-30'],
  ['2024-02-29', 12, '2025-02-28'],
  ['2026-01-15', -12, '2025-01-15'],
  ['2026-01-15', -1, '2025-12-15'],
])('%s and %d months are %s', (from, months, to) => {
  expect(formatDay(addMonths(day(from), months))).toBe(to);
});

test('a date is shown as precisely as it is known', () => {
  expect(
    ['2026', '2026-03', '2026-03-16'].map((text) =>
      formatDays(parseDays(text) ?? { earliest: 0, latest: 0 }),
    ),
  ).toEqual(['2026', '2026-03', '2026-03-16']);
});

test('overlapping treatment counts once, gaps do not count', () => {
  expect(unionLength([])).toBe(0);
  expect(
    unionLength([
      [0, 10],
      [5, 20],
      [30, 40],
    ]),
  ).toBe(30);
  expect(
    unionLength([
      [30, 40],
      [0, 20],
      [2, 5],
    ]),
  ).toBe(30);
  expect(unionLength([[7, 7]])).toBe(0);
});
