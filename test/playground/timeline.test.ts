import type { PolicyWindow, TimelineItem } from '../../src/playground/demo-data';
import { timelineLayout } from '../../src/playground/timeline-geometry';
import { marksOf, measureOf, wordsOfMark, type Judged } from '../../src/playground/timeline-marks';
import { parseExactDay } from '../../src/time/days';

const ROWS = [
  { id: 'care', title: 'Conservative care' },
  { id: 'scores', title: 'Pain and function' },
  { id: 'blocks', title: 'Earlier blocks' },
];
const ASKED: PolicyWindow = {
  name: 'conservativeCareDays',
  row: 'care',
  kind: 'length',
  value: 42,
  unit: 'days',
  label: '42 days of active care asked',
  description: '',
};
const RECENT: PolicyWindow = { ...ASKED, name: 'baselineDays', row: 'scores', kind: 'window', value: 90 };
const YEAR: PolicyWindow = { ...RECENT, row: 'blocks', value: 12, unit: 'months' };
const EXERCISE = {
  row: 'care',
  reference: 'CarePlan/a',
  label: 'Home exercise',
  start: '2026-01-05',
  end: '2026-02-02',
};

function day(date: string): number {
  return parseExactDay(date) ?? Number.NaN;
}

function judged(evidence: readonly string[], windows: readonly PolicyWindow[]): Judged {
  return { asOf: day('2026-03-16'), evidence: new Set(evidence), windows, visitGapDays: 30 };
}

function visit(reference: string, start: string): TimelineItem {
  return { row: 'care', reference, label: 'Therapy', start, end: start };
}

test('the care that counts stands beside what is asked: 28 of 42 days', () => {
  const asked = judged(['CarePlan/a'], [ASKED]);
  const marks = marksOf([EXERCISE], asked);
  expect(marks.map(wordsOfMark)).toEqual(['Home exercise, 28 days']);
  expect(measureOf('care', marks, asked)).toMatchObject({
    found: 28,
    asked: 42,
    label: '28 of 42 days of active care asked',
  });
  const { rows } = timelineLayout(marks, asked, ROWS, 700);
  const { measure, marks: [bar] = [] } = rows[0] ?? {};
  if (!measure || !bar) throw new Error('a bar and a measure are drawn');
  expect([measure.from, measure.filledTo]).toEqual([bar.from, bar.to]);
  expect((measure.filledTo - measure.from) / (measure.to - measure.from)).toBeCloseTo(28 / 42, 1);
});

test('an evaluation and the visits that follow it are one course of care, as on the card', () => {
  const items = [
    { ...visit('Procedure/eval', '2025-12-01'), label: 'Evaluation' },
    visit('Procedure/1', '2025-12-08'),
    visit('Procedure/2', '2026-01-07'),
    visit('Procedure/far', '2026-03-01'),
  ];
  const asked = judged(
    items.map(({ reference }) => reference),
    [ASKED],
  );
  expect(measureOf('care', marksOf(items, asked), asked)).toMatchObject({ found: 37 });
});

test('care that the card does not rest on counts for nothing, and no number is claimed', () => {
  const asked = judged([], [ASKED]);
  expect(measureOf('care', marksOf([EXERCISE], asked), asked)).toMatchObject({
    found: 0,
    label: '42 days of active care asked',
  });
});

test('days that courses share count once', () => {
  const asked = judged(['CarePlan/a', 'CarePlan/b'], [ASKED]);
  const both = [EXERCISE, { ...EXERCISE, reference: 'CarePlan/b', start: '2026-01-20', end: '2026-02-12' }];
  expect(measureOf('care', marksOf(both, asked), asked)?.found).toBe(38);
});

test('visits at most thirty days apart are one course', () => {
  const visits = [
    visit('Procedure/1', '2026-01-01'),
    visit('Procedure/2', '2026-01-31'),
    visit('Procedure/3', '2026-03-03'),
  ];
  expect(marksOf(visits, judged([], [])).map(wordsOfMark)).toEqual(['Therapy, 2 visits, 30 days', 'Therapy']);
});

test('nothing after the day of judging is drawn, and what goes on ends there', () => {
  const { end: _, ...goesOn } = EXERCISE;
  const marks = marksOf([goesOn, visit('Procedure/9', '2026-03-17')], judged([], []));
  expect(marks.map(wordsOfMark)).toEqual(['Home exercise, 70 days, goes on']);
});

test('windows end on the day of judging and begin as many days or months before', () => {
  const { rows, judgedAt } = timelineLayout([], judged([], [RECENT, YEAR]), ROWS, 1000);
  const [, scores, blocks] = rows;
  const [ninety, year] = [scores?.bands[0], blocks?.bands[0]];
  if (!ninety || !year) throw new Error('two bands are drawn');
  expect([ninety.to, year.to]).toEqual([judgedAt, judgedAt]);
  expect((ninety.to - ninety.from) / (year.to - year.from)).toBeCloseTo(90 / 365, 2);
});

test.each([300, 640, 1400])('in a picture of %d nothing leaves it and no words overlap', (width) => {
  const items = Array.from({ length: 12 }, (_, i): TimelineItem => {
    const start = `20${20 + (i % 7)}-0${(i % 3) + 1}-1${i % 10}`;
    return {
      row: 'blocks',
      reference: `Procedure/${i}`,
      label: `Block number ${i} of the lower back`,
      start,
      end: start,
    };
  });
  const asked = judged(['CarePlan/a', 'Procedure/3'], [ASKED, RECENT, YEAR]);
  const { rows } = timelineLayout(marksOf([EXERCISE, ...items], asked), asked, ROWS, width);
  const places = rows.flatMap(({ marks }) => marks);
  for (const { from, to } of places) {
    expect(from).toBeGreaterThanOrEqual(0);
    expect(to).toBeLessThanOrEqual(width);
  }
  const taken = new Map<number, [number, number][]>();
  for (const { y, words, wordsAt, anchor } of places) {
    const length = words.length * 7;
    const [from, to] = anchor === 'start' ? [wordsAt, wordsAt + length] : [wordsAt - length, wordsAt];
    for (const [otherFrom, otherTo] of taken.get(y) ?? [])
      expect(to < otherFrom || from > otherTo).toBe(true);
    taken.set(y, [...(taken.get(y) ?? []), [from, to]]);
  }
});
