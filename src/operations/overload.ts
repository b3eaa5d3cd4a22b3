import type { RequestHandler } from 'express';
import { problem, type Problem } from '../problem';

/** Milliseconds between two looks at the clock. */
const TICK_MS = 40;
/**
 * The parts of the deadline by which the event loop may be behind: again and again, and once. What is accepted then is
 * still answered in time.
 */
const MOST_OFTEN = 1 / 32;
const MOST_ONCE = 1 / 8;
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
  /** Once its body is here: refuses it while too many others are not answered. */
  readonly afterBody: RequestHandler;
  stop(): void;
}

function overloaded(): Problem {
  return problem(503, 'throttled', 'The service has more to do than it can; send the call again.', {
    'Retry-After': RETRY_AFTER_S,
  });
}

/** Watches how late a timer comes. One call that takes long is no overload: two ticks in a row must be late, or one very late. */
export function watchOverload(deadlineMs: number, mostAtOnce = MOST_AT_ONCE): Overload {
  const often = Math.max(deadlineMs * MOST_OFTEN, LEAST_MS);
  const once = Math.max(deadlineMs * MOST_ONCE, LEAST_MS);
  let behindMs = 0;
  let lastLate = 0;
  let atOnce = 0;
  let due = performance.now() + TICK_MS;
  const timer = setInterval(() => {
    const now = performance.now();
    const late = now - due;
    behindMs = Math.min(late, lastLate);
    lastLate = late;
    due = now + TICK_MS;
  }, TICK_MS).unref();
  return {
    beforeBody(_request, _response, next) {
      const isBehind = behindMs > often || performance.now() - due > once;
      if (isBehind) throw overloaded();
      next();
    },
    afterBody(_request, response, next) {
      // Whoever has left meanwhile waits for nothing, and would never be counted out.
      if (response.closed) return;
      if (atOnce >= mostAtOnce) throw overloaded();
      atOnce += 1;
      response.once('close', () => (atOnce -= 1));
      next();
    },
    stop: () => clearInterval(timer),
  };
}
