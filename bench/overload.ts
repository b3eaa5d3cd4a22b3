import { setTimeout } from 'node:timers/promises';
import autocannon from 'autocannon';
import { hookBody } from './large-chart';
import { call, connection, quantile, SERVICE, start, stopped } from './servers';

/**
 * What becomes of calls that come at twice the rate that the service can answer: how many are answered, how many are
 * refused and how, how long the answered ones take, and how it is right after. `npm run load`.
 */
const SECONDS = 15;
const CONNECTIONS = 400;
const DEADLINE_MS = 4000;

interface Burst {
  readonly answered: number;
  /** Milliseconds of the slowest answer on a connection that had to be opened first: Node accepts one a round. */
  readonly slowestToOpen: number;
  readonly refused: number;
  readonly otherwise: number;
  readonly errors: number;
  readonly withoutRetryAfter: number;
  readonly withoutOutcome: number;
  readonly p50: number;
  readonly p99: number;
  readonly slowest: number;
}

async function burst(url: string, body: Buffer, perSecond: number): Promise<Burst> {
  const times: number[] = [];
  const openingTimes: number[] = [];
  let [refused, otherwise, withoutRetryAfter, withoutOutcome] = [0, 0, 0, 0];
  const running = autocannon({
    url,
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
    connections: CONNECTIONS,
    overallRate: perSecond,
    duration: SECONDS,
    timeout: 20,
    setupClient(client) {
      let isOpen = false;
      client.on('response', (status, _bytes, milliseconds) => {
        if (status === 200) (isOpen ? times : openingTimes).push(milliseconds);
        else if (status === 503) refused += 1;
        else otherwise += 1;
        isOpen = true;
      });
    },
    requests: [
      {
        onResponse(status, text, _context, headers) {
          if (status !== 503) return;
          const names = Object.keys(headers ?? {}).map((name) => name.toLowerCase());
          if (!names.includes('retry-after')) withoutRetryAfter += 1;
          if (!text.includes('OperationOutcome')) withoutOutcome += 1;
        },
      },
    ],
  });
  const { errors } = await running;
  return {
    answered: times.length + openingTimes.length,
    slowestToOpen: Math.max(...openingTimes),
    refused,
    otherwise,
    errors,
    withoutRetryAfter,
    withoutOutcome,
    p50: quantile(times, 0.5),
    p99: quantile(times, 0.99),
    slowest: Math.max(...times),
  };
}

async function load(): Promise<void> {
  const service = await start(SERVICE, { DEADLINE_MS: String(DEADLINE_MS) });
  const body = hookBody(50);
  const agent = connection();
  for (let i = 0; i < 300; i += 1) await call(service.hook, body, agent);
  const alone = await autocannon({
    url: service.hook,
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
    connections: 10,
    duration: 8,
  });
  const capacity = alone.requests.average;
  const { answered, refused, otherwise, errors, ...rest } = await burst(
    service.hook,
    body,
    Math.ceil(2 * capacity),
  );
  const ended = performance.now();
  while ((await call(service.hook, body, agent)).status === 503) await setTimeout(10);
  const recoveredMs = performance.now() - ended;
  const after: number[] = [];
  for (let i = 0; i < 50; i += 1) {
    const { status, milliseconds } = await call(service.hook, body, agent);
    if (status !== 200) throw new Error(`after the burst a call was answered ${status}`);
    after.push(milliseconds);
  }
  agent.destroy();
  await stopped(service);
  const rows = [
    ['capacity, calls a second (10 connections)', capacity.toFixed(0)],
    [
      `sent at twice that for ${SECONDS} s, ${CONNECTIONS} connections`,
      String(answered + refused + otherwise + errors),
    ],
    ['answered', `${answered} (${((100 * answered) / SECONDS / capacity).toFixed(0)} % of capacity)`],
    ['refused with 503', String(refused)],
    ['of these without Retry-After or OperationOutcome', `${rest.withoutRetryAfter}, ${rest.withoutOutcome}`],
    ['otherwise, or no answer', `${otherwise}, ${errors}`],
    [
      'p50, p99 and slowest of the answered on open connections',
      `${rest.p50.toFixed(0)}, ${rest.p99.toFixed(0)}, ${rest.slowest.toFixed(0)} ms`,
    ],
    ['slowest where the connection had to be opened', `${rest.slowestToOpen.toFixed(0)} ms`],
    ['deadline', `${DEADLINE_MS} ms`],
    ['until the first call was answered again', `${recoveredMs.toFixed(0)} ms`],
    [
      'p50 and slowest of the 50 calls after that',
      `${quantile(after, 0.5).toFixed(0)}, ${Math.max(...after).toFixed(0)} ms`,
    ],
  ];
  for (const [what, value] of rows) process.stdout.write(`${what?.padEnd(58)} ${value}\n`);
}

load().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
