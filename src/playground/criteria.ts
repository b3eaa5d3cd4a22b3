import type { Assessment, Criterion } from './cds-hooks';
import type { Vocabulary } from './demo-data';
import { el } from './dom';
import { resourceButton, type OpenResource } from './resource-dialog';
import { statusMark } from './words';

function sourcePart(id: string, sources: Vocabulary['sources']): HTMLElement {
  const { title, url } = sources[id] ?? { title: id };
  return el(
    'li',
    {},
    url === undefined ? title : el('a', { href: url, target: '_blank', rel: 'noopener' }, title),
  );
}

function whyPart(
  { evidence = [], citations = [] }: Criterion,
  sources: Vocabulary['sources'],
  open: OpenResource,
) {
  return [
    evidence.length > 0 &&
      el(
        'ul',
        { class: 'evidence' },
        ...evidence.map(({ reference, date, summary }) =>
          el('li', {}, date === undefined ? '' : `${date} `, resourceButton(reference, summary, open)),
        ),
      ),
    citations.length > 0 &&
      el(
        'details',
        {},
        el('summary', {}, `${citations.length} ${citations.length === 1 ? 'source' : 'sources'}`),
        el('ul', {}, ...citations.map((id) => sourcePart(id, sources))),
      ),
  ];
}

/** What needs a look comes first. */
const SEQUENCE = ['not-met', 'not-assessed', 'not-documented', 'met', 'not-applicable'];

function row(criterion: Criterion, sources: Vocabulary['sources'], open: OpenResource): HTMLElement {
  const { id, title, severity, status, required = '', found = '', lines } = criterion;
  return el(
    'tr',
    { class: `row-${status}` },
    el('td', { 'data-label': 'Status' }, statusMark(status)),
    el(
      'th',
      { scope: 'row' },
      title,
      el('span', { class: 'muted' }, ` ${id}, ${severity}${lines ? `, ${lines.join(', ')}` : ''}`),
    ),
    el('td', { 'data-label': 'Required' }, required || '–'),
    el('td', { 'data-label': 'Found' }, found || '–', ...whyPart(criterion, sources, open)),
  );
}

/** Every criterion of a card with what is required, what was found, and what that rests on. */
export function criteriaTable(
  { criteria }: Assessment,
  sources: Vocabulary['sources'],
  open: OpenResource,
): HTMLElement {
  const sorted = criteria.toSorted((a, b) => SEQUENCE.indexOf(a.status) - SEQUENCE.indexOf(b.status));
  return el(
    'table',
    { class: 'criteria' },
    el(
      'thead',
      {},
      el(
        'tr',
        {},
        ...['Status', 'Criterion', 'Required', 'Found, and the records it rests on'].map((title) =>
          el('th', { scope: 'col' }, title),
        ),
      ),
    ),
    el('tbody', {}, ...sorted.map((criterion) => row(criterion, sources, open))),
  );
}
