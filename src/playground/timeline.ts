import { formatDay } from '../time/days';
import type { Vocabulary } from './demo-data';
import { el, svg } from './dom';
import { resourceButton, type OpenResource } from './resource-dialog';
import { LANE, MARK, timelineLayout, type PlacedMark, type PlacedRow } from './timeline-geometry';
import { wordsOfMark, type Judged, type Mark } from './timeline-marks';

const TEXT_DOWN = 10;

function markPart(placed: PlacedMark, open: OpenResource): SVGElement {
  const { mark, from, to, y, words, wordsAt, anchor, inside, isEarlier } = placed;
  const [reference = ''] = mark.references;
  const kind = mark.counted ? 'mark counted' : 'mark';
  const shape =
    from === to
      ? svg('circle', { cx: from, cy: y + MARK / 2, r: MARK / 2 })
      : svg('rect', { x: from, y, width: Math.max(to - from, 2), height: MARK, rx: 2 });
  return svg(
    'g',
    { class: kind, click: () => open(reference) },
    svg('title', {}, `${formatDay(mark.start)}: ${wordsOfMark(mark)}`),
    !isEarlier && shape,
    svg(
      'text',
      { class: inside && !isEarlier && 'inside', x: wordsAt, y: y + TEXT_DOWN, 'text-anchor': anchor },
      words,
    ),
  );
}

function measurePart({ measure }: PlacedRow): SVGElement[] {
  if (!measure) return [];
  const { from, filledTo, to, y, wordsAt, wordsY, anchor } = measure;
  return [
    svg('rect', { class: 'asked', x: from, y, width: to - from, height: MARK, rx: 2 }),
    svg('rect', { class: 'found', x: from, y, width: filledTo - from, height: MARK, rx: 2 }),
    svg(
      'text',
      { class: 'total', x: wordsAt, y: wordsY + TEXT_DOWN, 'text-anchor': anchor },
      measure.measure.label,
    ),
  ];
}

function rowPart(row: PlacedRow, width: number, open: OpenResource): SVGElement {
  return svg(
    'g',
    {},
    svg('line', { class: 'rule', x1: 0, x2: width, y1: row.y - 4, y2: row.y - 4 }),
    ...row.bands.flatMap(({ from, to, label, labelY }) => [
      svg('rect', { class: 'band', x: from, y: row.y - 3, width: to - from, height: row.height - 1 }),
      svg('text', { class: 'band-label', x: to - 4, y: labelY + TEXT_DOWN - 2, 'text-anchor': 'end' }, label),
    ]),
    svg('text', { class: 'row-title', x: 0, y: row.y + TEXT_DOWN }, row.title),
    row.marks.length === 0 &&
      svg('text', { class: 'nothing', x: 185, y: row.y + TEXT_DOWN }, 'nothing on file'),
    ...row.marks.map((mark) => markPart(mark, open)),
    ...measurePart(row),
  );
}

/** What the picture says, in one sentence for each row. */
function described(rows: readonly PlacedRow[]): string {
  return rows
    .map(({ title, marks, measure }) => {
      const said = measure ? measure.measure.label : `${marks.length} on file`;
      return `${title}: ${said}.`;
    })
    .join(' ');
}

function picture(
  marks: readonly Mark[],
  judged: Judged,
  rows: Vocabulary['rows'],
  width: number,
  open: OpenResource,
): SVGElement {
  const layout = timelineLayout(marks, judged, rows, width);
  const { height, judgedAt, ticks } = layout;
  const on = formatDay(judged.asOf);
  return svg(
    'svg',
    {
      viewBox: `0 0 ${width} ${height}`,
      width,
      height,
      role: 'img',
      'aria-label': `Chart over time until ${on}. ${described(layout.rows)}`,
    },
    ...ticks.flatMap(({ at, label }) => [
      svg('line', { class: 'tick', x1: at, x2: at, y1: 18, y2: height }),
      svg('text', { class: 'tick-label', x: at + 3, y: 27 }, label),
    ]),
    ...layout.rows.map((row) => rowPart(row, width, open)),
    svg('line', { class: 'judged', x1: judgedAt, x2: judgedAt, y1: 15, y2: height }),
    svg('text', { class: 'judged-label', x: judgedAt, y: 11, 'text-anchor': 'end' }, `judged for ${on}`),
  );
}

function table(marks: readonly Mark[], judged: Judged, rows: Vocabulary['rows'], open: OpenResource) {
  const titleOf = (id: string): string => rows.find((row) => row.id === id)?.title ?? id;
  return el(
    'details',
    {},
    el('summary', {}, 'The same as a table'),
    el('ul', {}, ...judged.windows.map(({ label, description }) => el('li', {}, `${label}: ${description}`))),
    el(
      'table',
      {},
      el(
        'thead',
        {},
        el('tr', {}, ...['When', 'What', 'Row', 'Evidence'].map((head) => el('th', { scope: 'col' }, head))),
      ),
      el(
        'tbody',
        {},
        ...marks.map((mark) =>
          el(
            'tr',
            {},
            el('td', {}, formatDay(mark.start)),
            el('td', {}, resourceButton(mark.references[0] ?? '', wordsOfMark(mark), open)),
            el('td', {}, titleOf(mark.row)),
            el('td', {}, mark.counted ? 'yes' : 'no'),
          ),
        ),
      ),
    ),
  );
}

/** The chart over time: drawn anew when its width changes, and as a table. */
export function timelinePart(
  marks: readonly Mark[],
  judged: Judged,
  rows: Vocabulary['rows'],
  open: OpenResource,
): HTMLElement {
  const frame = el('div', { class: 'picture' });
  let drawn = 0;
  new ResizeObserver(([entry]) => {
    const width = Math.floor(entry?.contentRect.width ?? 0);
    if (width < LANE || width === drawn) return;
    drawn = width;
    frame.replaceChildren(picture(marks, judged, rows, width, open));
  }).observe(frame);
  return el(
    'div',
    { class: 'timeline' },
    frame,
    el(
      'p',
      { class: 'legend' },
      el('span', { class: 'key counted' }),
      ' evidence on the card ',
      el('span', { class: 'key' }),
      ' on file, not used ',
      el('span', { class: 'key asked' }),
      ' asked for ',
      el('span', { class: 'key band' }),
      ' time looked at',
    ),
    table(marks, judged, rows, open),
  );
}
