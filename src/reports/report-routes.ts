import { Router, type Request, type Response } from 'express';
import { callerOf, type Access } from '../hooks/authentication';
import type { PolicyData } from '../policy/policy-data';
import { notAllowed, problem } from '../problem';
import type { FeedbackReport } from '../store/feedback';
import type { Store } from '../store/store';
import { feedbackPage } from './feedback-page';

export interface ReportDependencies {
  readonly policyData: PolicyData;
  readonly store: Pick<Store, 'feedbackReport'>;
  /** Hears why the store did not answer. */
  readonly storeFailed: (operation: 'report', error: unknown) => void;
}

const PATH = '/reports/feedback';

/** `GET /reports/feedback`: JSON, or a page for whoever asks for HTML. A client sees its own cards. */
export function reportRoutes({ policyData, store, storeFailed }: ReportDependencies, access: Access): Router {
  const router = Router();
  // However many ask for the same report, it is made once at a time.
  const underWay = new Map<string | undefined, Promise<FeedbackReport>>();
  const reportOf = (client: string | undefined): Promise<FeedbackReport> => {
    const report =
      underWay.get(client) ?? store.feedbackReport(client).finally(() => underWay.delete(client));
    underWay.set(client, report);
    return report;
  };
  router
    .route(PATH)
    .get(...access(() => [PATH]), async (request: Request, response: Response) => {
      const caller = callerOf(response);
      let report: FeedbackReport;
      try {
        report = await reportOf(caller?.reports === 'own' ? caller.iss : undefined);
      } catch (error) {
        storeFailed('report', error);
        throw problem(503, 'transient', 'The report cannot be made just now.');
      }
      response.set('Cache-Control', 'no-store').vary('Accept');
      if (request.accepts(['json', 'html']) === 'html')
        response.type('html').send(feedbackPage(report, policyData));
      else response.json(report);
    })
    .all(notAllowed('GET, HEAD, OPTIONS'));
  return router;
}
