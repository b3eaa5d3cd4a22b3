import type { RequestHandler } from 'express';
import { problem, type Problem } from '../problem';

/** Milliseconds between two looks at the clock. */
const TICK_MS = 40;
/**
 * The part of the deadline by which the event loop may be behind. A call waits for at most three of its rounds: to be
 * heard, for its body, and to be judged.
 */
const MOST_BEHIND = 1 / 8;
/** Less than this, in milliseconds, is no overload, however short the deadline. */
const LEAST_MS = 100;
/** Calls that are judged, or wait for a FHIR server, at once. */
const MOST_AT_ONCE = 512;
/** Seconds after which it is worth trying again. */
const RETRY_AFTER_S = '2';

/** Refuses, early and cheaply, what could not be answered in time. */
export interface Overload {
  /** Before anything is done for a call: refuses it while the event loop is far behind. */
  readonly beforeBody: RequestHandler;
  /** Once its body is here: refuses it for the same reason, and while too many others are not answered. */
  readonly afterBody: RequestHandler;
  stop(): void;
}

function overloaded(): Problem {
  return problem(503, 'throttled', 'The service has more to do than it can; send the call again.', {
    'Retry-After': RETRY_AFTER_S,
  });
}

/** Watches how late a timer is: as long as it waits, so do all calls. */
export function watchOverload(deadlineMs: number, mostAtOnce = MOST_AT_ONCE): Overload {
  const most = Math.max(deadlineMs * MOST_BEHIND, LEAST_MS);
  let atOnce = 0;
  let due = performance.now() + TICK_MS;
  const timer = setInterval(() => {
    due = performance.now() + TICK_MS;
  }, TICK_MS).unref();
  const refuseIfBehind = (): void => {
    if (performance.now() - due > most) throw overloaded();
  };
  return {
    beforeBody(_request, _response, next) {
      refuseIfBehind();
      next();
    },
    afterBody(_request, response, next) {
      // Whoever has left meanwhile waits for nothing, and would never be counted out.
      if (response.closed) return;
      // Many bodies may be here since, and what was judged for the others has taken its time.
      refuseIfBehind();
      if (atOnce >= mostAtOnce) throw overloaded();
      atOnce += 1;
      response.once('close', () => (atOnce -= 1));
      next();
    },
    stop: () => clearInterval(timer),
  };
}
