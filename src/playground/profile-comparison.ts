import { assessmentOf, type Criterion } from './cds-hooks';
import type { Vocabulary } from './demo-data';
import { el } from './dom';
import type { Outcome } from './sign';
import { determinationWords, statusMark } from './words';

/** One criterion beside the other profiles' view of it. */
interface ComparedRow {
  readonly name: string;
  readonly id: string;
  readonly byProfile: ReadonlyMap<string, Criterion>;
}

/** The criteria of all cards, those on which the profiles differ first. */
function comparedRows(outcomes: ReadonlyMap<string, Outcome>): ComparedRow[] {
  const rows = new Map<string, { name: string; id: string; byProfile: Map<string, Criterion> }>();
  for (const [profile, { cards }] of outcomes) {
    const severalCards = cards.length > 1;
    for (const [i, card] of cards.entries()) {
      for (const criterion of assessmentOf(card).criteria) {
        const lines = criterion.lines ? ` (${criterion.lines.join(', ')})` : '';
        const name = `${severalCards ? `Card ${i + 1}: ` : ''}${criterion.title}${lines}`;
        const key = `${i} ${criterion.id}${lines}`;
        const known = rows.get(key) ?? { name, id: criterion.id, byProfile: new Map() };
        known.byProfile.set(profile, criterion);
        rows.set(key, known);
      }
    }
  }
  const differs = ({ byProfile }: ComparedRow): boolean =>
    new Set([...outcomes.keys()].map((profile) => byProfile.get(profile)?.status)).size > 1;
  return [...rows.values()].toSorted((a, b) => Number(differs(b)) - Number(differs(a)));
}

function determinationOf({ cards, problems }: Outcome): string {
  if (problems.length > 0) return 'No answer';
  return cards.map((card) => determinationWords(assessmentOf(card).determination)).join('; ') || 'No card';
}

/** What each profile determines, in a sentence each. */
export function determinationsOf(
  outcomes: ReadonlyMap<string, Outcome>,
  profiles: Vocabulary['profiles'],
): string {
  return profiles
    .flatMap(({ id, title }) => {
      const outcome = outcomes.get(id);
      return outcome ? [`${title}: ${determinationOf(outcome)}.`] : [];
    })
    .join(' ');
}

/** The profiles side by side: the determination, and every criterion. */
export function profileTable(
  outcomes: ReadonlyMap<string, Outcome>,
  profiles: Vocabulary['profiles'],
): HTMLElement {
  const shown = profiles.flatMap((profile) => {
    const outcome = outcomes.get(profile.id);
    return outcome ? [{ ...profile, outcome }] : [];
  });
  const headRow = el(
    'tr',
    {},
    el('th', { scope: 'col' }, 'Criterion'),
    ...shown.map(({ title }) => el('th', { scope: 'col' }, title)),
  );
  const determinations = el(
    'tr',
    { class: 'determination' },
    el('th', { scope: 'row' }, 'Determination'),
    ...shown.map(({ outcome }) => el('td', {}, determinationOf(outcome))),
  );
  const rows = comparedRows(outcomes).map(({ name, id, byProfile }) =>
    el(
      'tr',
      {},
      el('th', { scope: 'row' }, name, el('span', { class: 'muted' }, ` ${id}`)),
      ...shown.map((profile) => {
        const criterion = byProfile.get(profile.id);
        return el(
          'td',
          {},
          criterion ? statusMark(criterion.status) : 'nothing to say',
          criterion && el('span', { class: 'muted' }, ` ${criterion.severity}`),
        );
      }),
    ),
  );
  const table = el(
    'table',
    { class: 'profiles' },
    el('thead', {}, headRow),
    el('tbody', {}, determinations, ...rows),
  );
  return el(
    'div',
    { class: 'scrolling', role: 'region', tabindex: 0, 'aria-label': 'Profiles side by side' },
    table,
  );
}
