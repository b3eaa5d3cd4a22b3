import type { Json } from '../fhir/read';
import { parseExactDay } from '../time/days';
import { cardPart, type CardHandlers } from './cards';
import { assessmentOf, type Card, type OverrideReason } from './cds-hooks';
import { criteriaTable } from './criteria';
import type { DemoCase, Vocabulary } from './demo-data';
import { el } from './dom';
import type { OpenResource } from './resource-dialog';
import type { Outcome } from './sign';
import { timelinePart } from './timeline';
import { marksOf, type Judged } from './timeline-marks';

/** What the cards of an answer are shown with. */
export interface Shown {
  readonly demoCase: DemoCase;
  readonly vocabulary: Vocabulary;
  readonly overridden: ReadonlyMap<string, OverrideReason>;
  readonly handlers: CardHandlers;
  readonly open: OpenResource;
}

function judgedBy(card: Card, { policies }: Vocabulary): Judged {
  const { policy, profile, evaluatedOn, criteria } = assessmentOf(card);
  const { windows = {}, visitGapDays = 0 } = policies[policy.id] ?? {};
  const references = criteria.flatMap(({ evidence = [] }) => evidence.map(({ reference }) => reference));
  return {
    asOf: parseExactDay(evaluatedOn) ?? 0,
    evidence: new Set(references),
    windows: windows[profile] ?? [],
    visitGapDays,
  };
}

function whyPart(card: Card, { demoCase, vocabulary, open }: Shown): HTMLElement {
  const judged = judgedBy(card, vocabulary);
  return el(
    'div',
    { class: 'why' },
    el('h3', {}, 'Why: the chart over time'),
    timelinePart(marksOf(demoCase.timeline, judged), judged, vocabulary.rows, open),
    el('h3', {}, 'Why: criterion by criterion'),
    criteriaTable(assessmentOf(card), vocabulary.sources, open),
  );
}

function problemPart({ status, problems }: Outcome): HTMLElement {
  const head =
    status === undefined ? 'No answer from the service' : `The service refused the request (${status})`;
  return el(
    'article',
    { class: 'card problem' },
    el('h3', {}, head),
    el('ul', {}, ...problems.map((problem) => el('li', {}, problem))),
    el('p', {}, 'An EHR shows no card now and lets the order be signed.'),
  );
}

/** The cards of an answer, each with what it rests on; or why there are none. */
export function resultParts(outcome: Outcome, orders: readonly Json[], shown: Shown): HTMLElement[] {
  const { cards, problems } = outcome;
  if (problems.length > 0) return [problemPart(outcome)];
  if (cards.length === 0) {
    const why =
      orders.length === 0
        ? 'There is no order to judge: add one.'
        : 'The service has nothing to say about these orders.';
    return [el('p', { class: 'card' }, `No card. ${why}`)];
  }
  return cards.map((card) =>
    el(
      'section',
      { class: 'pair', 'aria-label': card.summary },
      cardPart(card, shown.overridden.get(card.uuid), shown.handlers),
      whyPart(card, shown),
    ),
  );
}

/** What came, in a sentence to be read aloud. */
export function spoken({ cards, problems, milliseconds }: Outcome): string {
  if (problems.length > 0) return `No cards: ${problems.join(' ')}`;
  const count = `${cards.length} ${cards.length === 1 ? 'card' : 'cards'}`;
  return `Cards updated: ${count} in ${milliseconds} ms.`;
}
