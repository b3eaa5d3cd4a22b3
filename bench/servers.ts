import { fork, type ChildProcess } from 'node:child_process';
import { Agent, request } from 'node:http';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

export const SERVICE = join(__dirname, '..', 'dist', 'main.js');
export const FLOOR = join(__dirname, 'floor.ts');

/** A server in a process of its own. */
export interface Server {
  readonly process: ChildProcess;
  /** Where order-sign is called. */
  readonly hook: string;
  /** Milliseconds from the start of the process until it answers. */
  readonly readyMs: number;
}

export interface Answer {
  readonly status: number;
  readonly milliseconds: number;
  readonly body: Buffer;
}

/** Starts a server that prints its address, with limits that do not stand in the way. */
export async function start(script: string, settings: NodeJS.ProcessEnv = {}): Promise<Server> {
  const env = {
    ...process.env,
    PORT: '0',
    HOST: '127.0.0.1',
    LOG_LEVEL: 'silent',
    BODY_LIMIT: '1gb',
    RATE_LIMIT: '0',
    DATABASE_URL: 'file::memory:',
    ...settings,
  };
  const begun = performance.now();
  const child = fork(script, { env, stdio: ['ignore', 'pipe', 'ignore', 'ipc'] });
  if (!child.stdout) throw new Error(`${script} has no output`);
  for await (const line of createInterface(child.stdout)) {
    const url = /http:\S+/u.exec(line)?.[0];
    if (url === undefined) continue;
    return {
      process: child,
      hook: `${url}/nerve-block-order-sign`,
      readyMs: performance.now() - begun,
    };
  }
  throw new Error(`${script} stopped before it gave its address`);
}

export async function stopped({ process: child }: Server): Promise<void> {
  if (child.exitCode !== null) return;
  const exited = new Promise((resolve) => {
    child.once('exit', resolve);
  });
  child.kill('SIGKILL');
  await exited;
}

/** One connection that is kept open. */
export function connection(): Agent {
  return new Agent({ keepAlive: true, maxSockets: 1 });
}

/** One hook call, timed from the first byte sent to the last byte read. */
export function call(hook: string, body: Buffer, agent: Agent): Promise<Answer> {
  const started = performance.now();
  const post = request(hook, {
    method: 'POST',
    agent,
    headers: { 'content-type': 'application/json', 'content-length': body.length },
  });
  return new Promise<Answer>((resolve, reject) => {
    post.once('error', reject);
    post.once('response', (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.once('error', reject);
      response.once('end', () => {
        resolve({
          status: response.statusCode ?? 0,
          milliseconds: performance.now() - started,
          body: Buffer.concat(chunks),
        });
      });
    });
    post.end(body);
  });
}

export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.round(share * (sorted.length - 1))] ?? Number.NaN;
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}
