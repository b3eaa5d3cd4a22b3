import { readFileSync } from 'node:fs';
import { addressOf, pageServer } from './chart-reading';
import { hookBody, hookRequest, otherOrderBody } from './large-chart';
import { besideLarge, throughput } from './load';
import { paired, type Measured, type Run } from './paired';
import { FLOOR, median, SERVICE, start, stopped, type Server } from './servers';

/**
 * What the service costs beside the floor, and what becomes of small calls beside large ones, as ratios of one run; each
 * goal stands beside the figure that was reached. `npm run bench -- quick` leaves out what takes long.
 */
const isQuick = process.argv.includes('quick');

const SIZES: readonly (Omit<Run, 'body' | 'name'> & { resources: number; goal: number })[] = [
  { resources: 50, warmUp: 400, pairs: 500, goal: 1.2 },
  { resources: 500, warmUp: 100, pairs: 200, goal: 1.12 },
  { resources: 5000, warmUp: 15, pairs: 60, goal: 1.12 },
  ...(isQuick ? [] : [{ resources: 50_000, warmUp: 2, pairs: 12, goal: 1.12 }]),
];

const rows: string[][] = [];
const goals: string[][] = [];

function told(measured: Measured): string[] {
  const { name, bytes, floorMs, serviceMs, ratio, from, to } = measured;
  return [
    name,
    `${(bytes / 1000).toFixed(0)} kB`,
    floorMs.toFixed(2),
    serviceMs.toFixed(2),
    ratio.toFixed(2),
    `${from.toFixed(2)} to ${to.toFixed(2)}`,
  ];
}

function goal(what: string, wanted: string, reached: string, isReached: boolean): void {
  goals.push([what, wanted, reached, isReached ? 'reached' : 'missed']);
}

function atMost(what: string, most: number, value: number, unit = ''): void {
  goal(what, `at most ${most}${unit}`, `${value.toFixed(2)}${unit}`, value <= most);
}

function print(table: readonly (readonly string[])[]): void {
  const widths = (table[0] ?? []).map((_, column) =>
    Math.max(...table.map((row) => row[column]?.length ?? 0)),
  );
  for (const row of table) {
    const cells = row.map((cell, i) =>
      i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0),
    );
    process.stdout.write(`${cells.join('  ')}\n`);
  }
  process.stdout.write('\n');
}

/** Resident memory of a process, in MB. */
function residentMb({ process: { pid } }: Server): number {
  const kB = /VmHWM:\s+(\d+)/u.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(kB) / 1024;
}

async function costs(floor: Server, service: Server): Promise<void> {
  const other = {
    name: 'an order that is none of ours, 500',
    body: otherOrderBody(500),
    warmUp: 100,
    pairs: 200,
  };
  const none = await paired(floor, service, other);
  rows.push(told(none));
  atMost('P2 an order that is none of ours', 1.05, none.ratio);
  const bySize = new Map<number, Measured>();
  for (const { resources, goal: most, ...run } of SIZES) {
    const measured = await paired(floor, service, {
      name: `prefetch, ${resources}`,
      body: hookBody(resources),
      ...run,
    });
    bySize.set(resources, measured);
    rows.push(told(measured));
    atMost(`P1 prefetch of ${resources} resources`, most, measured.ratio);
  }
  const [small, large] = [bySize.get(500), bySize.get(isQuick ? 5000 : 50_000)];
  if (small && large) {
    const exponent = Math.log(large.serviceMs / small.serviceMs) / Math.log(large.bytes / small.bytes);
    atMost('P3 exponent of the cost from 500 resources on', 1.05, exponent);
  }
  for (const resources of [50, 500]) {
    const { prefetch, ...request } = hookRequest(resources);
    const server = await pageServer(prefetch);
    const body = Buffer.from(JSON.stringify({ ...request, fhirServer: addressOf(server) }));
    const run = { name: `read from a FHIR server, ${resources}`, body, warmUp: 100, pairs: 150 };
    rows.push(told(await paired(floor, service, run)));
    server.closeAllConnections();
    server.close();
  }
  if (!isQuick) {
    const [own, bare] = [residentMb(service), residentMb(floor)];
    rows.push(['most memory, MB', '', bare.toFixed(0), own.toFixed(0), (own / bare).toFixed(2), '']);
  }
}

async function fairness(): Promise<void> {
  const service = await start(SERVICE);
  const { alone, beside, largeAnswered } = await besideLarge(service, hookBody(50), hookBody(10_000), {
    clients: 2,
    perSecond: 50,
    seconds: isQuick ? 5 : 20,
  });
  await stopped(service);
  const reached = `${beside.toFixed(0)} ms (alone ${alone.toFixed(0)} ms; ${largeAnswered} large answered)`;
  goal(
    'P4 p99 of small calls beside two clients that loop 15 MB',
    'at most 30 ms, or 5x alone',
    reached,
    beside <= 30 || beside <= 5 * alone,
  );
}

async function manyCores(): Promise<void> {
  const body = hookBody(500);
  const load = { connections: 10, seconds: isQuick ? 4 : 10 };
  const floor = [await start(FLOOR)];
  const threads = [await start(SERVICE, { WORKERS: '2' })];
  const one = [await start(SERVICE)];
  const two = [...one, await start(SERVICE)];
  const setUps = [floor, threads, one, two];
  for (const servers of setUps) await throughput(servers, body, load);
  const ofFloor: number[] = [];
  const ofOne: number[] = [];
  for (let i = 0; i < 3; i += 1) {
    ofFloor.push((await throughput(threads, body, load)) / (await throughput(floor, body, load)));
    ofOne.push((await throughput(two, body, load)) / (await throughput(one, body, load)));
  }
  await Promise.all([...floor, ...threads, ...two].map(stopped));
  const ratio = median(ofFloor);
  goal(
    'P5 throughput with WORKERS=2 at 500 resources, of the floor',
    'at least 1.6',
    `${ratio.toFixed(2)} (two processes, of one: ${median(ofOne).toFixed(2)})`,
    ratio >= 1.6,
  );
}

async function startUp(): Promise<void> {
  const times: number[] = [];
  for (let i = 0; i < 5; i += 1) {
    const service = await start(SERVICE);
    times.push(service.readyMs);
    await stopped(service);
  }
  atMost('P8 ready', 0.6, median(times) / 1000, ' s');
}

async function bench(): Promise<void> {
  const servers = [await start(FLOOR), await start(SERVICE)] as const;
  try {
    await costs(...servers);
  } finally {
    await Promise.all(servers.map(stopped));
  }
  await fairness();
  await manyCores();
  goals.push(['P7 the same answers, whatever is done for speed', 'all', 'npm test', '']);
  await startUp();
  goals.push(['P8 resident memory flat over 30 minutes of load', 'at most 1.1 times', 'npm run soak', '']);
  print([['call', 'body', 'floor ms', 'service ms', 'ratio', 'p10 to p90'], ...rows]);
  print([['goal', 'wanted', 'reached', ''], ...goals]);
  process.stdout.write(
    'These are ratios of one run; the times say nothing about another machine. Why goals are missed: docs/performance.md.\n',
  );
}

bench().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
