import { constants, getPriority, setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import { FACTS } from '../gather/facts';
import { compilePolicyData } from '../policy/load';
import { hookDependencies } from './dependencies';
import { answerCall } from './invocation';
import { ALIVE_MS, type FromThread, type ThreadData, type ToThread } from './judging-threads';

/** A thread that judges what takes long, so that the calls which take little do not wait. */
const { settings, policyFiles } = workerData as ThreadData;
const dependencies = hookDependencies(settings, compilePolicyData(policyFiles, FACTS));
const waiting = new Map<number, AbortController>();

/** Steps of niceness: enough for a quarter of a core that it shares. With fewer cores than work it must not starve. */
const LESS_URGENT = 5;

/** Lets small calls go first where cores are scarce. Linux knows a thread's own priority; elsewhere it is the process's. */
function yieldToSmallCalls(): void {
  if (process.platform !== 'linux') return;
  try {
    setPriority(Math.min(getPriority() + LESS_URGENT, constants.priority.PRIORITY_LOW));
  } catch {
    // Where that is not allowed, all threads are equal.
  }
}

yieldToSmallCalls();

function tell(message: FromThread): void {
  parentPort?.postMessage(message);
}

parentPort?.on('message', (message: ToThread) => {
  if (!('call' in message)) {
    waiting.get(message.id)?.abort();
    return;
  }
  const { id, call, body } = message;
  const gone = new AbortController();
  waiting.set(id, gone);
  answerCall(body, call, dependencies, gone.signal)
    .then(
      (outcome) => tell({ id, outcome }),
      (error: unknown) => tell({ id, error }),
    )
    .finally(() => waiting.delete(id));
});

setInterval(() => tell('alive'), ALIVE_MS);
tell('alive');
