import { randomUUID } from 'node:crypto';
import request, { type Response } from 'supertest';
import type { Express } from 'express';
import { openStore, type Store } from '../../src/store/store';
import { decisionLog, type DecisionLog } from '../../src/store/decision-log';
import type { FeedbackReport } from '../../src/store/feedback';
import { authenticatorFor, clientWith, keyPair, PUBLIC_URL, tokenFor } from '../support/cds-client';
import { appForTest } from '../support/service-for-test';
import { cardOf, chartRequest, issuesOf, pathsOf, post, SERVICE, UUID, type Card } from './support';

const FEEDBACK = `${SERVICE}/feedback`;
const AT = '2026-03-16T12:00:00Z';
const REASONS = 'https://nerve-block-cds.example/fhir/CodeSystem/override-reason';

let store: Store;
let decisions: DecisionLog;
let app: Express;
beforeEach(() => {
  store = openStore('file::memory:');
  const fail = (error: unknown): void => {
    throw error;
  };
  decisions = decisionLog(store, { onFailure: fail, onLoss: () => fail(new Error('lost')) });
  app = appForTest({ store, decisions, newId: randomUUID });
});
afterEach(() => store.close());

function send(feedback: unknown, to = app): Promise<Response> {
  return Promise.resolve(request(to).post(FEEDBACK).send({ feedback }));
}

function accepted(card: string, suggestion: string, outcomeTimestamp = AT) {
  return { card, outcome: 'accepted', acceptedSuggestions: [{ id: suggestion }], outcomeTimestamp };
}

function overridden(card: string, overrideReason?: unknown, outcomeTimestamp = AT) {
  return {
    card,
    outcome: 'overridden',
    ...(overrideReason !== undefined && { overrideReason }),
    outcomeTimestamp,
  };
}

async function report(): Promise<FeedbackReport> {
  await decisions.flush();
  const response = await request(app).get('/reports/feedback').set('Accept', 'application/json');
  expect(response.status).toBe(200);
  return response.body as FeedbackReport;
}

/** A card that asks for a pain score. */
async function shownCard(): Promise<Card> {
  const body = chartRequest('base-lumbar', { without: ['Observation/pain'] });
  return cardOf(await post(body, app));
}

const CARD = '00000000-0000-4000-8000-000000000001';
const OTHER = '00000000-0000-4000-8000-000000000002';

describe('what is taken', () => {
  test.each([
    ['an accepted suggestion', accepted(CARD, OTHER)],
    ['an override without a reason', overridden(CARD)],
    ['an override with an empty reason', overridden(CARD, {})],
    [
      'an override with a reason of ours',
      overridden(CARD, { reason: { system: REASONS, code: 'emergent' } }),
    ],
    ['a reason without a display or a system', overridden(CARD, { reason: { code: 'x' } })],
    ['a comment alone', overridden(CARD, { userComment: 'the patient asked for it' })],
    ['a reason as sandboxes of 2020 sent it', overridden(CARD, { code: 'x', system: 'y' })],
    ['a time with a fraction', overridden(CARD, undefined, '2026-03-16T12:00:00.123456Z')],
    ['a time with an offset', overridden(CARD, undefined, '2026-03-16T14:00:00+02:00')],
    ['a leap second', overridden(CARD, undefined, '2016-12-31T23:59:60Z')],
    ['further members', { ...overridden(CARD), extension: { 'org.example': 1 } }],
    ['text that no database likes', overridden(CARD, { userComment: 'a\u0000b\ud800c' })],
  ])('[J2 J5 J6 J7 J8 J11 J13] %s', async (_name, outcome) => {
    const response = await send([outcome]);
    expect([response.status, response.body]).toEqual([200, {}]);
    expect((await report()).unmatched).toBe(1);
  });

  test('[J9] several cards at once', async () => {
    expect((await send([accepted(CARD, OTHER), overridden(OTHER)])).status).toBe(200);
    expect((await report()).unmatched).toBe(2);
  });

  test('[J9] nothing at all', async () => {
    expect((await send([])).status).toBe(200);
  });

  test('[J12] cards that are not known here are kept and marked', async () => {
    await send([overridden(CARD)]);
    expect(await report()).toMatchObject({ unmatched: 1, total: { cards: 0, overridden: 0 } });
  });

  test('[J12] a card of another service is not known to this one', async () => {
    const card = await shownCard();
    await request(app)
      .post('/cds-services/nerve-block-order-select/feedback')
      .send({ feedback: [overridden(card.uuid)] });
    expect(await report()).toMatchObject({ unmatched: 1, total: { cards: 1, overridden: 0 } });
  });
});

describe('what is refused', () => {
  test.each([
    ['a list without its object', [overridden(CARD)]],
    ['an object without the list', { outcomes: [] }],
    ['feedback that is no list', { feedback: overridden(CARD) }],
    ['nothing', {}],
  ])('[J3] %s', async (_name, body) => {
    const response = await request(app).post(FEEDBACK).send(body);
    expect(pathsOf(response)).toEqual(['feedback']);
  });

  test.each([
    ['no card', { card: undefined }, 'card'],
    ['an empty card', { card: '' }, 'card'],
    ['a card that is no text', { card: 7 }, 'card'],
    ['a card too long to be an id', { card: 'x'.repeat(101) }, 'card'],
    ['no outcome', { outcome: undefined }, 'outcome'],
    ['another outcome', { outcome: 'ignored' }, 'outcome'],
    ['accepted without suggestions', { outcome: 'accepted' }, 'acceptedSuggestions'],
    ['accepted with none', { outcome: 'accepted', acceptedSuggestions: [] }, 'acceptedSuggestions'],
    ['suggestions without ids', { outcome: 'accepted', acceptedSuggestions: [{}] }, 'acceptedSuggestions'],
    ['no time', { outcomeTimestamp: undefined }, 'outcomeTimestamp'],
    ['a day', { outcomeTimestamp: '2026-03-16' }, 'outcomeTimestamp'],
    ['a time without a zone', { outcomeTimestamp: '2026-03-16T12:00:00' }, 'outcomeTimestamp'],
    ['a day that there is not', { outcomeTimestamp: '2026-02-30T12:00:00Z' }, 'outcomeTimestamp'],
    ['an hour that there is not', { outcomeTimestamp: '2026-02-20T24:00:00Z' }, 'outcomeTimestamp'],
    ['a number', { outcomeTimestamp: 1_700_000_000 }, 'outcomeTimestamp'],
    [
      'an endless comment',
      { overrideReason: { userComment: 'x'.repeat(10_001) } },
      'overrideReason.userComment',
    ],
  ])('[J4 J5 J6 J7 J8] %s', async (_name, changes, member) => {
    const response = await send([overridden(CARD), { ...overridden(OTHER), ...changes }]);
    expect(pathsOf(response)).toEqual([`feedback[1].${member}`]);
    // A batch is taken as a whole or not at all.
    expect((await report()).unmatched).toBe(0);
  });

  test('[J3 J13] all that is wrong is named at once', async () => {
    const response = await send([{}, 7, { ...overridden(CARD), card: 7 }]);
    expect(pathsOf(response)).toEqual([
      'feedback[0].card',
      'feedback[0].outcome',
      'feedback[0].outcomeTimestamp',
      'feedback[1]',
      'feedback[2].card',
    ]);
  });

  test('[J3] more outcomes than anybody has', async () => {
    const many = Array.from({ length: 201 }, () => overridden(CARD));
    expect(issuesOf(await send(many), 400)[0]?.code).toBe('too-costly');
    expect((await send(many.slice(1))).status).toBe(200);
  });

  test('[J2] another method, another service, another type', async () => {
    expect((await request(app).get(FEEDBACK)).status).toBe(405);
    expect((await request(app).post('/cds-services/nothing/feedback').send({ feedback: [] })).status).toBe(
      404,
    );
    expect((await request(app).post(FEEDBACK).type('text').send('x')).status).toBe(415);
  });

  test('[J13] what cannot be stored is not acknowledged', async () => {
    let tries = 0;
    const addFeedback = (): Promise<void> => {
      tries += 1;
      return Promise.reject(new Error('disk full'));
    };
    const broken = appForTest({ store: { ...store, addFeedback } });
    const response = await send([overridden(CARD)], broken);
    expect(issuesOf(response, 503)[0]).toMatchObject({ code: 'transient' });
    expect(response.headers['retry-after']).toBe('5');
    // A store that has just failed is not asked again at once.
    issuesOf(await send([overridden(CARD)], broken), 503);
    expect(tries).toBe(1);
  });
});

describe('what is counted', () => {
  test('[J9] the same feedback twice counts once', async () => {
    const card = await shownCard();
    for (let i = 0; i < 3; i += 1) await send([overridden(card.uuid), overridden(card.uuid)]);
    expect((await report()).total).toEqual({ cards: 1, accepted: 0, overridden: 1 });
  });

  test('[J9] the last outcome of a card counts, in whatever sequence they come', async () => {
    const card = await shownCard();
    const id = card.suggestions?.[0]?.uuid ?? '';
    await send([accepted(card.uuid, id, '2026-03-16T12:05:00Z')]);
    await send([overridden(card.uuid, undefined, '2026-03-16T12:01:00Z')]);
    expect((await report()).total).toEqual({ cards: 1, accepted: 1, overridden: 0 });
    await send([overridden(card.uuid, undefined, '2026-03-16T14:10:00+02:00')]);
    expect((await report()).total).toEqual({ cards: 1, accepted: 0, overridden: 1 });
  });

  test('[J10] a card that nobody answered is neither accepted nor overridden', async () => {
    await shownCard();
    expect((await report()).total).toEqual({ cards: 1, accepted: 0, overridden: 0 });
  });

  test('acceptance is counted for the criterion that the suggestion was about', async () => {
    const card = await shownCard();
    const ask = card.suggestions?.find(({ label }) => label.startsWith('Ask for'));
    await send([accepted(card.uuid, ask?.uuid ?? '')]);
    const { byCriterion, byPolicyVersion } = await report();
    const taken = byCriterion.filter((row) => row.accepted > 0).map(({ criterion }) => criterion);
    expect(taken).toContain('TF-BASE');
    expect(byPolicyVersion).toEqual([
      {
        policy: 'transforaminal-epidural',
        version: expect.any(String),
        cards: 1,
        accepted: 1,
        overridden: 0,
      },
    ]);
    expect(UUID.test(card.uuid)).toBe(true);
  });

  test('overrides are counted by their reason', async () => {
    const reasons = [
      { reason: { system: REASONS, code: 'emergent' } },
      { reason: { system: REASONS, code: 'emergent', display: 'Cannot wait' } },
      { reason: { system: 'https://ehr.example', code: 'own', display: 'Our own' } },
      undefined,
    ];
    for (const reason of reasons) await send([overridden((await shownCard()).uuid, reason)]);
    const { byReason, byCriterion, byClient } = await report();
    expect(byReason).toEqual([
      { system: REASONS, code: 'emergent', cards: 2 },
      { system: 'https://ehr.example', code: 'own', cards: 1 },
      { cards: 1 },
    ]);
    expect(byCriterion.find(({ criterion }) => criterion === 'TF-BASE')).toMatchObject({
      cards: 4,
      overridden: 4,
    });
    expect(byClient).toEqual([{ client: '', cards: 4, accepted: 0, overridden: 4 }]);
  });

  test('the report is a page for whoever asks for one, and nothing in it is markup of a client', async () => {
    const hostile = {
      system: 'x',
      code: '<script>alert(1)</script>',
      display: 'Mr Secret',
    };
    await send([overridden((await shownCard()).uuid, { reason: hostile, userComment: 'Mrs Secret' })]);
    await decisions.flush();
    const page = await request(app).get('/reports/feedback').set('Accept', 'text/html,*/*;q=0.8');
    expect(page.headers['content-type']).toContain('text/html');
    expect(page.text).toContain('Transforaminal');
    expect(page.text).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
    expect(page.text).not.toContain('<script');
    expect(page.text).not.toContain('Secret');
    expect((await request(app).get('/reports/feedback')).headers['content-type']).toContain('json');
  });

  test('the report says so when the store is down', async () => {
    const broken = appForTest({
      store: { ...store, feedbackReport: () => Promise.reject(new Error('down')) },
    });
    expect(issuesOf(await request(broken).get('/reports/feedback'), 503)[0]?.code).toBe('transient');
  });
});

describe('with clients', () => {
  test('[J14] feedback takes a token for its own address or for its service; each client sees its own cards', async () => {
    const [mine, theirs, all] = await Promise.all([
      keyPair('ES384', 'm'),
      keyPair('ES384', 't'),
      keyPair('ES384', 'a'),
    ]);
    const other = 'https://other.example';
    const analyst = 'https://analyst.example';
    const secured = appForTest({
      authenticate: authenticatorFor(
        clientWith([mine]),
        clientWith([theirs], { iss: other }),
        clientWith([all], { iss: analyst, reports: 'all' }),
      ),
      publicUrl: PUBLIC_URL,
      store,
      decisions,
      newId: randomUUID,
    });
    const bearer = async (token: Promise<string>): Promise<string> => `Bearer ${await token}`;
    const shown = await request(secured)
      .post(SERVICE)
      .set('Authorization', await bearer(tokenFor(SERVICE, mine)))
      .send(chartRequest('base-lumbar'));
    const { uuid } = cardOf(shown);
    const give = async (token: Promise<string>, reason: string): Promise<number> => {
      const body = { feedback: [overridden(uuid, { reason: { code: reason } })] };
      const response = await request(secured)
        .post(FEEDBACK)
        .set('Authorization', await bearer(token))
        .send(body);
      return response.status;
    };
    expect(await give(tokenFor(FEEDBACK, mine), 'one')).toBe(200);
    expect(await give(tokenFor(SERVICE, mine), 'two')).toBe(200);
    // Somebody else's word on the card is kept, and counts for nothing.
    expect(await give(tokenFor(FEEDBACK, theirs, { iss: other }), 'three')).toBe(200);
    await decisions.flush();
    const reportOf = async (token: Promise<string>): Promise<FeedbackReport> => {
      const response = await request(secured)
        .get('/reports/feedback')
        .set('Authorization', await bearer(token));
      return response.body as FeedbackReport;
    };
    const path = '/reports/feedback';
    expect(await reportOf(tokenFor(path, mine))).toMatchObject({
      total: { cards: 1, overridden: 1 },
      byClient: [{ client: 'https://ehr.example' }],
      unmatched: 0,
    });
    expect(await reportOf(tokenFor(path, theirs, { iss: other }))).toMatchObject({
      total: { cards: 0 },
      unmatched: 1,
    });
    expect(await reportOf(tokenFor(path, all, { iss: analyst }))).toMatchObject({
      total: { cards: 1 },
      unmatched: 1,
    });
  });
});
