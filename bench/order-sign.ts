import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { isObject } from '../src/fhir/read';
import { hookBody } from './large-chart';

/**
 * What one order-sign call costs beside the floor: an Express app with the same middleware that parses the same body
 * and sends an answer of the same size. Service, floor and client are a process each; the calls are paired, so that a
 * busy machine slows both.
 */
const RUNS = [
  { resources: 50, warmUp: 300, pairs: 500 },
  { resources: 500, warmUp: 100, pairs: 200 },
  { resources: 5000, warmUp: 15, pairs: 60 },
] as const;
const SERVICE = join(__dirname, '..', 'dist', 'main.js');
const FLOOR = join(__dirname, 'floor.ts');

interface Server {
  readonly process: ChildProcess;
  readonly hook: string;
  readonly agent: Agent;
}

interface Answer {
  readonly milliseconds: number;
  readonly body: Buffer;
}

/** Starts a server that prints its address, with limits that never stand in the way. */
async function start(script: string): Promise<Server> {
  const env = { ...process.env, PORT: '0', HOST: '127.0.0.1', LOG_LEVEL: 'silent', BODY_LIMIT: '1gb' };
  const child = fork(script, { env, stdio: ['ignore', 'pipe', 'inherit', 'ipc'] });
  if (!child.stdout) throw new Error(`${script} has no output`);
  for await (const line of createInterface(child.stdout)) {
    const url = /http:\S+/u.exec(line)?.[0];
    if (url === undefined) continue;
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    return { process: child, hook: `${url}/nerve-block-order-sign`, agent };
  }
  throw new Error(`${script} stopped before it gave its address`);
}

/** One hook call, timed from the first byte sent to the last byte read. */
async function call(server: Server, body: Buffer): Promise<Answer> {
  const started = performance.now();
  const post = request(server.hook, {
    method: 'POST',
    agent: server.agent,
    headers: { 'content-type': 'application/json', 'content-length': body.length },
  });
  const answered = new Promise<Answer>((resolve, reject) => {
    post.once('error', reject);
    post.once('response', (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.once('error', reject);
      response.once('end', () => {
        const milliseconds = performance.now() - started;
        if (response.statusCode === 200) resolve({ milliseconds, body: Buffer.concat(chunks) });
        else reject(new Error(`${server.hook} answered ${response.statusCode}`));
      });
    });
  });
  post.end(body);
  return answered;
}

/** Gives the floor the service's own answer to send, and makes sure that both answers are of one size. */
async function level(floor: Server, service: Server, body: Buffer): Promise<void> {
  const { body: bytes } = await call(service, body);
  const answer: unknown = JSON.parse(bytes.toString());
  if (!isObject(answer) || !Array.isArray(answer['cards']) || answer['cards'].length !== 1) {
    throw new Error('the order was not judged; there is nothing to measure');
  }
  floor.process.send(answer);
  await once(floor.process, 'message');
  const copy = await call(floor, body);
  if (copy.body.length !== bytes.length) throw new Error('floor and service answer with different sizes');
}

function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.round(share * (sorted.length - 1))] ?? Number.NaN;
}

/** Measures one size: pairs of calls, the floor first, one after the other. */
async function measure(floor: Server, service: Server, run: (typeof RUNS)[number]): Promise<string[]> {
  const body = hookBody(run.resources);
  await level(floor, service, body);
  const times: { floor: number; service: number }[] = [];
  for (let i = 0; i < run.warmUp + run.pairs; i += 1) {
    const pair = {
      floor: (await call(floor, body)).milliseconds,
      service: (await call(service, body)).milliseconds,
    };
    if (i >= run.warmUp) times.push(pair);
  }
  const median = (who: 'floor' | 'service'): number => {
    const milliseconds = times.map((pair) => pair[who]);
    return quantile(milliseconds, 0.5);
  };
  const ratios = times.map((pair) => pair.service / pair.floor);
  return [
    String(run.resources),
    `${(body.length / 1000).toFixed(0)} kB`,
    median('floor').toFixed(2),
    median('service').toFixed(2),
    (median('service') / median('floor')).toFixed(2),
    `${quantile(ratios, 0.1).toFixed(2)} to ${quantile(ratios, 0.9).toFixed(2)}`,
  ];
}

function print(rows: readonly (readonly string[])[]): void {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  for (const row of rows) {
    const line = row.map((cell, column) => cell.padStart(widths[column] ?? 0)).join('  ');
    process.stdout.write(`${line}\n`);
  }
}

async function bench(): Promise<void> {
  const servers: Server[] = [];
  try {
    const floor = await start(FLOOR);
    servers.push(floor);
    const service = await start(SERVICE);
    servers.push(service);
    const rows = [['resources', 'body', 'floor ms', 'service ms', 'ratio', 'p10 to p90']];
    for (const run of RUNS) rows.push(await measure(floor, service, run));
    print(rows);
    process.stdout.write('These are ratios of one run; the times say nothing about another machine.\n');
  } finally {
    for (const { process: child, agent } of servers) {
      agent.destroy();
      child.kill();
    }
  }
}

bench().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
