import dns from 'node:dns';
import { spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { setTimeout } from 'node:timers/promises';
import { join } from 'node:path';
import { randomUUID } from 'node:crypto';
import Libsql from 'libsql';
import request from 'supertest';
import { readScenarios, scenarioRequest } from '../../src/demo/scenario';
import { decisionLog } from '../../src/store/decision-log';
import { openStore } from '../../src/store/store';
import { parseExactDay } from '../../src/time/days';
import { appForTest, FIXTURES } from '../support/service-for-test';
import { withoutIds } from './support';

const HOOK = '/cds-services/nerve-block-order-sign';
const [scenario] = readScenarios(join(FIXTURES, 'scenarios'));
if (!scenario) throw new Error('there is no scenario');
const body = scenarioRequest(scenario, 'guideline', FIXTURES);

afterEach(() => {
  jest.restoreAllMocks();
  jest.useRealTimers();
});

/** The connections of embedded stores that are opened from now on. */
function connectionsOpened(): Libsql.Database[] {
  const connections: Libsql.Database[] = [];
  // eslint-disable-next-line typescript/unbound-method -- it is called with its object
  const pragma = Libsql.prototype.pragma;
  jest.spyOn(Libsql.prototype, 'pragma').mockImplementation(function wrapped(
    this: Libsql.Database,
    ...given
  ) {
    connections.push(this);
    return pragma.apply(this, given);
  });
  return connections;
}

describe('the disk is full', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'full-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  test('feedback is refused rather than acknowledged, judging goes on, and what waits is written once there is room', async () => {
    const connections = connectionsOpened();
    const store = openStore(`file:${join(folder, 'store.db')}`);
    await store.check();
    const [connection] = connections;
    const failures: unknown[] = [];
    const decisions = decisionLog(store, { onFailure: (error) => failures.push(error), onLoss: () => {} });
    const app = appForTest({ store, decisions });
    const feedback = (): object => ({
      feedback: [
        {
          card: randomUUID(),
          outcome: 'overridden',
          overrideReason: { userComment: 'x'.repeat(900) },
          outcomeTimestamp: '2026-03-16T10:00:00Z',
        },
      ],
    });
    const post = async (): Promise<number> =>
      (await request(app).post(`${HOOK}/feedback`).send(feedback())).status;
    expect(await post()).toBe(200);

    if (!connection) throw new Error('no store was opened');
    const { page_count: pages } = connection.prepare('pragma page_count').get() as { page_count: number };
    connection.pragma(`max_page_count = ${pages}`);
    let acknowledged = 1;
    let last = 200;
    for (let i = 0; i < 200 && last === 200; i += 1) {
      last = await post();
      if (last === 200) acknowledged += 1;
    }
    const refused = await request(app).post(`${HOOK}/feedback`).send(feedback());
    expect(refused.status).toBe(503);
    expect(refused.body).toMatchObject({ resourceType: 'OperationOutcome', issue: [{ code: 'transient' }] });
    expect(refused.headers['retry-after']).toBeDefined();
    for (let i = 0; i < 20; i += 1) {
      const judged = await request(app).post(HOOK).send(body);
      expect([judged.status, (judged.body as { cards: unknown[] }).cards.length]).toEqual([200, 1]);
    }

    connection.pragma('max_page_count = 1000000');
    // A store that has failed is left alone for a second.
    await setTimeout(1100);
    expect(await post()).toBe(200);
    acknowledged += 1;
    await decisions.close();
    expect(decisions.waiting()).toBe(0);
    const count = (table: string): unknown =>
      connection.prepare(`select count(*) as count from ${table}`).get();
    expect(count('feedback')).toMatchObject({ count: acknowledged });
    expect(count('decision')).toMatchObject({ count: 20 });
    await store.close();
  });
});

describe('the clock jumps', () => {
  const orders = body.context.draftOrders.entry.map(({ resource }) => resource);
  const undated = orders.map((resource) => ({
    resource: { ...resource, occurrenceDateTime: undefined, authoredOn: undefined },
  }));
  const today = (): number => parseExactDay(new Date().toISOString().slice(0, 10)) ?? 0;

  test.each(['1999-12-31T23:59:59Z', '2026-03-16T12:00:00Z', '2100-01-01T00:00:00Z'])(
    'to %s: dated orders are judged for their own day, others for the day that it is',
    async (now) => {
      const before = await request(appForTest()).post(HOOK).send(body);
      // Timers go on as they were: only what the time is has changed.
      jest.useFakeTimers({
        now: new Date(now),
        doNotFake: [
          'setTimeout',
          'setInterval',
          'setImmediate',
          'nextTick',
          'queueMicrotask',
          'performance',
          'hrtime',
          'clearTimeout',
          'clearInterval',
          'clearImmediate',
        ],
      });
      const app = appForTest({ today });
      const after = await request(app).post(HOOK).send(body);
      expect(withoutIds(after.body as object)).toEqual(withoutIds(before.body as object));
      const other = await request(app)
        .post(HOOK)
        .send({
          ...body,
          context: { ...body.context, draftOrders: { ...body.context.draftOrders, entry: undated } },
        });
      expect(other.status).toBe(200);
      expect(JSON.stringify(other.body)).toContain(`"evaluatedOn":"${now.slice(0, 10)}"`);
    },
  );
});

test('a log that cannot be written costs its lines, and neither the service nor its end', () => {
  const unwritable = openSync(__filename, 'r');
  const script = `
    const { createLogger } = require('./src/operations/log.ts');
    const logger = createLogger('info');
    for (let i = 0; i < 5; i += 1) setTimeout(() => logger.info('stopping'), i * 20);
    setTimeout(() => process.exit(0), 300);`;
  const { status, stderr } = spawnSync(process.execPath, ['-r', 'tsx/cjs', '-e', script], {
    cwd: join(__dirname, '..', '..'),
    stdio: ['ignore', unwritable, 'pipe'],
    timeout: 30_000,
    encoding: 'utf8',
  });
  closeSync(unwritable);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
}, 40_000);

test('a FHIR server whose name nobody knows is one that could not be read', async () => {
  const failed: NodeJS.ErrnoException = Object.assign(new Error('getaddrinfo ENOTFOUND'), {
    code: 'ENOTFOUND',
  });
  const { lookup } = dns;
  jest.spyOn(dns, 'lookup').mockImplementation((...given: unknown[]) => {
    if (!String(given[0]).endsWith('.invalid')) {
      Reflect.apply(lookup, dns, given);
      return;
    }
    const heard = given.at(-1) as (error: Error) => void;
    setImmediate(() => heard(failed));
  });
  const fhirServer = 'http://fhir.nowhere.invalid/fhir';
  const app = appForTest({ fhirAccess: { servers: [`${fhirServer}/`], isProduction: false } });
  const { prefetch, ...call } = body;
  const nothing = await request(app)
    .post(HOOK)
    .send({ ...call, fhirServer });
  expect(nothing.status).toBe(412);
  expect(nothing.body).toMatchObject({ resourceType: 'OperationOutcome' });
  const { procedures, ...rest } = prefetch;
  expect(procedures).toBeDefined();
  const lacking = await request(app)
    .post(HOOK)
    .send({ ...call, fhirServer, prefetch: rest });
  expect(lacking.status).toBe(200);
  expect(JSON.stringify(lacking.body)).toContain('"status":"not-assessed"');
  expect(dns.lookup).toHaveBeenCalled();
});
