import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomUUID } from 'node:crypto';
import { Agent } from 'node:http';
import { setTimeout } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { create } from 'axios';
import { addressOf, pageServer } from './chart-reading';
import { hookBody, hookRequest, otherOrderBody } from './large-chart';
import { median, SERVICE, start, stopped } from './servers';

/**
 * Mixed load for half an hour: whether memory stays flat after it has warmed up, whether handles are left over, and whether
 * anything is answered otherwise than it should be. `npm run soak -- --minutes 30`.
 */
const { values } = parseArgs({ options: { minutes: { type: 'string', default: '30' } } });
const MINUTES = Number(values.minutes);
const ROUND_MS = 1000;
/** The part of the time that is warming up. */
const WARM_UP = 1 / 5;

interface Sample {
  readonly minute: number;
  readonly residentMb: number;
  readonly heapMb: number;
  readonly handles: number;
}

function valueOf(metrics: string, name: string): number {
  return Number(new RegExp(`^${name} (\\S+)$`, 'mu').exec(metrics)?.[1]);
}

async function soak(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'soak-'));
  const service = await start(SERVICE, {
    DATABASE_URL: `file:${join(folder, 'soak.db')}`,
    BODY_LIMIT: '20mb',
  });
  const base = service.hook.replace(/\/cds-services\/.*/u, '');
  const { prefetch, ...request } = hookRequest(200);
  const server = await pageServer(prefetch);
  const reading = Buffer.from(JSON.stringify({ ...request, fhirServer: addressOf(server) }));
  const bodies = {
    small: hookBody(50),
    medium: hookBody(500),
    large: hookBody(5000),
    other: otherOrderBody(50),
  };
  const client = create({
    baseURL: base,
    httpAgent: new Agent({ keepAlive: true, maxSockets: 8 }),
    headers: { 'content-type': 'application/json' },
    validateStatus: () => true,
    maxBodyLength: 2 ** 26,
    proxy: false,
  });
  const wrong = new Map<string, number>();
  let answered = 0;
  const expectStatus = async (
    what: string,
    wanted: number,
    send: () => Promise<{ status: number }>,
  ): Promise<void> => {
    const got = await send().then(
      ({ status }) => status,
      () => 'no answer',
    );
    if (got === wanted) answered += 1;
    else wrong.set(`${what}: ${got}`, (wrong.get(`${what}: ${got}`) ?? 0) + 1);
  };
  const hook = '/cds-services/nerve-block-order-sign';
  const card = (): object => ({
    feedback: [
      {
        card: randomUUID(),
        outcome: 'accepted',
        acceptedSuggestions: [{ id: randomUUID() }],
        outcomeTimestamp: '2026-03-16T10:00:00Z',
      },
    ],
  });
  const samples: Sample[] = [];
  const sample = async (minute: number): Promise<void> => {
    const { data } = await client.get<string>('/metrics', { responseType: 'text' });
    samples.push({
      minute,
      residentMb: valueOf(data, 'process_resident_memory_bytes') / 2 ** 20,
      heapMb: valueOf(data, 'nodejs_heap_size_used_bytes') / 2 ** 20,
      handles: valueOf(data, 'nodejs_active_resources_total'),
    });
  };
  const begun = performance.now();
  const minutes = (): number => (performance.now() - begun) / 60_000;
  for (let round = 0; minutes() < MINUTES; round += 1) {
    const next = begun + (round + 1) * ROUND_MS;
    await Promise.all([
      ...Array.from({ length: 6 }, () => expectStatus('small', 200, () => client.post(hook, bodies.small))),
      expectStatus('none of ours', 200, () => client.post(hook, bodies.other)),
      expectStatus('reading', 200, () => client.post(hook, reading)),
      expectStatus('feedback', 200, () => client.post(`${hook}/feedback`, card())),
      expectStatus('discovery', 200, () => client.get('/cds-services')),
      expectStatus('not JSON', 400, () => client.post(hook, '{"hook":')),
      expectStatus('no service', 404, () => client.post('/cds-services/none', '{}')),
    ]);
    if (round % 5 === 0) await expectStatus('medium', 200, () => client.post(hook, bodies.medium));
    if (round % 15 === 0) await expectStatus('large', 200, () => client.post(hook, bodies.large));
    if (round % 30 === 0) await sample(minutes());
    await setTimeout(Math.max(0, next - performance.now()));
  }
  await setTimeout(6000);
  await sample(minutes());
  server.closeAllConnections();
  server.close();
  await stopped(service);
  rmSync(folder, { recursive: true });
  const warm = samples.filter(({ minute }) => minute >= MINUTES * WARM_UP);
  const third = Math.ceil(warm.length / 3);
  const of = (part: readonly Sample[], key: keyof Sample): string =>
    median(part.map((one) => one[key])).toFixed(0);
  const [early, late] = [warm.slice(0, third), warm.slice(-third)];
  const growth = median(late.map((s) => s.residentMb)) / median(early.map((s) => s.residentMb));
  const rows = [
    ['minutes', String(MINUTES)],
    ['answered as they should be', String(answered)],
    ['otherwise', wrong.size === 0 ? '0' : [...wrong].map(([what, count]) => `${count} ${what}`).join('; ')],
    [
      'resident memory, first and last third after warming up',
      `${of(early, 'residentMb')}, ${of(late, 'residentMb')} MB (${growth.toFixed(2)})`,
    ],
    ['heap in use, the same', `${of(early, 'heapMb')}, ${of(late, 'heapMb')} MB`],
    [
      'active handles, the same, and when all is done',
      `${of(early, 'handles')}, ${of(late, 'handles')}, ${samples.at(-1)?.handles ?? 0}`,
    ],
  ];
  for (const [what, value] of rows) process.stdout.write(`${what?.padEnd(56)} ${value}\n`);
  if (wrong.size > 0 || growth > 1.1) process.exitCode = 1;
}

soak().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
