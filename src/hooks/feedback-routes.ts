import { Router, type Request, type RequestHandler, type Response } from 'express';
import { logWith } from '../operations/log';
import type { Metrics } from '../operations/metrics';
import { notAllowed, problem } from '../problem';
import type { Store } from '../store/store';
import { callerOf, type Access } from './authentication';
import { readFeedback } from './feedback-request';

export interface FeedbackDependencies {
  /** The ids of the services that there are. */
  readonly services: readonly string[];
  readonly store: Pick<Store, 'addFeedback'>;
  readonly metrics: Pick<Metrics, 'feedback'>;
  /** Hears why the store did not take what a client sent. */
  readonly storeFailed: (operation: 'add-feedback', error: unknown) => void;
}

/** Seconds after which a client may try again what the store did not take. */
const RETRY_AFTER_S = '5';
/** Milliseconds in which a store that has failed is left alone: waiting for an embedded one holds up everything else. */
const PAUSE_MS = 1000;

function notStored() {
  return problem(503, 'transient', 'Feedback cannot be stored just now; send it again.', {
    'Retry-After': RETRY_AFTER_S,
  });
}

/**
 * `POST /cds-services/{id}/feedback` (CDS Hooks 2.0.1, Feedback). What is answered with 200 is stored; a repeat changes
 * nothing.
 */
export function feedbackRoutes(
  { services, store, metrics, storeFailed }: FeedbackDependencies,
  access: Access,
  readBody: RequestHandler[],
): Router {
  let leftAloneUntil = -Infinity;
  const router = Router();
  router
    .route('/cds-services/:id/feedback')
    .all((request, _response, next) => {
      if (!services.includes(request.params.id))
        throw problem(404, 'not-found', 'There is no such CDS service.');
      next();
    })
    .post(
      // Some clients sign for the service, some for the address of its feedback.
      ...access(({ id }) => [`/cds-services/${String(id)}/feedback`, `/cds-services/${String(id)}`]),
      ...readBody,
      async (request: Request, response: Response) => {
        const outcomes = readFeedback(request.body);
        if (performance.now() < leftAloneUntil) throw notStored();
        try {
          await store.addFeedback(callerOf(response)?.iss ?? '', String(request.params['id']), outcomes);
        } catch (error) {
          leftAloneUntil = performance.now() + PAUSE_MS;
          storeFailed('add-feedback', error);
          throw notStored();
        }
        metrics.feedback(outcomes);
        logWith(response, { answer: { outcomes: outcomes.length } });
        response.json({});
      },
    )
    .all(notAllowed('POST, OPTIONS'));
  return router;
}
