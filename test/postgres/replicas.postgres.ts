import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { Agent } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { create } from 'axios';
import Libsql from 'libsql';
import { Client } from 'pg';
import type { FeedbackReport } from '../../src/store/feedback';
import { keyPair, PUBLIC_URL, tokenFor, type KeyPair } from '../support/cds-client';
import { FIXTURES } from '../support/service-for-test';
import { readScenarios, scenarioRequest } from '../../src/demo/scenario';
import { startPostgres, type PostgresServer } from './postgres-server';
import { startFront, startReplica, type Front, type Replica } from './replica';

const SERVICE = '/cds-services/nerve-block-order-sign';
const FEEDBACK = `${SERVICE}/feedback`;
const REPORT = '/reports/feedback';
const AT = '2026-03-16T12:00:00Z';

let folder: string;
let postgres: PostgresServer;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'replicas-'));
  postgres = await startPostgres();
});
afterAll(async () => {
  await postgres.close();
  rmSync(folder, { recursive: true });
});

const http = create({ proxy: false, validateStatus: () => true });

const scenario = readScenarios(join(FIXTURES, 'scenarios')).find(({ id }) => id === '04-care-too-short');
function order(): object {
  if (!scenario) throw new Error('no such scenario');
  return scenarioRequest(scenario, 'guideline', FIXTURES);
}

describe('two replicas in production, behind one URL', () => {
  let key: KeyPair;
  let replicas: Replica[];
  let front: Front;
  beforeAll(async () => {
    key = await keyPair();
    const clients = join(folder, 'clients.json');
    const client = { iss: 'https://ehr.example', jwks: { keys: [key.jwk] } };
    writeFileSync(clients, JSON.stringify({ clients: [client] }));
    const settings = {
      NODE_ENV: 'production',
      PUBLIC_URL,
      CDS_CLIENTS_FILE: clients,
      DATABASE_URL: postgres.url,
    };
    replicas = await Promise.all([startReplica(settings), startReplica(settings)]);
    front = await startFront(replicas.map(({ url }) => url));
  });
  afterAll(async () => {
    await front.close();
    await Promise.all(replicas.map((replica) => replica.end('SIGTERM')));
  });

  async function bearer(path: string): Promise<{ headers: { Authorization: string } }> {
    return { headers: { Authorization: `Bearer ${await tokenFor(path, key)}` } };
  }

  test('a token that was used at one is refused by the other', async () => {
    const authorized = await bearer(SERVICE);
    const statuses: number[] = [];
    for (const { url } of replicas)
      statuses.push((await http.post(url + SERVICE, order(), authorized)).status);
    expect(statuses).toEqual([200, 401]);
    const fresh = await bearer(SERVICE);
    const answers = await Promise.all([1, 2, 3, 4].map(() => http.post(front.url + SERVICE, order(), fresh)));
    expect(answers.map(({ status }) => String(status)).toSorted()).toEqual(['200', '401', '401', '401']);
  });

  test('feedback that was posted to either is in the report of both', async () => {
    const cards: string[] = [];
    for (let i = 0; i < 4; i += 1) {
      const { data } = await http.post<{ cards: { uuid: string }[] }>(
        front.url + SERVICE,
        order(),
        await bearer(SERVICE),
      );
      cards.push(...data.cards.map(({ uuid }) => uuid));
    }
    for (const card of cards) {
      const body = { feedback: [{ card, outcome: 'overridden', outcomeTimestamp: AT }] };
      expect((await http.post(front.url + FEEDBACK, body, await bearer(FEEDBACK))).status).toBe(200);
    }
    // Decisions are written a moment after their answers.
    await new Promise((resolve) => {
      setTimeout(resolve, 1000);
    });
    for (const { url } of replicas) {
      const { data } = await http.get<FeedbackReport>(url + REPORT, await bearer(REPORT));
      expect(data.total.overridden).toBe(cards.length);
      expect(data.unmatched).toBe(0);
    }
  });

  test('a database that hangs costs a moment, not the answers', async () => {
    const [{ url } = { url: '' }] = replicas;
    const fire = async (): Promise<number> =>
      (await http.post(url + SERVICE, order(), await bearer(SERVICE))).status;
    postgres.hang(true);
    try {
      expect(await Promise.all(Array.from({ length: 10 }, fire))).toEqual(
        Array.from({ length: 10 }, () => 200),
      );
      expect(await fire()).toBe(200);
      const body = { feedback: [{ card: 'x', outcome: 'overridden', outcomeTimestamp: AT }] };
      expect((await http.post(url + FEEDBACK, body, await bearer(FEEDBACK))).status).toBe(503);
      expect((await http.get(`${url}/health/ready`)).status).toBe(503);
    } finally {
      postgres.hang(false);
    }
    const ready = async (): Promise<boolean> => (await http.get(`${url}/health/ready`)).status === 200;
    for (let i = 0; i < 50 && !(await ready()); i += 1)
      await new Promise((resolve) => {
        setTimeout(resolve, 200);
      });
    expect(await ready()).toBe(true);
  });

  test('a database that restarts in the middle of it ends no process', async () => {
    const state = { isOver: false };
    const statuses = new Set<number>();
    const worker = async (url: string): Promise<void> => {
      while (!state.isOver)
        statuses.add((await http.post(url + SERVICE, order(), await bearer(SERVICE))).status);
    };
    const workers = replicas.flatMap(({ url }) => [worker(url), worker(url)]);
    for (let i = 0; i < 3; i += 1) {
      await postgres.crash('fast');
      await postgres.start();
    }
    state.isOver = true;
    await Promise.all(workers);
    expect([...statuses]).toEqual([200]);
    expect(replicas.map(({ process: { exitCode } }) => exitCode)).toEqual([null, null]);
  });

  test('a replica that is told to stop answers what it has and exits well', async () => {
    const [, second] = replicas;
    if (!second) throw new Error('there is no second replica');
    const logged = second.log.length;
    const authorized = await Promise.all(Array.from({ length: 20 }, () => bearer(SERVICE)));
    const agent = new Agent({ keepAlive: true });
    const calls = authorized.map((options) =>
      http.post<{ cards: unknown[] }>(second.url + SERVICE, order(), { ...options, httpAgent: agent }),
    );
    await Promise.race(calls);
    const exit = second.end('SIGTERM');
    const answers = await Promise.allSettled(calls);
    const answered = answers.filter(({ status }) => status === 'fulfilled');
    expect(answered).toHaveLength(20);
    expect(await exit).toBe(0);
    agent.destroy();
    expect(second.log.slice(logged).filter((line) => line.includes('"level":50'))).toEqual([]);
  });
});

describe.each(['PostgreSQL, two replicas', 'the embedded store'])(
  'killed in the middle of it: %s',
  (name) => {
    const POSTS = 10_000;
    const AT_ONCE = 64;
    const isEmbedded = name === 'the embedded store';

    /** The cards that the store has feedback on. */
    async function storedCards(url: string): Promise<Set<string>> {
      if (isEmbedded) {
        const database = new Libsql(url.slice('file:'.length));
        const rows = database.prepare('select card from feedback').all() as { card: string }[];
        database.close();
        return new Set(rows.map(({ card }) => card));
      }
      const client = new Client(url);
      await client.connect();
      const { rows } = await client.query<{ card: string }>('select card from feedback');
      await client.end();
      return new Set(rows.map(({ card }) => card));
    }

    test(`no acknowledged feedback of ${POSTS} posts is lost`, async () => {
      const url = isEmbedded ? `file:${join(folder, 'killed.db')}` : postgres.url;
      const settings = { DATABASE_URL: url, LOG_LEVEL: 'error' };
      const replicas = [await startReplica(settings), ...(isEmbedded ? [] : [await startReplica(settings)])];
      const front = await startFront(replicas.map((replica) => replica.url));
      const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE });
      const acknowledged: string[] = [];
      let refused = 0;
      let sent = 0;
      let killed: Promise<unknown> | undefined;
      const worker = async (): Promise<void> => {
        while (sent < POSTS) {
          sent += 1;
          if (sent === POSTS / 2) killed = replicas[0]?.end('SIGKILL');
          const card = randomUUID();
          const body = { feedback: [{ card, outcome: 'overridden', outcomeTimestamp: AT }] };
          const status = await http.post(front.url + FEEDBACK, body, { httpAgent: agent }).then(
            (answer) => answer.status,
            () => 0,
          );
          if (status === 200) acknowledged.push(card);
          else refused += 1;
        }
      };
      await Promise.all(Array.from({ length: AT_ONCE }, worker));
      await killed;
      agent.destroy();
      await front.close();
      const last = isEmbedded ? [await startReplica(settings)] : replicas.slice(1);
      for (const replica of last) expect(await replica.end('SIGTERM')).toBe(0);
      const stored = await storedCards(url);
      expect(acknowledged.filter((card) => !stored.has(card))).toEqual([]);
      expect(acknowledged.length).toBeGreaterThan(POSTS / 4);
      expect(refused).toBeGreaterThan(0);
      expect(acknowledged.length + refused).toBe(POSTS);
    });
  },
);
