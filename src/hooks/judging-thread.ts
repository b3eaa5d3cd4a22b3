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
