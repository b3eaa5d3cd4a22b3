import { setImmediate } from 'node:timers/promises';
import type { LoggedDecision } from './decision';
import type { Store } from './store';

/** Keeps decisions for the store and writes them in batches, after the answers that they are about. */
export interface DecisionLog {
  /** Takes a decision whose digest may still be on its way. */
  append(decision: LoggedDecision | Promise<LoggedDecision>): void;
  /** Decisions that are not in the store yet. */
  waiting(): number;
  /** Whether the store did not take the last ones. */
  isFailing(): boolean;
  /** Writes what is waiting; throws if the store is down, and keeps it. */
  flush(): Promise<void>;
  /** Writes what is waiting and stops. */
  close(): Promise<void>;
}

export interface DecisionLogEvents {
  /** The store is down; the decisions wait. */
  readonly onFailure: (error: unknown) => void;
  /** A decision had no room to wait. */
  readonly onLoss: () => void;
}

const INTERVAL_MS = 250;
/** While the store is down it is tried less often. */
const RETRY_MS = 2000;
const BATCH = 200;
/** So many wait while the store is down; then no more are taken. */
const ROOM = 20_000;

/** Writes to the store every quarter of a second; other work gets its turn between batches. */
export function decisionLog(store: Pick<Store, 'addDecisions'>, events: DecisionLogEvents): DecisionLog {
  const queue: LoggedDecision[] = [];
  const onTheirWay = new Set<Promise<unknown>>();
  let timer: NodeJS.Timeout | undefined;
  let writing: Promise<void> | undefined;
  let isFailing = false;

  const writeAll = async (): Promise<void> => {
    try {
      while (queue.length > 0) {
        const batch = queue.slice(0, BATCH);
        await store.addDecisions(batch);
        queue.splice(0, batch.length);
        await setImmediate();
      }
      isFailing = false;
    } catch (error) {
      isFailing = true;
      throw error;
    } finally {
      writing = undefined;
    }
  };
  /** One write at a time: a batch stays in the queue until it is stored. */
  const write = (): Promise<void> => (writing ??= writeAll());
  const schedule = (delay: number): void => {
    if (timer || writing) return;
    timer = setTimeout(() => {
      timer = undefined;
      write().then(
        () => queue.length > 0 && schedule(INTERVAL_MS),
        (error: unknown) => {
          events.onFailure(error);
          schedule(RETRY_MS);
        },
      );
    }, delay);
    timer.unref();
  };
  const flush = async (): Promise<void> => {
    clearTimeout(timer);
    timer = undefined;
    // What is being written may have begun before the last ones came.
    await writing?.catch(() => {});
    await write();
  };
  const take = (decision: LoggedDecision): void => {
    if (queue.length < ROOM) queue.push(decision);
    else events.onLoss();
    schedule(INTERVAL_MS);
  };
  return {
    append(decision) {
      if (!(decision instanceof Promise)) {
        take(decision);
        return;
      }
      const coming = decision.then(take, events.onFailure).finally(() => onTheirWay.delete(coming));
      onTheirWay.add(coming);
    },
    waiting: () => queue.length + onTheirWay.size,
    isFailing: () => isFailing,
    flush,
    async close() {
      await Promise.all(onTheirWay);
      await flush();
      clearTimeout(timer);
    },
  };
}
