import type { LoggedDecision } from '../../src/store/decision';
import type { CardOutcome } from '../../src/store/feedback';
import type { Store } from '../../src/store/store';

const SERVICE = 'nerve-block-order-sign';
const EHR = 'https://ehr.example';

function decision(id: string, members: Partial<LoggedDecision> = {}): LoggedDecision {
  return {
    id,
    decidedAt: new Date('2026-03-16T12:00:00Z'),
    client: EHR,
    service: SERVICE,
    status: 200,
    readingMs: 1.4,
    totalMs: 2.6,
    chart: { conditions: 'sent' },
    groups: [],
    inputDigest: 'x',
    ...members,
  };
}

/** A decision with one card that asks for two things, and a suggestion about the first. */
function cardDecision(card: string, members: Partial<LoggedDecision> = {}): LoggedDecision {
  const criterion = (id: string, status: 'met' | 'not-documented') =>
    ({ id, version: 'v', severity: 'hard', status }) as const;
  return decision(`decision-${card}`, {
    groups: [
      {
        card,
        policy: 'transforaminal-epidural',
        version: '1.0.0',
        determination: 'documentation-gaps',
        lines: [{ code: '64483', determination: 'documentation-gaps' }],
        criteria: [
          criterion('TF-CC', 'not-documented'),
          criterion('TF-BASE', 'not-documented'),
          criterion('TF-DX', 'met'),
        ],
        suggestions: [{ id: `suggestion-${card}`, remedy: 'ask-for-records', criteria: ['TF-CC'] }],
      },
    ],
    ...members,
  });
}

const accepted = (card: string, minute = 0): CardOutcome => ({
  card,
  outcome: 'accepted',
  at: new Date(Date.UTC(2026, 2, 16, 12, minute)),
  acceptedSuggestions: [`suggestion-${card}`],
});
const overridden = (card: string, minute = 0, more: Partial<CardOutcome> = {}): CardOutcome => ({
  card,
  outcome: 'overridden',
  at: new Date(Date.UTC(2026, 2, 16, 12, minute)),
  acceptedSuggestions: [],
  ...more,
});

/** What every store has to do, whatever database is under it; each test gets an empty one. */
export function describeStore(open: () => Promise<Store>): void {
  let store: Store;
  beforeEach(async () => {
    store = await open();
  });
  afterEach(() => store.close());

  test('a token is used once, however many ask at the same time', async () => {
    const soon = new Date(Date.now() + 60_000);
    const answers = await Promise.all(Array.from({ length: 50 }, () => store.useToken('token', soon)));
    expect(answers.filter(Boolean)).toHaveLength(1);
    expect(await store.useToken('other', soon)).toBe(true);
  });

  test('feedback is counted by the last outcome of each card', async () => {
    await store.addDecisions([cardDecision('one'), cardDecision('two'), cardDecision('three')]);
    await store.addFeedback(EHR, SERVICE, [accepted('one', 5), overridden('one', 1), overridden('two', 1)]);
    await store.addFeedback(EHR, SERVICE, [overridden('two', 1)]);
    expect(await store.feedbackReport()).toEqual({
      total: { cards: 3, accepted: 1, overridden: 1 },
      byCriterion: [
        { policy: 'transforaminal-epidural', criterion: 'TF-BASE', cards: 3, accepted: 0, overridden: 1 },
        { policy: 'transforaminal-epidural', criterion: 'TF-CC', cards: 3, accepted: 1, overridden: 1 },
      ],
      byPolicyVersion: [
        { policy: 'transforaminal-epidural', version: '1.0.0', cards: 3, accepted: 1, overridden: 1 },
      ],
      byClient: [{ client: EHR, cards: 3, accepted: 1, overridden: 1 }],
      byReason: [{ cards: 1 }],
      unmatched: 0,
    });
  });

  test('of two outcomes at the same instant the one that came later counts', async () => {
    await store.addDecisions([cardDecision('one')]);
    for (const outcome of [overridden('one'), accepted('one')])
      await store.addFeedback(EHR, SERVICE, [outcome]);
    expect((await store.feedbackReport()).total).toEqual({ cards: 1, accepted: 1, overridden: 0 });
  });

  test('an outcome dated in the future counts from when it came', async () => {
    await store.addDecisions([cardDecision('one')]);
    const future = { ...overridden('one'), at: new Date(Date.now() + 86_400_000) };
    await store.addFeedback(EHR, SERVICE, [future]);
    await store.addFeedback(EHR, SERVICE, [future]);
    await store.addFeedback(EHR, SERVICE, [{ ...accepted('one'), at: new Date(Date.now() + 1000) }]);
    expect((await store.feedbackReport()).total).toEqual({ cards: 1, accepted: 1, overridden: 0 });
  });

  test('feedback may come before its decision, and from nobody else', async () => {
    await store.addFeedback(EHR, SERVICE, [overridden('one')]);
    await store.addFeedback('https://other.example', SERVICE, [accepted('one', 9)]);
    await store.addFeedback(EHR, 'nerve-block-order-select', [accepted('one', 9)]);
    expect((await store.feedbackReport()).unmatched).toBe(3);
    await store.addDecisions([cardDecision('one')]);
    expect(await store.feedbackReport()).toMatchObject({
      total: { accepted: 0, overridden: 1 },
      unmatched: 2,
    });
    expect(await store.feedbackReport(EHR)).toMatchObject({ total: { cards: 1 }, unmatched: 1 });
    expect(await store.feedbackReport('https://other.example')).toMatchObject({
      total: { cards: 0 },
      unmatched: 1,
    });
  });

  test('a suggestion of another card accepts nothing', async () => {
    await store.addDecisions([cardDecision('one'), cardDecision('two')]);
    await store.addFeedback(EHR, SERVICE, [{ ...accepted('one'), acceptedSuggestions: ['suggestion-two'] }]);
    const { byCriterion } = await store.feedbackReport();
    expect(byCriterion.map((row) => row.accepted)).toEqual([0, 0]);
  });

  test('what is stored twice is there once', async () => {
    const decisions = [cardDecision('one'), cardDecision('two')];
    await store.addDecisions(decisions);
    await store.addDecisions(decisions);
    expect((await store.feedbackReport()).total.cards).toBe(2);
  });

  test('a large batch is stored as a whole', async () => {
    const cards = Array.from({ length: 1200 }, (_, i) => `card-${i}`);
    await store.addDecisions(cards.map((card) => cardDecision(card)));
    await store.addFeedback(
      EHR,
      SERVICE,
      cards.slice(0, 1000).map((card) => overridden(card)),
    );
    expect((await store.feedbackReport()).total).toEqual({ cards: 1200, accepted: 0, overridden: 1000 });
  });

  test('reasons and comments are kept as they are', async () => {
    const reason = { system: 'https://ehr.example/reasons', code: 'own', display: 'Größe – “own” 🙂' };
    await store.addDecisions([cardDecision('one')]);
    await store.addFeedback(EHR, SERVICE, [overridden('one', 0, { reason, comment: "it's; -- mine" })]);
    expect((await store.feedbackReport()).byReason).toEqual([
      { system: reason.system, code: reason.code, cards: 1 },
    ]);
  });

  test('what is too old is forgotten, with everything that belongs to it', async () => {
    await store.addDecisions([
      cardDecision('old', { decidedAt: new Date('2025-01-01T00:00:00Z') }),
      cardDecision('new'),
    ]);
    await store.addFeedback(EHR, SERVICE, [overridden('old'), overridden('new')]);
    const expiry = new Date('2026-01-01T00:01:00Z');
    expect(await store.useToken('token', expiry)).toBe(true);
    await store.forget(new Date('2026-01-01T00:00:00Z'), new Date('2026-01-01T00:00:00Z'));
    expect(await store.useToken('token', expiry)).toBe(false);
    // Its feedback came only now and is kept, though the card is not known any more.
    expect(await store.feedbackReport()).toMatchObject({ total: { cards: 1, overridden: 1 }, unmatched: 1 });
    await store.forget(new Date('2026-01-01T00:02:00Z'), new Date(Date.now() + 60_000));
    expect(await store.useToken('token', expiry)).toBe(true);
    expect(await store.feedbackReport()).toEqual({
      total: { cards: 0, accepted: 0, overridden: 0 },
      byCriterion: [],
      byPolicyVersion: [],
      byClient: [],
      byReason: [],
      unmatched: 0,
    });
  });

  test('it says whether it answers', async () => {
    await expect(store.check()).resolves.toBeUndefined();
  });
}
