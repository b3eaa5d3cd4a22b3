import cors from 'cors';
import express, { type Express, type Router } from 'express';
import helmet from 'helmet';
import type { Logger } from 'pino';
import { pinoHttp } from 'pino-http';
import { errorHandler } from './hooks/errors';
import type { HookDependencies } from './hooks/answer';
import { jsonBody } from './hooks/request-body';
import { hookRoutes, notAllowed } from './hooks/routes';
import { problem } from './problem';

export interface AppDependencies extends HookDependencies {
  /** Largest request body, in bytes. */
  readonly bodyLimit: number;
  readonly logger: Logger;
  /** What is there to try the service with; nothing in production. */
  readonly demo?: Router;
}

/** Only what is listed here is logged of a request; bodies, query strings and headers never are. */
function requestLog(logger: Logger) {
  return pinoHttp({
    logger,
    serializers: {
      req: (request: { id: unknown; method: string }) => ({ id: request.id, method: request.method }),
      res: (response: { statusCode: number }) => ({ statusCode: response.statusCode }),
      err: (error: { type?: string }) => ({ type: error.type }),
    },
    autoLogging: true,
  });
}

/** An Express application with what every request passes before its route: the log, security headers and CORS. */
export function appWithMiddleware(logger: Logger): Express {
  const app = express();
  app.disable('x-powered-by');
  app.use(requestLog(logger));
  app.use(helmet({ crossOriginResourcePolicy: { policy: 'cross-origin' } }));
  app.use(
    cors({
      origin: '*',
      methods: ['GET', 'POST', 'OPTIONS'],
      allowedHeaders: ['Authorization', 'Content-Type'],
    }),
  );
  return app;
}

/**
 * The HTTP service, without listening. What comes first answers first: preflight, then route (404, 405), then body
 * (415, 413, 400), then the hook itself.
 */
export function createApp(dependencies: AppDependencies): Express {
  const { logger, bodyLimit, demo } = dependencies;
  const app = appWithMiddleware(logger);
  app.use((request, _response, next) => {
    // A discovery URL typed with a trailing slash leads clients to //; it means the same path.
    request.url = request.url.replace(/^[^?]*/u, (path) => path.replace(/\/{2,}/gu, '/'));
    next();
  });
  app
    .route('/health/live')
    .get((_request, response) => {
      response.json({ status: 'live' });
    })
    .all(notAllowed('GET, HEAD, OPTIONS'));
  app.use(hookRoutes(dependencies, jsonBody(bodyLimit)));
  if (demo) app.use(demo);
  app.use(() => {
    throw problem(404, 'not-found', 'There is nothing at this address.');
  });
  app.use(errorHandler(logger));
  return app;
}
