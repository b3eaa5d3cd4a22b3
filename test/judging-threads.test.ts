import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { getPriority, tmpdir } from 'node:os';
import { join } from 'node:path';
import { readScenarios, scenarioRequest } from '../src/demo/scenario';
import { judgingHere } from '../src/hooks/judging';
import { judgingInThreads, type JudgingThreads } from '../src/hooks/judging-threads';
import type { Call, Outcome } from '../src/hooks/invocation';
import { readPolicyFiles } from '../src/policy/policy-files';
import { Problem } from '../src/problem';
import { startMockFhirServer } from './support/mock-fhir-server';
import { dependenciesForTest, FIXTURES, POLICIES } from './support/service-for-test';

const call: Call = { service: 'nerve-block-order-sign', hook: 'order-sign' };
const settings = {
  isProduction: false,
  fhirServers: [],
  policyProfile: 'guideline',
  deadlineMs: 4000,
  bodyLimit: 2 ** 20,
  publicUrl: 'http://localhost:3000',
  quietWhenMet: false,
};
const here = judgingHere(dependenciesForTest());
const present = new AbortController().signal;
let judging: JudgingThreads | undefined;

afterEach(async () => {
  await judging?.stop();
});

/** Threads as they run, from source. */
function realThreads(policyFiles = readPolicyFiles(POLICIES)): JudgingThreads {
  judging = judgingInThreads(here, 1, {
    settings,
    policyFiles,
    file: join(__dirname, 'support', 'judging-thread.cjs'),
    smallBytes: 0,
    onLoss: (error) => {
      throw error;
    },
  });
  return judging;
}

/** Threads that hang when they are told to. */
function hangingThreads(count = 1, startMs = 0) {
  const lost: unknown[] = [];
  judging = judgingInThreads(here, count, {
    settings: { ...settings, deadlineMs: 300, publicUrl: String(startMs) },
    policyFiles: new Map(),
    file: join(__dirname, 'support', 'hanging-thread.cjs'),
    smallBytes: 0,
    onLoss: (error) => lost.push(error),
  });
  const threads = judging;
  return {
    lost,
    say: (words: string) => threads.answer(Buffer.from(words), call, new AbortController().signal),
  };
}

/** What is the same in two answers to one call. */
function comparable({ status, body, refusal, kept }: Outcome) {
  const words = body.replaceAll(/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/gu, 'uuid');
  return { status, words, refusal, chart: kept?.decision.chart, fhirServer: kept?.fhirServer };
}

async function refusalOf(answer: Promise<Outcome>): Promise<Problem> {
  const outcome: unknown = await answer.catch((error: unknown) => error);
  if (!(outcome instanceof Problem)) throw new Error('the call was not refused');
  return outcome;
}

test('a thread answers as the service itself does, refusals included', async () => {
  const threads = realThreads();
  const bodies = [
    ...readScenarios(join(FIXTURES, 'scenarios'))
      .slice(0, 6)
      .map((scenario) => JSON.stringify(scenarioRequest(scenario, 'guideline', FIXTURES))),
    '{"hook":',
    '{}',
    '[1]',
    JSON.stringify({ hook: 'order-sign', hookInstance: 'x', context: { userId: 'Practitioner/p' } }),
  ];
  for (const body of bodies) {
    const [there, own] = [
      await threads.answer(Buffer.from(body), call, present),
      await here.answer(Buffer.from(body), call, present),
    ];
    expect(comparable(there)).toEqual(comparable(own));
  }
}, 30_000);

/** The niceness of each thread of this process (proc(5), field 19 of stat); only Linux knows it. */
function nicenessOfThreads(): number[] {
  if (process.platform !== 'linux') return [];
  return readdirSync('/proc/self/task').map((id) => {
    const afterName = readFileSync(`/proc/self/task/${id}/stat`, 'utf8').replace(/^.*\) /su, '');
    return Number(afterName.split(' ')[16]);
  });
}

test('a thread yields to the small calls', async () => {
  const before = getPriority();
  await realThreads().answer(Buffer.from('{}'), call, present);
  expect(getPriority()).toBe(before);
  const yielding = process.platform === 'linux' ? [Math.min(before + 5, 19)] : [];
  expect(nicenessOfThreads().filter((niceness) => niceness > before)).toEqual(yielding);
}, 30_000);

test('a thread judges for the client that calls, and stops reading when it has gone', async () => {
  const server = await startMockFhirServer();
  server.behave('*', () => {
    // It never answers.
  });
  const [scenario] = readScenarios(join(FIXTURES, 'scenarios'));
  if (!scenario) throw new Error('there is no scenario');
  const { prefetch, ...request } = scenarioRequest(scenario, 'guideline', FIXTURES);
  expect(Object.keys(prefetch).length).toBeGreaterThan(5);
  const { extension, ...unnamed } = request;
  expect(extension).toBeDefined();
  const client = { iss: 'https://ehr.example', profile: 'medicare-lcd', fhirServers: [] };
  const gone = new AbortController();
  const body = Buffer.from(JSON.stringify({ ...unnamed, prefetch: {}, fhirServer: server.url }));
  const threads = realThreads();
  const answer = threads.answer(body, { ...call, client }, gone.signal);
  const asked = setInterval(() => {
    if (server.seen.length > 0) gone.abort();
  }, 20);
  const { kept } = await answer;
  clearInterval(asked);
  await server.close();
  expect(kept?.decision).toMatchObject({ status: 499, client: 'https://ehr.example' });
  const judged = await threads.answer(
    Buffer.from(JSON.stringify({ ...unnamed, prefetch })),
    { ...call, client },
    present,
  );
  expect(judged.kept?.decision.profile).toBe('medicare-lcd');
}, 30_000);

test('a thread judges by the policies that the service started with, whatever has become of their files', async () => {
  const [scenario] = readScenarios(join(FIXTURES, 'scenarios'));
  if (!scenario) throw new Error('there is no scenario');
  const body = Buffer.from(JSON.stringify(scenarioRequest(scenario, 'guideline', FIXTURES)));
  const folder = mkdtempSync(join(tmpdir(), 'policies-'));
  cpSync(POLICIES, folder, { recursive: true, filter: (source) => !source.includes('vignettes') });
  const policyFiles = readPolicyFiles(folder);
  writeFileSync(join(folder, 'cards.yaml'), 'broken: [');
  rmSync(folder, { recursive: true });
  const threads = realThreads(policyFiles);
  expect(comparable(await threads.answer(Buffer.from(body), call, present))).toEqual(
    comparable(await here.answer(body, call, present)),
  );
}, 30_000);

test('a thread that hangs is ended; what it had is refused, and the next call is answered', async () => {
  const { say, lost } = hangingThreads();
  const answers = await Promise.all([refusalOf(say('hang')), refusalOf(say('beside it'))]);
  for (const problem of answers) {
    expect(problem).toMatchObject({ status: 503, headers: { 'Retry-After': expect.any(String) as string } });
    expect(problem.toOutcome().issue[0]?.code).toBe('timeout');
  }
  expect(lost).toHaveLength(1);
  expect(await say('afterwards')).toMatchObject({ status: 200, body: 'afterwards' });
});

test('a thread that takes longer to start than a call may take is waited for, after it was lost as well', async () => {
  const { say } = hangingThreads(1, 900);
  expect(await say('first')).toMatchObject({ body: 'first' });
  expect(await refusalOf(say('hang'))).toMatchObject({ status: 503 });
  expect(await say('afterwards')).toMatchObject({ body: 'afterwards' });
});

test('a thread that ends by itself is started again', async () => {
  const { say } = hangingThreads();
  expect(await refusalOf(say('end'))).toMatchObject({ status: 503 });
  expect(await say('afterwards')).toMatchObject({ body: 'afterwards' });
});

test('a thread that waits for something is not taken for one that hangs', async () => {
  const { say, lost } = hangingThreads();
  const waiting = say('never').catch(() => 'ended');
  await new Promise((resolve) => {
    setTimeout(resolve, 700);
  });
  expect(await say('meanwhile')).toMatchObject({ body: 'meanwhile' });
  expect(lost).toEqual([]);
  await judging?.stop();
  expect(await waiting).toBe('ended');
});

test('beyond what can be judged in time calls are refused at once', async () => {
  const { say } = hangingThreads();
  const held = Array.from({ length: 1024 }, () => say('never').catch(() => undefined));
  expect(await refusalOf(say('one more'))).toMatchObject({
    status: 503,
    headers: { 'Retry-After': expect.any(String) as string },
  });
  await judging?.stop();
  await Promise.all(held);
});

test('a call that has waited too long in the queue is refused, and the next one is answered', async () => {
  const { say } = hangingThreads();
  const ahead = Array.from({ length: 4 }, () => say('wait'));
  expect(await refusalOf(say('late'))).toMatchObject({ status: 503 });
  await Promise.all(ahead);
  expect(await say('afterwards')).toMatchObject({ body: 'afterwards' });
});

test('the thread that has least takes the next call', async () => {
  const { say } = hangingThreads(2);
  const waiting = say('never').catch(() => undefined);
  expect(await say('to the other one')).toMatchObject({ body: 'to the other one' });
  await judging?.stop();
  await waiting;
});

test('small bodies are judged where they come in', async () => {
  judging = judgingInThreads(here, 1, {
    settings,
    policyFiles: new Map(),
    file: join(__dirname, 'support', 'hanging-thread.cjs'),
    smallBytes: 10,
    onLoss: () => {},
  });
  expect(await judging.answer(Buffer.from('{}'), call, present)).toMatchObject({ status: 400 });
  expect(await judging.answer(Buffer.from('12345678901'), call, present)).toMatchObject({ status: 200 });
});

test('a call whose caller leaves while it is queued is not judged', async () => {
  const { say } = hangingThreads();
  const held = Array.from({ length: 8 }, () => say('never').catch(() => undefined));
  const gone = new AbortController();
  const queued = judging?.answer(Buffer.from('queued'), call, gone.signal);
  gone.abort();
  expect(queued && (await refusalOf(queued))).toMatchObject({ status: 503 });
  await judging?.stop();
  await Promise.all(held);
});

test('a thread is not blamed for what held up the service itself', async () => {
  const { say, lost } = hangingThreads();
  const waiting = say('never').catch(() => 'ended');
  await say('it is up');
  const until = performance.now() + 800;
  while (performance.now() < until);
  await new Promise((resolve) => {
    setTimeout(resolve, 500);
  });
  expect(lost).toEqual([]);
  await judging?.stop();
  expect(await waiting).toBe('ended');
});
