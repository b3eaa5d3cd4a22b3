import { Router, type Request, type Response } from 'express';
import { notAllowed, problem } from '../problem';
import type { Store } from '../store/store';
import type { DecisionLog } from '../store/decision-log';
import type { Metrics } from './metrics';

export interface OperationDependencies {
  readonly store: Pick<Store, 'check'>;
  readonly decisions: Pick<DecisionLog, 'isFailing'>;
  readonly metrics: Pick<Metrics, 'registry'>;
  /** Whether the service finishes what it has and takes no more. */
  readonly isStopping: () => boolean;
}

/** `GET /health/live`, `GET /health/ready` and `GET /metrics`: for whoever runs the service, without a token. */
export function operationRoutes({ store, decisions, metrics, isStopping }: OperationDependencies): Router {
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
      if (decisions.isFailing()) throw problem(503, 'transient', 'The store takes nothing.');
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
