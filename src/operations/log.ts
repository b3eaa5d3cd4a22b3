import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Request, RequestHandler } from 'express';
import { pino, type DestinationStream, type Logger } from 'pino';
import { pinoHttp } from 'pino-http';

/** The only members of a log line, beside its level, time and fixed sentence; all others are dropped. */
const FIELDS: ReadonlySet<string> = new Set([
  'req',
  'res',
  'responseTime',
  'err',
  'route',
  'answer',
  'client',
  'refusal',
  'kind',
  'stack',
  'url',
  'waiting',
]);

function allowed(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([name]) => FIELDS.has(name)));
}

/** The code by which a library or the system names an error, such as ECONNREFUSED. */
export function errorCode(error: unknown): string | undefined {
  const hasCode = typeof error === 'object' && error !== null && 'code' in error;
  return hasCode && typeof error.code === 'string' ? error.code : undefined;
}

/** An error without its message, which may quote what was sent. */
export function errorFields(error: unknown): { kind: string; stack: readonly string[] } {
  if (!(error instanceof Error)) return { kind: typeof error, stack: [] };
  const code = errorCode(error);
  const frames = (error.stack ?? '').split('\n').filter((line) => /^\s+at /u.test(line));
  return { kind: [error.name, code].filter(Boolean).join(' '), stack: frames.slice(0, 5) };
}

/** Bytes of log lines that wait for a standard output that takes nothing; further ones are dropped. */
const MOST_WAITING = 2 ** 20;

/**
 * Standard output that may fail: a full disk costs lines, and neither the service nor its stopping. Left to itself, what waits
 * would be written again and again at the exit.
 */
function standardOutput(): DestinationStream {
  const output = pino.destination({ dest: process.stdout.fd, maxLength: MOST_WAITING });
  const flush = output.flushSync.bind(output);
  let isFailing = false;
  output.on('error', () => {
    if (isFailing) return;
    isFailing = true;
    output.flushSync = () => {};
    output.once('write', () => {
      isFailing = false;
      output.flushSync = flush;
    });
  });
  return output;
}

/** JSON lines of which every member is on the list. */
export function createLogger(level: string, destination?: DestinationStream): Logger {
  const options = {
    level,
    base: null,
    formatters: { log: allowed, bindings: allowed },
    serializers: { err: errorFields },
  };
  return pino(options, destination ?? standardOutput());
}

/** A request id that a gateway gave: a UUID, with or without its dashes. Other ids could name somebody. */
const REQUEST_ID = /^[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}$/iu;

function requestId(request: IncomingMessage, response: ServerResponse): string {
  const given = request.headers['x-request-id'];
  const id = typeof given === 'string' && REQUEST_ID.test(given) ? given : randomUUID();
  response.setHeader('X-Request-Id', id);
  return id;
}

/** What a route tells the log of its answer. */
export interface LoggedAnswer {
  readonly client?: string;
  readonly refusal?: string;
  /** What kind of error stood in the way. */
  readonly kind?: string;
  readonly answer?: Readonly<Record<string, unknown>>;
}

const answers = new WeakMap<ServerResponse, LoggedAnswer>();

/** Adds to the one line that the log gets of a request; what is there already stays. */
export function logWith(response: ServerResponse, more: LoggedAnswer): void {
  answers.set(response, { ...more, ...answers.get(response) });
}

/** The route as it is written, ids left open. */
export function routeOf(request: IncomingMessage): { readonly route?: string } {
  const path: unknown = (request as Request).route?.path;
  return typeof path === 'string' ? { route: path } : {};
}

/**
 * One line a request: its id, method, route, status and time, and what the route told. Bodies, addresses and headers never are
 * logged.
 */
export function requestLog(logger: Logger): RequestHandler {
  return pinoHttp({
    logger,
    genReqId: requestId,
    serializers: {
      req: ({ id, method }: { id: unknown; method: string }) => ({ id, method }),
      res: ({ statusCode }: { statusCode: number }) => ({ status: statusCode }),
      err: errorFields,
    },
    // Whoever watches the service asks often, and learns of it in the metrics.
    autoLogging: { ignore: ({ url = '' }) => /^\/(?:health\/|metrics$)/u.test(url) },
    customProps: (request, response) => ({ ...routeOf(request), ...answers.get(response) }),
  });
}
