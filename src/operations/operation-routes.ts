import { Router, type Request, type Response } from 'express';
import { notAllowed, problem } from '../problem';
import type { Store } from '../store/store';
import type { Metrics } from './metrics';

export interface OperationDependencies {
  readonly store: Pick<Store, 'check'>;
  readonly metrics: Pick<Metrics, 'registry'>;
  /** Whether the service finishes what it has and takes no more. */
  readonly isStopping: () => boolean;
}

/** `GET /health/live`, `GET /health/ready` and `GET /metrics`: for whoever runs the service, without a token. */
export function operationRoutes({ store, metrics, isStopping }: OperationDependencies): Router {
  const only = notAllowed('GET, HEAD, OPTIONS');
  const router = Router();
  router
    .route('/health/live')
    .get((_request: Request, response: Response) => {
      response.json({ status: 'live' });
    })
    .all(only);
  router
    .route('/health/ready')
    .get(async (_request: Request, response: Response) => {
      if (isStopping()) throw problem(503, 'transient', 'The service is stopping.');
      try {
        await store.check();
      } catch {
        throw problem(503, 'transient', 'The store cannot be reached.');
      }
      response.json({ status: 'ready' });
    })
    .all(only);
  router
    .route('/metrics')
    .get(async (_request: Request, response: Response) => {
      response.type(metrics.registry.contentType).send(await metrics.registry.metrics());
    })
    .all(only);
  return router;
}
