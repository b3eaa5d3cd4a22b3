import { assessmentOf, type Card, type OverrideReason, type Suggestion } from './cds-hooks';
import { el } from './dom';
import { rendered } from './markdown';
import { determinationWords } from './words';

/** What can be done with a card. */
export interface CardHandlers {
  readonly take: (card: Card, suggestion: Suggestion) => void;
  readonly override: (card: Card, reason: OverrideReason | undefined) => void;
}

const INDICATOR = {
  info: ['i', 'Information'],
  warning: ['!', 'Warning'],
  critical: ['✕', 'Critical'],
} as const;

function suggestionPart(card: Card, suggestion: Suggestion, { take }: CardHandlers): HTMLElement {
  return el(
    'li',
    {},
    el(
      'button',
      { type: 'button', class: 'suggestion', click: () => take(card, suggestion) },
      suggestion.label,
    ),
    suggestion.isRecommended === true && el('span', { class: 'recommended' }, ' recommended'),
    el('ul', {}, ...suggestion.actions.map(({ description }) => el('li', {}, description))),
  );
}

function overridePart(card: Card, { override }: CardHandlers): HTMLElement {
  const reasons = card.overrideReasons ?? [];
  const id = `reason-${card.uuid}`;
  const choice = el(
    'select',
    { id },
    el('option', { value: '' }, 'choose a reason'),
    ...reasons.map(({ code, display }) => el('option', { value: code }, display)),
  );
  const apply = (): void => {
    const reason = reasons.find(({ code }) => code === choice.value);
    if (reason) override(card, reason);
    else choice.focus();
  };
  return el(
    'div',
    { class: 'override' },
    el('label', { for: id }, 'Sign anyway, because '),
    choice,
    el('button', { type: 'button', click: apply }, 'Override'),
  );
}

function sourcePart({ label, url }: Card['source']): HTMLElement {
  return url === undefined ? el('span', {}, label) : el('a', { href: url }, label);
}

/** A card as an EHR shows it. */
export function cardPart(
  card: Card,
  overridden: OverrideReason | undefined,
  handlers: CardHandlers,
): HTMLElement {
  const [symbol, words] = INDICATOR[card.indicator];
  const { determination, score } = assessmentOf(card);
  const suggestions = card.suggestions ?? [];
  const head = [
    el(
      'p',
      { class: 'indicator' },
      el('span', { class: 'symbol', 'aria-hidden': 'true' }, symbol),
      ` ${words} · ${determinationWords(determination)} · ${score.met} of ${score.applicable} requirements met`,
    ),
    el('h3', {}, card.summary),
    el('p', { class: 'source' }, 'From: ', sourcePart(card.source)),
  ];
  if (overridden)
    return el(
      'article',
      { class: 'card overridden' },
      ...head,
      el(
        'p',
        {},
        el('strong', {}, `Overridden: ${overridden.display}. `),
        el('button', { type: 'button', click: () => handlers.override(card, undefined) }, 'Undo'),
      ),
    );
  return el(
    'article',
    { class: `card ${card.indicator}` },
    ...head,
    suggestions.length > 0 && el('h4', {}, 'Suggestions: one click changes the draft and signs again'),
    suggestions.length > 0 &&
      el('ul', { class: 'suggestions' }, ...suggestions.map((s) => suggestionPart(card, s, handlers))),
    el(
      'div',
      { class: 'detail', role: 'region', tabindex: 0, 'aria-label': 'Detail of the card' },
      rendered(card.detail ?? ''),
    ),
    (card.overrideReasons?.length ?? 0) > 0 && overridePart(card, handlers),
  );
}
