import { addMonths, formatDay, type Day } from '../time/days';
import type { Vocabulary } from './demo-data';
import { measureOf, windowStart, wordsOfMark, type Judged, type Mark, type Measure } from './timeline-marks';

/** A mark with its place: `from` and `to` are equal for a single day. */
export interface PlacedMark {
  readonly mark: Mark;
  readonly from: number;
  readonly to: number;
  readonly y: number;
  readonly words: string;
  readonly wordsAt: number;
  readonly anchor: 'start' | 'end';
  /** Whether the words stand on the mark itself. */
  readonly inside: boolean;
  /** Whether it lies before everything that is drawn to scale: words at the left edge tell its date. */
  readonly isEarlier: boolean;
}

export interface PlacedBand {
  readonly label: string;
  readonly from: number;
  readonly to: number;
  readonly labelY: number;
}

export interface PlacedMeasure {
  readonly measure: Measure;
  readonly from: number;
  readonly filledTo: number;
  readonly to: number;
  readonly y: number;
  readonly wordsAt: number;
  readonly wordsY: number;
  readonly anchor: 'start' | 'end';
}

export interface PlacedRow {
  readonly title: string;
  readonly y: number;
  readonly height: number;
  readonly marks: readonly PlacedMark[];
  readonly bands: readonly PlacedBand[];
  readonly measure?: PlacedMeasure;
}

export interface TimelineLayout {
  readonly width: number;
  readonly height: number;
  readonly judgedAt: number;
  readonly ticks: readonly { readonly at: number; readonly label: string }[];
  readonly rows: readonly PlacedRow[];
}

export const LANE = 22;
export const MARK = 12;
const HEAD = 20;
const BAND_LABEL = 15;
const TOP = 40;
const CHARACTER = 7;
const BOLD_CHARACTER = 7.7;
const GAP = 6;
/** The shortest stretch of time that is drawn. */
const SHORTEST = 120;
const TICK_WIDTH = 70;
const TICK_LABEL = 48;
const TICK_MONTHS = [1, 2, 3, 6, 12, 24, 60, 120];

interface Scale {
  readonly from: Day;
  readonly to: Day;
  readonly width: number;
  readonly at: (day: Day) => number;
}

/** What counts, what is asked and where it ends are in the picture; anything earlier stands at its left edge. */
function scaleOf(marks: readonly Mark[], measures: readonly Measure[], judged: Judged, width: number): Scale {
  const { asOf, windows } = judged;
  const starts = [
    asOf - SHORTEST,
    ...marks.filter(({ counted }) => counted).map(({ start }) => start),
    ...measures.map(({ start }) => start),
    ...windows.filter(({ kind }) => kind === 'window').map((window) => windowStart(window, asOf)),
  ];
  const earliest = Math.min(...starts);
  const latest = Math.max(asOf, ...measures.map(({ start, asked }) => start + asked));
  const margin = (latest - earliest) * 0.03;
  const [from, to] = [earliest - margin, latest + margin];
  const at = (day: Day): number => Math.round(((Math.max(day, from) - from) / (to - from)) * width);
  return { from, to, width, at };
}

function shortened(words: string, room: number): string {
  const characters = Math.max(Math.floor(room / CHARACTER), 1);
  return words.length <= characters ? words : `${words.slice(0, Math.max(characters - 1, 0))}…`;
}

interface WordsPlace {
  readonly words: string;
  readonly wordsAt: number;
  readonly anchor: 'start' | 'end';
  readonly inside: boolean;
}

/** Words stand to the right of a mark, else to its left, else on it, else shortened on the wider side. */
function wordsBeside(words: string, from: number, to: number, width: number): WordsPlace {
  const [right, left] = [width - to - GAP, from - GAP];
  const needed = words.length * CHARACTER;
  const toTheRight = { wordsAt: to + GAP, anchor: 'start', inside: false } as const;
  const toTheLeft = { wordsAt: from - GAP, anchor: 'end', inside: false } as const;
  if (needed <= right) return { words, ...toTheRight };
  if (needed <= left) return { words, ...toTheLeft };
  if (needed <= to - from - GAP) return { words, wordsAt: from + GAP, anchor: 'start', inside: true };
  return right >= left
    ? { words: shortened(words, right), ...toTheRight }
    : { words: shortened(words, left), ...toTheLeft };
}

function placed(mark: Mark, scale: Scale): Omit<PlacedMark, 'y'> {
  const [from, to] = [scale.at(mark.start), scale.at(mark.end)];
  const isEarlier = mark.end < scale.from;
  const radius = from === to ? MARK / 2 : 0;
  const words = isEarlier ? `◂ ${formatDay(mark.end)} ${wordsOfMark(mark)}` : wordsOfMark(mark);
  const beside = isEarlier
    ? ({ words: shortened(words, scale.width), wordsAt: 0, anchor: 'start', inside: true } as const)
    : wordsBeside(words, from - radius, to + radius, scale.width);
  return { mark, from, to, isEarlier, ...beside };
}

/** Puts each mark into the first lane where neither it nor its words touch another. */
function inLanes(
  marks: readonly Omit<PlacedMark, 'y'>[],
  top: number,
): { marks: PlacedMark[]; lanes: number } {
  const lanes: [number, number][][] = [];
  const result = marks.map((mark) => {
    const length = mark.words.length * CHARACTER;
    const wordsFrom = mark.anchor === 'start' ? mark.wordsAt : mark.wordsAt - length;
    const span: [number, number] = [
      Math.min(mark.from, wordsFrom) - GAP,
      Math.max(mark.to, wordsFrom + length) + GAP,
    ];
    const isFree = (lane: [number, number][]): boolean =>
      lane.every(([from, to]) => span[1] < from || span[0] > to);
    const found = lanes.findIndex(isFree);
    const lane = found === -1 ? lanes.push([]) - 1 : found;
    lanes[lane]?.push(span);
    return { ...mark, y: top + lane * LANE };
  });
  return { marks: result, lanes: lanes.length };
}

/** The words of a measure are never shortened: where neither side has room they stand on a line of their own above. */
function placedMeasure(measure: Measure, y: number, { at, width }: Scale): PlacedMeasure {
  const { start, found, asked, label } = measure;
  const [from, to] = [at(start), at(start + asked)];
  const bar = { measure, from, to, filledTo: at(start + Math.min(found, asked)) };
  const needed = label.length * BOLD_CHARACTER;
  if (needed <= width - to - GAP) return { ...bar, y, wordsY: y, wordsAt: to + GAP, anchor: 'start' };
  if (needed <= from - GAP) return { ...bar, y, wordsY: y, wordsAt: from - GAP, anchor: 'end' };
  const wordsAt = Math.max(Math.min(from, width - needed), 0);
  return { ...bar, y: y + LANE, wordsY: y, wordsAt, anchor: 'start' };
}

function ticksOf({ from, to, width, at }: Scale) {
  const months = ((to - from) / 365.25) * 12;
  const step = TICK_MONTHS.find((each) => (width / months) * each >= TICK_WIDTH) ?? 120;
  const [year = 0, month = 1] = formatDay(Math.ceil(from)).split('-').map(Number);
  const first = Date.UTC(year, Math.floor((month - 1) / step) * step, 1) / 86_400_000;
  return Array.from({ length: Math.ceil(months / step) + 2 }, (_, i) => addMonths(first, i * step))
    .filter((day) => day >= from && day <= to)
    .map((day) => ({ at: at(day), label: formatDay(day).slice(0, 7) }))
    .filter((tick) => tick.at <= width - TICK_LABEL);
}

/** Where everything of the timeline stands in a picture of this width. */
export function timelineLayout(
  marks: readonly Mark[],
  judged: Judged,
  rows: Vocabulary['rows'],
  width: number,
): TimelineLayout {
  const measures = new Map(
    rows.flatMap(({ id }) => {
      const measure = measureOf(id, marks, judged);
      return measure ? [[id, measure] as const] : [];
    }),
  );
  const scale = scaleOf(marks, [...measures.values()], judged, width);
  let y = TOP;
  const placedRows = rows.map(({ id, title }): PlacedRow => {
    const windows = judged.windows.filter((window) => window.row === id && window.kind === 'window');
    const top = y + HEAD + windows.length * BAND_LABEL;
    const { marks: inRow, lanes } = inLanes(
      marks.filter((mark) => mark.row === id).map((mark) => placed(mark, scale)),
      top,
    );
    const measure = measures.get(id);
    const lanesEnd = top + lanes * LANE;
    const total = measure && placedMeasure(measure, lanesEnd, scale);
    const bottom = total ? total.y + LANE : lanesEnd;
    const row = {
      title,
      y,
      height: bottom - y + GAP,
      marks: inRow,
      bands: windows.map((window, i) => ({
        label: window.label,
        from: scale.at(windowStart(window, judged.asOf)),
        to: scale.at(judged.asOf),
        labelY: y + HEAD + i * BAND_LABEL,
      })),
      ...(total && { measure: total }),
    };
    y += row.height;
    return row;
  });
  return { width, height: y + GAP, judgedAt: scale.at(judged.asOf), ticks: ticksOf(scale), rows: placedRows };
}
