import type { Json } from '../fhir/read';
import type { Card, OverrideReason, Suggestion } from './cds-hooks';
import { loadCase, loadChoices, type CaseSummary, type DemoCase, type Vocabulary } from './demo-data';
import { copied } from './copy';
import { byId, el } from './dom';
import { acceptance, override as overriding, report } from './feedback';
import { orderSignRequest } from './hook-request';
import { orderEditor } from './order-editor';
import { determinationsOf, profileTable } from './profile-comparison';
import { rawPart } from './raw';
import { chartList, resourceButton, showResource } from './resource-dialog';
import { resultParts, spoken } from './results';
import { caseOptions, drawChoices, patientBanner } from './setup-form';
import { sign, type Outcome } from './sign';
import { linkOf, stateOfLink, type State } from './state';
import { afterSuggestion, referenceTo, type Draft } from './suggestions';

/** Its card says why in one number. */
const FIRST_CASE = '04-care-too-short';

/** The page as it stands, and what changes it. */
function playground(cases: readonly CaseSummary[], vocabulary: Vocabulary) {
  const firstState: State = {
    caseId: (cases.find(({ id }) => id === FIRST_CASE) ?? cases[0])?.id ?? '',
    profile: vocabulary.profiles[0]?.id ?? '',
    arrival: 'prefetch',
    failing: ['procedures'],
    created: [],
  };
  let state = firstState;
  let demoCase: DemoCase | undefined;
  let outcomes: ReadonlyMap<string, Outcome> = new Map();
  const overridden = new Map<string, OverrideReason>();
  /** Counts the firings, so that only the last one's answer is shown. */
  let firing = 0;

  const tell = (message: string): void => {
    byId('status').textContent = message;
  };
  const draft = (): Draft => ({ orders: state.orders ?? demoCase?.orders ?? [], created: state.created });
  const open = (reference: string): void =>
    showResource(reference, [...(demoCase?.chart ?? []), ...draft().orders, ...draft().created]);

  const drawResults = (): void => {
    const outcome = outcomes.get(state.profile);
    if (!demoCase || !outcome) return;
    const shown = { demoCase, vocabulary, overridden, handlers: { take, override }, open };
    byId('cards').replaceChildren(...resultParts(outcome, draft().orders, shown));
    byId('determinations').textContent = determinationsOf(outcomes, vocabulary.profiles);
    byId('comparison').replaceChildren(profileTable(outcomes, vocabulary.profiles));
    byId('raw').replaceChildren(rawPart(outcome, tell));
  };

  const drawDraft = (): void => {
    if (!demoCase) return;
    const { patientId, chart } = demoCase;
    const editor = orderEditor({
      draft,
      patientId,
      usualCode: vocabulary.procedures[0]?.code ?? '',
      edited: (i, order) => edit(draft().orders.with(i, order)),
      replaced: (orders) => {
        edit(orders);
        drawDraft();
        byId('add-order').focus();
      },
    });
    byId('orders').replaceChildren(editor);
    byId('patient').textContent = patientBanner(demoCase);
    byId('chart').replaceChildren(chartList(chart, open));
    byId('created').replaceChildren(
      ...state.created.map((resource) =>
        el('li', {}, resourceButton(referenceTo(resource), referenceTo(resource), open)),
      ),
    );
    byId('created-part').hidden = state.created.length === 0;
  };

  const keep = (changed: Partial<State>): void => {
    state = { ...state, ...changed };
    history.replaceState(null, '', linkOf(state));
  };

  const edit = (orders: readonly Json[]): void => {
    keep({ orders });
    byId('cards').classList.add('stale');
    tell('The draft changed. Sign to see the cards for it.');
  };

  const fire = async (): Promise<void> => {
    if (!demoCase) return;
    const mine = ++firing;
    const of = demoCase;
    byId('cards').setAttribute('aria-busy', 'true');
    const parts = { state, draft: draft(), prefetchTypes: vocabulary.prefetch, origin: location.origin };
    const answers = await Promise.all(
      vocabulary.profiles.map(async ({ id }) => {
        const request = orderSignRequest(of, { ...parts, profile: id });
        return [id, await sign(request)] as const;
      }),
    );
    if (mine !== firing) return;
    outcomes = new Map(answers);
    overridden.clear();
    byId('cards').setAttribute('aria-busy', 'false');
    byId('cards').classList.remove('stale');
    drawResults();
    const outcome = outcomes.get(state.profile);
    if (outcome) tell(spoken(outcome));
  };

  const choose = (changed: Partial<State>): void => {
    const focused = document.activeElement?.id ?? '';
    keep(changed);
    drawChoices(state, vocabulary, choose);
    if (focused !== '') document.getElementById(focused)?.focus();
    void fire();
  };

  const take = (card: Card, suggestion: Suggestion): void => {
    void report(acceptance(card, suggestion, new Date()));
    const { orders, created } = afterSuggestion(draft(), suggestion);
    keep({ orders, created });
    drawDraft();
    void fire().then(() => {
      tell(`Applied: ${suggestion.label}. ${byId('status').textContent ?? ''}`);
      byId('cards-title').focus();
    });
  };

  const override = (card: Card, reason: OverrideReason | undefined): void => {
    if (reason) overridden.set(card.uuid, reason);
    else overridden.delete(card.uuid);
    drawResults();
    byId('cards-title').focus();
    if (!reason) {
      tell(
        'The override is taken back here. The service keeps the feedback until the card has another outcome.',
      );
      return;
    }
    tell(`Overridden: ${reason.display}`);
    void report(overriding(card, reason, new Date())).then((isTaken) => {
      const sent = isTaken ? 'The service has the feedback.' : 'The feedback could not be sent.';
      tell(`Overridden: ${reason.display}. ${sent}`);
    });
  };

  const show = async (next: State): Promise<void> => {
    state = next;
    drawChoices(state, vocabulary, choose);
    (byId('case') as HTMLSelectElement).value = state.caseId;
    const loaded = await loadCase(next.caseId);
    if (state.caseId !== next.caseId) return;
    demoCase = loaded;
    keep({});
    drawDraft();
    await fire();
  };

  const showOr = (next: State): void => {
    show(next).catch(() => {
      tell('This case could not be loaded. Choose another one.');
    });
  };

  return {
    begin: (): void => {
      const linked = stateOfLink(location.hash, firstState);
      const isKnown = vocabulary.profiles.some(({ id }) => id === linked.profile);
      showOr(isKnown ? linked : { ...linked, profile: firstState.profile });
    },
    chooseCase: (caseId: string): void => {
      const { orders: _, ...rest } = state;
      showOr({ ...rest, caseId, created: [] });
    },
    reset: (): void => {
      const { orders: _, ...rest } = state;
      showOr({ ...rest, created: [] });
    },
    fire: (): void => void fire(),
    copyLink: (): void => void copied(location.href).then(tell),
  };
}

async function start(): Promise<void> {
  const { cases, vocabulary } = await loadChoices();
  const page = playground(cases, vocabulary);
  const choice = byId('case') as HTMLSelectElement;
  choice.replaceChildren(...caseOptions(cases));
  byId('procedures').replaceChildren(
    ...vocabulary.procedures.map(({ code, label }) => el('option', { value: code }, label)),
  );
  choice.addEventListener('change', () => page.chooseCase(choice.value));
  byId('setup').addEventListener('submit', (event) => {
    event.preventDefault();
    page.fire();
  });
  byId('reset').addEventListener('click', page.reset);
  byId('copy-link').addEventListener('click', page.copyLink);
  window.addEventListener('hashchange', () => {
    // The skip link is no state.
    if (location.hash.includes('case=')) page.begin();
  });
  (byId('edit') as HTMLDetailsElement).open = matchMedia('(min-width: 60rem)').matches;
  page.begin();
}

start().catch(() => {
  byId('status').textContent =
    'The playground could not be loaded. Is the service running? Load the page again.';
});
