import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { PolicyFiles } from '../policy/policy-files';
import { problem } from '../problem';
import type { JudgingSettings } from '../settings';
import type { Call, Outcome } from './invocation';
import type { Judging } from './judging';

/** What a thread starts from: the policies are those that the service started with, whatever has become of their files. */
export interface ThreadData {
  readonly settings: JudgingSettings;
  readonly policyFiles: PolicyFiles;
}

export type ToThread =
  | { readonly id: number; readonly call: Call; readonly body: Uint8Array }
  /** Nobody waits for this call any more. */
  | { readonly id: number };

export type FromThread =
  | 'alive'
  | { readonly id: number; readonly outcome: Outcome }
  | { readonly id: number; readonly error: unknown };

/** Milliseconds after which a thread says again that it is alive. */
export const ALIVE_MS = 200;

/** Milliseconds that a thread may take to start. */
const START_MS = 30_000;

/** Young objects of a large body live until it is judged; less room than this has them copied again and again. */
const YOUNG_GENERATION_MB = 64;

/** Bodies that wait in a thread may hold so many times the largest body, and at least this many bytes. */
const MOST_LARGEST = 4;
const MOST_BYTES = 64 * 2 ** 20;
/** Calls that a thread has at once: most of them are judged one after the other, some wait for a FHIR server. */
const MOST_SENT = 4;
/** The part of the deadline after which a call that no thread has got yet is refused: what is left would not do. */
const MOST_QUEUED = 1 / 2;
/** What the smallest body counts for. */
const LEAST_BYTES = 64 * 1024;

/** Seconds after which it is worth trying again. */
const RETRY_AFTER_S = '2';

function overloaded() {
  return problem(503, 'throttled', 'The service has more to judge than it can; send the call again.', {
    'Retry-After': RETRY_AFTER_S,
  });
}

function lost() {
  return problem(503, 'timeout', 'The call took too long to judge, or one beside it did.', {
    'Retry-After': RETRY_AFTER_S,
  });
}

interface Waiting {
  readonly bytes: number;
  readonly resolve: (outcome: Outcome) => void;
  readonly reject: (error: unknown) => void;
}

/** One thread; it starts when it is needed, after it was lost as well. */
interface Thread {
  /** Bytes of the bodies that it has not judged yet. */
  load(): number;
  answer(body: Buffer, call: Call, gone: AbortSignal): Promise<Outcome>;
  start(): void;
  stop(): Promise<void>;
}

export interface ThreadOptions extends ThreadData {
  readonly file: string;
  /** Hears of a thread that was lost. */
  readonly onLoss: (error: unknown) => void;
}

/** The bytes in memory of their own, which can be handed over instead of copied. */
function handedOver(body: Buffer): Uint8Array<ArrayBuffer> {
  const isWhole = body.byteOffset === 0 && body.byteLength === body.buffer.byteLength;
  return isWhole && body.buffer instanceof ArrayBuffer ? new Uint8Array(body.buffer) : new Uint8Array(body);
}

function threadOf({ settings, policyFiles, file, onLoss }: ThreadOptions): Thread {
  const waiting = new Map<number, Waiting>();
  /** Calls that the thread has not got yet; one whose caller leaves meanwhile is never judged. */
  const queued: {
    readonly id: number;
    readonly call: Call;
    readonly body: Uint8Array<ArrayBuffer>;
    readonly since: number;
  }[] = [];
  let nextId = 0;
  let load = 0;
  let sent = 0;
  let lastHeard = performance.now();
  let lastLook = performance.now();
  let isUp = false;
  let isStopped = false;
  let current: Worker | undefined;

  const take = (id: number): Waiting | undefined => {
    const one = waiting.get(id);
    if (one) load -= one.bytes;
    waiting.delete(id);
    return one;
  };
  const send = (): void => {
    while (sent < MOST_SENT && queued.length > 0) {
      const worker = running();
      const next = queued.shift();
      if (!next) return;
      if (performance.now() - next.since > settings.deadlineMs * MOST_QUEUED) {
        take(next.id)?.reject(overloaded());
        continue;
      }
      if (sent === 0) lastHeard = performance.now();
      sent += 1;
      const { since: _waited, ...message } = next;
      worker.postMessage(message satisfies ToThread, [message.body.buffer]);
    }
  };
  const start = (): Worker => {
    isUp = false;
    lastHeard = performance.now();
    const worker = new Worker(file, {
      workerData: { settings, policyFiles } satisfies ThreadData,
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_GENERATION_MB },
    });
    worker.unref();
    worker.on('message', (message: FromThread) => {
      lastHeard = performance.now();
      isUp = true;
      if (message === 'alive') return;
      sent -= 1;
      const one = take(message.id);
      if ('outcome' in message) one?.resolve(message.outcome);
      else one?.reject(message.error);
      send();
    });
    worker.on('error', onLoss);
    worker.once('exit', () => {
      queued.length = 0;
      sent = 0;
      for (const id of waiting.keys()) take(id)?.reject(lost());
      // One that never came up would not come up now either; the next call tries it.
      current = isUp && !isStopped ? start() : undefined;
    });
    return worker;
  };
  const running = (): Worker => (current ??= start());
  const watch = setInterval(() => {
    const now = performance.now();
    // Where this thread was held up itself, what the other one said has not been heard yet.
    if (now - lastLook > 2 * ALIVE_MS) lastHeard = now;
    lastLook = now;
    const patienceMs = isUp ? settings.deadlineMs : START_MS;
    if (sent === 0 || now - lastHeard < patienceMs) return;
    onLoss(new Error('a judging thread did not answer in time'));
    current?.terminate().catch(onLoss);
  }, ALIVE_MS).unref();

  /** Nobody waits for the call any more: it is not judged, or its reading ends. */
  const leave = (id: number): void => {
    const place = queued.findIndex((one) => one.id === id);
    if (place >= 0) {
      queued.splice(place, 1);
      take(id)?.reject(lost());
    } else if (waiting.has(id)) current?.postMessage({ id } satisfies ToThread);
  };
  return {
    load: () => load,
    start: running,
    answer(body, call, gone) {
      const id = (nextId += 1);
      const bytes = Math.max(body.byteLength, LEAST_BYTES);
      return new Promise((resolve, reject) => {
        running();
        waiting.set(id, { bytes, resolve, reject });
        load += bytes;
        queued.push({ id, call, body: handedOver(body), since: performance.now() });
        gone.addEventListener('abort', () => leave(id), { once: true });
        send();
      });
    },
    async stop() {
      isStopped = true;
      clearInterval(watch);
      await current?.terminate();
    },
  };
}

/** Where the thread's code is, beside this file. */
const THREAD = join(__dirname, 'judging-thread.js');

export interface JudgingThreads extends Judging {
  /** Starts the threads before the first large body comes. */
  start(): void;
  stop(): Promise<void>;
}

/**
 * Judges here what is small, and all else in so many threads; a thread that hangs is ended, and what it had is refused with
 * 503, as is what comes when too much is waiting.
 */
export function judgingInThreads(
  here: Judging,
  count: number,
  options: Omit<ThreadOptions, 'file'> & { readonly file?: string; readonly smallBytes: number },
): JudgingThreads {
  const { settings, smallBytes } = options;
  const threads = Array.from({ length: count }, () => threadOf({ file: THREAD, ...options }));
  const most = Math.max(MOST_BYTES, MOST_LARGEST * settings.bodyLimit);
  return {
    async answer(body, call, gone) {
      if (body.byteLength <= smallBytes) return here.answer(body, call, gone);
      const [least] = threads.toSorted((a, b) => a.load() - b.load());
      if (!least || least.load() + body.byteLength > most) throw overloaded();
      return least.answer(body, call, gone);
    },
    start() {
      for (const thread of threads) thread.start();
    },
    async stop() {
      await Promise.all(threads.map((thread) => thread.stop()));
    },
  };
}
