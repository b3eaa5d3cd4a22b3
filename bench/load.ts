import { setTimeout } from 'node:timers/promises';
import { Agent } from 'node:http';
import { call, connection, quantile, type Server } from './servers';

/** Calls at a steady rate, whether or not earlier ones are answered; milliseconds from when each was due. */
async function steady(hook: string, body: Buffer, perSecond: number, seconds: number): Promise<number[]> {
  const agent = new Agent({ keepAlive: true });
  const begun = performance.now();
  const waits = Array.from({ length: perSecond * seconds }, async (_, i) => {
    const due = (i * 1000) / perSecond;
    await setTimeout(Math.max(0, due - (performance.now() - begun)));
    const { status } = await call(hook, body, agent);
    if (status !== 200) throw new Error(`a small call was answered ${status}`);
    return performance.now() - begun - due;
  });
  const all = await Promise.all(waits);
  agent.destroy();
  return all;
}

/** Sends a body again and again until told to stop; how often it was answered. */
async function looping(hook: string, body: Buffer, until: AbortSignal): Promise<number> {
  const agent = connection();
  let count = 0;
  while (!until.aborted) {
    const { status } = await call(hook, body, agent);
    if (status === 200) count += 1;
  }
  agent.destroy();
  return count;
}

/** How long small calls take (p99, milliseconds) by themselves, and beside clients that send large bodies in a loop. */
export async function besideLarge(
  { hook }: Server,
  small: Buffer,
  large: Buffer,
  { clients, perSecond, seconds }: { clients: number; perSecond: number; seconds: number },
): Promise<{ alone: number; beside: number; largeAnswered: number }> {
  await steady(hook, small, perSecond, 3);
  const alone = quantile(await steady(hook, small, perSecond, seconds), 0.99);
  const stop = new AbortController();
  const loops = Array.from({ length: clients }, () => looping(hook, large, stop.signal));
  await setTimeout(2000);
  const beside = quantile(await steady(hook, small, perSecond, seconds), 0.99);
  stop.abort();
  const counts = await Promise.all(loops);
  return { alone, beside, largeAnswered: counts.reduce((a, b) => a + b, 0) };
}

/** Calls answered in a second over so many connections, shared out among the servers. */
export async function throughput(
  servers: readonly Server[],
  body: Buffer,
  { connections, seconds }: { connections: number; seconds: number },
): Promise<number> {
  const stop = new AbortController();
  const loops = Array.from({ length: connections / servers.length }, () =>
    servers.map(({ hook }) => looping(hook, body, stop.signal)),
  );
  const begun = performance.now();
  await setTimeout(seconds * 1000);
  stop.abort();
  const counts = await Promise.all(loops.flat());
  return counts.reduce((a, b) => a + b, 0) / ((performance.now() - begun) / 1000);
}
