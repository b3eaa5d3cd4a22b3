import { el } from './dom';

const STATUS: Readonly<Record<string, readonly [symbol: string, words: string]>> = {
  met: ['✓', 'Met'],
  'not-met': ['✗', 'Not met'],
  'not-documented': ['?', 'Not documented'],
  'not-assessed': ['!', 'Not read'],
  'not-applicable': ['–', 'Does not apply'],
};

const DETERMINATION: Readonly<Record<string, string>> = {
  contraindicated: 'Contraindicated',
  'criteria-not-met': 'Criteria not met',
  'coding-issue': 'Coding issue',
  'documentation-gaps': 'Documentation gaps',
  'meets-criteria': 'Meets criteria',
};

/** A status as a symbol and words. */
export function statusMark(status: string): HTMLElement {
  const [symbol, words] = STATUS[status] ?? ['', status];
  return el(
    'span',
    { class: `status status-${status}` },
    el('span', { class: 'symbol', 'aria-hidden': 'true' }, symbol),
    ` ${words}`,
  );
}

export function determinationWords(determination: string): string {
  return DETERMINATION[determination] ?? determination;
}
