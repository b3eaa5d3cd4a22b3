import cors from 'cors';
import express, { type Express, type Router } from 'express';
import helmet from 'helmet';
import type { Logger } from 'pino';
import { accessFor, type AccessDependencies } from './hooks/authentication';
import { errorHandler } from './hooks/errors';
import { feedbackRoutes } from './hooks/feedback-routes';
import { hookRoutes, type HookRouteDependencies } from './hooks/hook-routes';
import { jsonBody, readBytes } from './hooks/request-body';
import { requestLog } from './operations/log';
import type { Metrics, StoreOperation } from './operations/metrics';
import { operationRoutes } from './operations/operation-routes';
import { problem } from './problem';
import { reportRoutes } from './reports/report-routes';
import type { DecisionLog } from './store/decision-log';
import type { Store } from './store/store';

export interface AppDependencies extends HookRouteDependencies, AccessDependencies {
  /** Largest request body, in bytes. */
  readonly bodyLimit: number;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly store: Pick<Store, 'addFeedback' | 'feedbackReport' | 'check'>;
  readonly decisions: Pick<DecisionLog, 'append' | 'isFailing'>;
  /** Hears what the store did not do for a client, and why. */
  readonly storeFailed: (operation: StoreOperation, error: unknown) => void;
  /** Whether the service finishes what it has and takes no more. */
  readonly isStopping: () => boolean;
  /** The policy pages. */
  readonly pages: Router;
  /** What is there to try the service with; nothing in production. */
  readonly demo?: Router;
}

/**
 * An Express application with what every request passes before its route: the log, the metrics, security headers and
 * CORS.
 */
export function appWithMiddleware({ logger, metrics }: Pick<AppDependencies, 'logger' | 'metrics'>): Express {
  const app = express();
  app.disable('x-powered-by');
  app.use(requestLog(logger));
  app.use(metrics.middleware);
  app.use(
    helmet({
      crossOriginResourcePolicy: { policy: 'cross-origin' },
      // TLS ends at the gateway; without one the pages are read over plain HTTP.
      contentSecurityPolicy: { directives: { upgradeInsecureRequests: null } },
    }),
  );
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
 * The HTTP service, without listening. What comes first answers first: preflight, then route (404, 405), then client (401,
 * 429), then body (415, 413, 400), then the hook itself.
 */
export function createApp(dependencies: AppDependencies): Express {
  const { logger, bodyLimit, demo, isStopping } = dependencies;
  const app = appWithMiddleware(dependencies);
  app.use((request, response, next) => {
    // A discovery URL typed with a trailing slash leads clients to //; it means the same path.
    request.url = request.url.replace(/^[^?]*/u, (path) => path.replace(/\/{2,}/gu, '/'));
    if (isStopping()) response.set('Connection', 'close');
    next();
  });
  const access = accessFor(dependencies);
  const services = dependencies.policyData.discovery.services.map(({ id }) => id);
  app.use(operationRoutes(dependencies));
  app.use(hookRoutes(dependencies, access, readBytes(bodyLimit)));
  app.use(feedbackRoutes({ ...dependencies, services }, access, jsonBody(bodyLimit)));
  app.use(reportRoutes(dependencies, access));
  app.use(dependencies.pages);
  if (demo) app.use(demo);
  app.use(() => {
    throw problem(404, 'not-found', 'There is nothing at this address.');
  });
  app.use(errorHandler(logger));
  return app;
}
