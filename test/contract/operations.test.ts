import { join } from 'node:path';
import { randomUUID } from 'node:crypto';
import request from 'supertest';
import { readScenarios, scenarioRequest } from '../../src/demo/scenario';
import { createLogger } from '../../src/operations/log';
import { createMetrics } from '../../src/operations/metrics';
import type { LoggedDecision } from '../../src/store/decision';
import { decisionLog } from '../../src/store/decision-log';
import { openStore } from '../../src/store/store';
import { authenticatorFor, clientWith, keyPair, PUBLIC_URL, tokenFor } from '../support/cds-client';
import { appForTest, FIXTURES } from '../support/service-for-test';
import { answerableRequest, cardsOf, chartRequest, minimalRequest, post, PROFILES, SERVICE } from './support';

const FEEDBACK = `${SERVICE}/feedback`;
const scenarios = readScenarios(join(FIXTURES, 'scenarios'));

/** Members that hold fixed words of FHIR, which are no news of anybody. */
const WORDS_OF_FHIR = new Set(['resourceType', 'system', 'status', 'intent', 'use', 'type', 'hook', 'mode']);

/** Everything in JSON that could tell of a person: names, ids, references, days, codes and free text. */
function tellingStrings(value: unknown, member = ''): string[] {
  if (typeof value === 'string') {
    const isTelling = /\s|\d{4}-\d{2}|[A-Z]\d{2}\.|-.*-|[A-Z][a-z]+$/u.test(value) || member === 'id';
    return isTelling && value.length > 3 && !WORDS_OF_FHIR.has(member) ? [value] : [];
  }
  if (Array.isArray(value)) return value.flatMap((item) => tellingStrings(item, member));
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) => tellingStrings(inner, name));
}

/** A service whose log lines and decisions are kept, with one client. */
async function watchedService() {
  const lines: string[] = [];
  const decisions: Promise<LoggedDecision>[] = [];
  const key = await keyPair();
  const app = appForTest({
    logger: createLogger('trace', { write: (line: string) => void lines.push(line) }),
    decisions: {
      append: (decision) => void decisions.push(Promise.resolve(decision)),
      isFailing: () => false,
    },
    authenticate: authenticatorFor(clientWith([key])),
    publicUrl: PUBLIC_URL,
    newId: randomUUID,
  });
  const tokens: string[] = [];
  const send = async (path: string, body: object | string, headers: Record<string, string> = {}) => {
    const token = await tokenFor(path, key);
    tokens.push(token);
    const test = request(app).post(path).set('Authorization', `Bearer ${token}`).type('json');
    return test.set(headers).send(body);
  };
  return { lines, decisions, tokens, send };
}

describe('what is kept of a call', () => {
  test('[J15 K19 K23] a whole run leaves no name, id, token or free text in the log or in the decisions', async () => {
    const { lines, decisions, tokens, send } = await watchedService();
    const telling = new Set<string>(['Mrs Secret']);
    const bodies = scenarios.map((scenario, i) =>
      scenarioRequest(scenario, PROFILES[i % PROFILES.length] ?? '', FIXTURES),
    );
    for (const body of bodies) {
      for (const text of tellingStrings(body)) telling.add(text);
      const { body: answer } = (await send(SERVICE, body)) as { body: { cards?: { uuid: string }[] } };
      const feedback = (answer.cards ?? []).map(({ uuid }) => ({
        card: uuid,
        outcome: 'overridden',
        overrideReason: { reason: { code: 'Mrs Secret' }, userComment: 'Mrs Secret' },
        outcomeTimestamp: '2026-03-16T12:00:00Z',
      }));
      await send(FEEDBACK, { feedback });
    }
    const [body] = bodies;
    for (const text of tellingStrings(bodies.at(-1))) telling.add(text);
    // Everything that can go wrong, goes wrong with somebody's data in it.
    await send(SERVICE, '{"name": "Mrs Secret"');
    await send(SERVICE, { ...body, hook: 'Mrs Secret' });
    await send(SERVICE, {
      ...body,
      hookInstance: 'Mrs Secret',
      context: { ...body?.context, userId: 'Mrs Secret' },
    });
    await send(SERVICE, { ...body, fhirServer: 'http://127.0.0.1:9/Mrs Secret', prefetch: {} });
    await send(SERVICE, body ?? {}, { 'X-Request-Id': 'Mrs Secret', 'User-Agent': 'Mrs Secret' });
    await send(`${SERVICE}?name=Mrs%20Secret`, body ?? {}).catch(() => {});
    await send('/Mrs%20Secret', {});
    await send(FEEDBACK, { feedback: [{ card: 'Mrs Secret' }] });
    const kept = await Promise.all(decisions);
    expect(kept.length).toBeGreaterThan(bodies.length);
    expect(lines.length).toBeGreaterThan(2 * bodies.length);
    expect(telling.size).toBeGreaterThan(300);

    const log = lines.join('');
    // Who signed, and for which call of the EHR, is what an audit is for.
    const isAudit = ([name]: [string, unknown]): boolean => name !== 'userId' && name !== 'hookInstance';
    const told = JSON.stringify(
      kept.map((decision) => Object.fromEntries(Object.entries(decision).filter(isAudit))),
    );
    const policies = new Set(kept.flatMap(({ groups }) => groups.map(({ policy }) => policy)));
    const secrets = [...telling].filter((text) => !policies.has(text));
    expect(secrets.filter((text) => log.includes(text))).toEqual([]);
    expect(secrets.filter((text) => told.includes(text))).toEqual([]);
    for (const token of tokens) {
      const [, claims = '', signature = ''] = token.split('.');
      for (const part of [claims, signature]) expect(log + told).not.toContain(part);
    }
  }, 60_000);

  test('the log drops whatever is not on its list', () => {
    const lines: string[] = [];
    const logger = createLogger('trace', { write: (line: string) => void lines.push(line) });
    const cause = new Error('Mrs Secret');
    logger.info(
      { name: 'Mrs Secret', body: { name: 'Mrs Secret' }, patient: 'Mrs Secret', client: 'ehr' },
      'said',
    );
    logger.error({ err: cause }, 'failed');
    expect(lines).toHaveLength(2);
    expect(lines.join('')).not.toContain('Secret');
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ client: 'ehr', msg: 'said' });
  });

  test('one line a call: who called, what was answered, how the chart came', async () => {
    const { lines, send } = await watchedService();
    const { headers } = await send(SERVICE, chartRequest('base-lumbar'));
    expect(lines).toHaveLength(1);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({
      req: { id: headers['x-request-id'], method: 'POST' },
      res: { status: 200 },
      route: '/cds-services/:id',
      responseTime: expect.any(Number),
      client: 'https://ehr.example',
      answer: {
        service: 'nerve-block-order-sign',
        cards: 1,
        determinations: ['transforaminal-epidural: meets-criteria'],
        chart: { conditions: 'sent', observations: 'sent' },
      },
      msg: 'request completed',
    });
  });

  test('the request id of a gateway is kept if it is a UUID', async () => {
    const { lines, send } = await watchedService();
    for (const id of [randomUUID(), randomUUID().replaceAll('-', '')]) {
      const { headers } = await send(SERVICE, answerableRequest(), { 'X-Request-Id': id });
      expect([headers['x-request-id'], lines.at(-1)]).toEqual([id, expect.stringContaining(id)]);
    }
    const { headers } = await send(SERVICE, answerableRequest(), { 'X-Request-Id': 'MRN-1234567' });
    expect(headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/u);
  });

  test('[K23] a decision says who signed what, by which policies, and how it came out', async () => {
    const { decisions, send } = await watchedService();
    const body = chartRequest('base-lumbar', { profile: 'medicare-lcd' });
    const [card] = cardsOf(
      await send(SERVICE, { ...body, hookInstance: 'D1577C69-DFBE-44AD-BA6D-3E05E953B2EA' }),
    );
    const [decision] = await Promise.all(decisions);
    expect(decision).toMatchObject({
      client: 'https://ehr.example',
      service: 'nerve-block-order-sign',
      status: 200,
      hookInstance: 'd1577c69-dfbe-44ad-ba6d-3e05e953b2ea',
      userId: body.context.userId,
      profile: 'medicare-lcd',
      inputDigest: expect.stringMatching(/^[0-9a-f]{64}$/u),
      chart: { conditions: 'sent', coverage: expect.any(String) },
      groups: [{ card: card?.uuid, policy: 'transforaminal-epidural', version: expect.any(String) }],
    });
    const criteria = decision?.groups[0]?.criteria ?? [];
    expect(criteria.find(({ id }) => id === 'TF-CC')).toEqual({
      id: 'TF-CC',
      version: expect.stringMatching(/^[0-9a-f]{12}$/u),
      severity: 'hard',
      status: 'met',
    });
    expect(decision?.groups[0]?.suggestions.map(({ id }) => id)).toEqual(
      card?.suggestions?.map(({ uuid }) => uuid),
    );
  });

  test('[K23] every call that could be read leaves a decision, whatever came of it', async () => {
    const { decisions, send } = await watchedService();
    const imaging = { resourceType: 'ServiceRequest', id: 'x', subject: { reference: 'Patient/pt1' } };
    await send(SERVICE, minimalRequest(imaging));
    await send(SERVICE, minimalRequest());
    await send(SERVICE, {});
    expect((await Promise.all(decisions)).map(({ status, groups }) => [status, groups])).toEqual([
      [200, []],
      [412, []],
    ]);
  });

  test('the digest is that of the body, and of what was read', async () => {
    const { decisions, send } = await watchedService();
    const body = JSON.stringify(answerableRequest());
    await send(SERVICE, body);
    await send(SERVICE, body);
    await send(SERVICE, `${body} `);
    const digests = (await Promise.all(decisions)).map(({ inputDigest }) => inputDigest);
    const sha256 = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(body));
    expect(digests[0]).toBe(Buffer.from(sha256).toString('hex'));
    expect(digests[1]).toBe(digests[0]);
    expect(digests[2]).not.toBe(digests[0]);
  });
});

describe('the decision log', () => {
  const decision = (id: string): LoggedDecision => ({
    id,
    decidedAt: new Date('2026-03-16T12:00:00Z'),
    client: '',
    service: 'nerve-block-order-sign',
    status: 200,
    readingMs: 1.4,
    totalMs: 2.6,
    chart: {},
    groups: [],
    inputDigest: 'x',
  });

  test('waits while the store is down, and writes everything once it is back', async () => {
    const stored: string[] = [];
    let isDown = true;
    const failures: unknown[] = [];
    const log = decisionLog(
      {
        addDecisions: (batch) => {
          if (isDown) return Promise.reject(new Error('down'));
          stored.push(...batch.map(({ id }) => id));
          return Promise.resolve();
        },
      },
      { onFailure: (error) => failures.push(error), onLoss: () => {} },
    );
    for (let i = 0; i < 450; i += 1)
      log.append(i % 2 === 0 ? decision(`${i}`) : Promise.resolve(decision(`${i}`)));
    await expect(log.flush()).rejects.toThrow('down');
    expect([log.waiting(), stored]).toEqual([450, []]);
    isDown = false;
    await log.close();
    expect(new Set(stored).size).toBe(450);
    expect(stored).toHaveLength(450);
    expect(log.waiting()).toBe(0);
  });

  test('takes no more than there is room for, and says so', () => {
    let lost = 0;
    const never = { addDecisions: () => new Promise<void>(() => {}) };
    const log = decisionLog(never, { onFailure: () => {}, onLoss: () => (lost += 1) });
    for (let i = 0; i < 20_010; i += 1) log.append(decision(`${i}`));
    expect([log.waiting(), lost]).toEqual([20_000, 10]);
  });

  test('is kept as long as it is told to', async () => {
    const store = openStore('file::memory:');
    const card = (n: number) => ({
      card: `card-${n}`,
      policy: 'transforaminal-epidural',
      version: '1.0.0',
      determination: 'documentation-gaps' as const,
      lines: [],
      criteria: [{ id: 'TF-CC', version: 'v', severity: 'hard' as const, status: 'not-met' as const }],
      suggestions: [{ id: `suggestion-${n}`, remedy: 'x', criteria: ['TF-CC'] }],
    });
    await store.addDecisions([
      { ...decision('old'), decidedAt: new Date('2025-01-01T00:00:00Z'), groups: [card(1)] },
      { ...decision('new'), decidedAt: new Date('2026-01-02T00:00:00Z'), groups: [card(2)] },
    ]);
    expect((await store.feedbackReport()).total.cards).toBe(2);
    const soon = new Date('2026-01-01T00:01:00Z');
    expect(await store.useToken('a', soon)).toBe(true);
    expect(await store.useToken('a', soon)).toBe(false);
    await store.forget(new Date('2026-01-01T00:00:00Z'), new Date('2026-01-01T00:00:00Z'));
    expect(await store.feedbackReport()).toMatchObject({ total: { cards: 1 }, byCriterion: [{ cards: 1 }] });
    expect(await store.useToken('a', soon)).toBe(false);
    await store.forget(new Date('2026-01-01T00:02:00Z'), new Date('2026-01-01T00:00:00Z'));
    expect(await store.useToken('a', soon)).toBe(true);
    await store.close();
  });
});

describe('for whoever runs the service', () => {
  test('it is ready while its store answers and it is not stopping', async () => {
    const check = { down: () => Promise.reject(new Error('down')), up: () => Promise.resolve() };
    const store = openStore('file::memory:');
    const ready = async (isStopping: boolean, state: keyof typeof check): Promise<number> => {
      const app = appForTest({ store: { ...store, check: check[state] }, isStopping: () => isStopping });
      expect((await request(app).get('/health/live')).status).toBe(200);
      return (await request(app).get('/health/ready')).status;
    };
    expect([await ready(false, 'up'), await ready(false, 'down'), await ready(true, 'up')]).toEqual([
      200, 503, 503,
    ]);
    await store.close();
  });

  test('metrics count calls, cards, criteria, chart reads and feedback, and name nobody', async () => {
    const metrics = createMetrics(() => 7);
    const app = appForTest({ metrics });
    await post(chartRequest('base-lumbar', { without: ['Observation/pain'] }), app);
    await post(minimalRequest(), app);
    await request(app).get('/Patient/base-lumbar');
    await request(app)
      .post(FEEDBACK)
      .send({ feedback: [{ card: 'x', outcome: 'overridden', outcomeTimestamp: '2026-03-16T12:00:00Z' }] });
    const { text } = await request(app).get('/metrics');
    for (const line of [
      'nerve_block_cds_requests_total{route="/cds-services/:id",method="POST",status="200"} 1',
      'nerve_block_cds_requests_total{route="/cds-services/:id",method="POST",status="412"} 1',
      'nerve_block_cds_requests_total{route="none",method="GET",status="404"} 1',
      'nerve_block_cds_cards_total{service="nerve-block-order-sign",policy="transforaminal-epidural",profile="guideline",determination="documentation-gaps",shown="true"} 1',
      'nerve_block_cds_open_criteria_total{policy="transforaminal-epidural",criterion="TF-BASE",status="not-documented"} 1',
      'nerve_block_cds_chart_reads_total{key="conditions",outcome="sent"} 1',
      'nerve_block_cds_chart_reads_total{key="conditions",outcome="not-sent"} 1',
      'nerve_block_cds_feedback_total{outcome="overridden"} 1',
      'nerve_block_cds_decisions_waiting 7',
      'nerve_block_cds_request_duration_seconds_count{route="/cds-services/:id"} 2',
    ])
      expect(text).toContain(line);
    expect(text).not.toContain('base-lumbar');
  });
});
