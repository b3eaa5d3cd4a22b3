import type { RequestHandler, Response } from 'express';
import { rateLimit, ipKeyGenerator } from 'express-rate-limit';
import type { Authenticator } from '../clients/authenticate';
import type { CdsClient } from '../clients/cds-client';
import { errorFields, logWith } from '../operations/log';
import type { Metrics } from '../operations/metrics';
import { problem } from '../problem';

export interface AccessDependencies {
  /** Absent: anybody may call. */
  readonly authenticate?: Authenticator;
  /** The base URL that clients use, without a slash at its end. */
  readonly publicUrl: string;
  /** Calls a minute of one client; 0: no limit. */
  readonly callsAMinute: number;
  readonly metrics: Pick<Metrics, 'refused'>;
}

const MINUTE_MS = 60_000;

const callers = new WeakMap<Response, CdsClient>();

/** The client that was authenticated; undefined where anybody may call. */
export function callerOf(response: Response): CdsClient | undefined {
  return callers.get(response);
}

/**
 * Lets a client pass that its token authenticates for one of the given paths, and counts its calls: 401 in the same words
 * whatever was wrong, 429 when it has called too often.
 */
export function accessFor({ authenticate, publicUrl, callsAMinute, metrics }: AccessDependencies) {
  const limit = rateLimit({
    windowMs: MINUTE_MS,
    limit: callsAMinute,
    skip: () => callsAMinute === 0,
    standardHeaders: false,
    legacyHeaders: false,
    keyGenerator: (request, response) => callerOf(response)?.iss ?? ipKeyGenerator(request.ip ?? ''),
    handler: (request, _response, next) => {
      const { resetTime } = (request as unknown as { rateLimit: { resetTime?: Date } }).rateLimit;
      const wait = Math.ceil(((resetTime?.getTime() ?? 0) - Date.now()) / 1000);
      next(
        problem(429, 'throttled', 'This client has called too often; try again later.', {
          'Retry-After': String(Math.max(1, wait)),
        }),
      );
    },
  });
  return (
    pathsOf: (parameters: Readonly<Record<string, unknown>>) => readonly string[],
  ): RequestHandler[] => {
    const check: RequestHandler = async (request, response, next) => {
      if (!authenticate) {
        next();
        return;
      }
      const audiences = pathsOf(request.params).map((path) => publicUrl + path);
      const result = await authenticate(request.headers.authorization, audiences);
      if ('refused' in result) {
        const { refused, iss, cause } = result;
        const { kind } = errorFields(cause);
        logWith(response, {
          refusal: refused,
          ...(iss !== undefined && { client: iss }),
          ...(cause !== undefined && { kind }),
        });
        metrics.refused(refused);
        throw problem(401, 'login', 'The call needs a valid JSON Web Token of a known CDS client.', {
          'WWW-Authenticate': 'Bearer',
        });
      }
      callers.set(response, result.client);
      logWith(response, { client: result.client.iss });
      next();
    };
    return [check, limit];
  };
}

/** What may be called, and how often, by each route. */
export type Access = ReturnType<typeof accessFor>;
