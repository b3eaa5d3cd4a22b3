import type { RequestHandler } from 'express';
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Refusal } from '../clients/authenticate';
import { routeOf } from './log';
import { isOpen } from '../evaluate/criterion';
import type { Decision } from '../store/decision';
import type { CardOutcome } from '../store/feedback';

/** What an operator watches, in Prometheus text (`GET /metrics`). No label names a patient, an order or a caller. */
export interface Metrics {
  readonly registry: Registry;
  /** Counts and times every request by its route. */
  readonly middleware: RequestHandler;
  decided(decision: Decision): void;
  feedback(outcomes: readonly CardOutcome[]): void;
  refused(reason: Refusal): void;
  storeFailed(operation: StoreOperation): void;
  decisionLost(): void;
}

export type StoreOperation = 'use-token' | 'add-feedback' | 'add-decisions' | 'report' | 'forget' | 'check';

const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const METHODS = ['GET', 'HEAD', 'POST', 'OPTIONS'];
const PREFIX = 'nerve_block_cds_';

/** Metrics of their own for each service, so that two in one process do not add up. */
export function createMetrics(waiting: () => number): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const requests = new Counter({
    name: `${PREFIX}requests_total`,
    help: 'HTTP requests by route, method and status',
    labelNames: ['route', 'method', 'status'],
    registers,
  });
  const durations = new Histogram({
    name: `${PREFIX}request_duration_seconds`,
    help: 'Time from a request to the end of its answer',
    labelNames: ['route'],
    buckets: SECONDS,
    registers,
  });
  const reading = new Histogram({
    name: `${PREFIX}chart_reading_seconds`,
    help: 'Time an invocation took to bring the chart together',
    buckets: SECONDS,
    registers,
  });
  const cards = new Counter({
    name: `${PREFIX}cards_total`,
    help: 'Procedure groups judged, by service, policy, profile, determination and whether a card was shown',
    labelNames: ['service', 'policy', 'profile', 'determination', 'shown'],
    registers,
  });
  const criteria = new Counter({
    name: `${PREFIX}open_criteria_total`,
    help: 'Criteria that were not met, not documented or not assessed',
    labelNames: ['policy', 'criterion', 'status'],
    registers,
  });
  const chartReads = new Counter({
    name: `${PREFIX}chart_reads_total`,
    help: 'How each key of the chart came: sent, read, or why it could not be had',
    labelNames: ['key', 'outcome'],
    registers,
  });
  const feedback = new Counter({
    name: `${PREFIX}feedback_total`,
    help: 'Outcomes of cards that clients reported',
    labelNames: ['outcome'],
    registers,
  });
  const refusals = new Counter({
    name: `${PREFIX}authentication_refusals_total`,
    help: 'Calls refused for want of a valid token, by reason',
    labelNames: ['reason'],
    registers,
  });
  const storeFailures = new Counter({
    name: `${PREFIX}store_failures_total`,
    help: 'Operations that the store did not do',
    labelNames: ['operation'],
    registers,
  });
  const lost = new Counter({
    name: `${PREFIX}decisions_lost_total`,
    help: 'Decisions that had no room to wait for the store',
    registers,
  });
  const gauge: Gauge = new Gauge({
    name: `${PREFIX}decisions_waiting`,
    help: 'Decisions that are not in the store yet',
    registers,
    collect: (): void => gauge.set(waiting()),
  });
  return {
    registry,
    middleware(request, response, next) {
      const begun = process.hrtime.bigint();
      response.once('finish', () => {
        const { route = 'none' } = routeOf(request);
        const method = METHODS.includes(request.method) ? request.method : 'other';
        requests.inc({ route, method, status: response.statusCode });
        durations.observe({ route }, Number(process.hrtime.bigint() - begun) / 1e9);
      });
      next();
    },
    decided({ service, profile = 'none', groups, chart, readingMs }) {
      for (const { policy, determination, card, criteria: results } of groups) {
        cards.inc({ service, policy, profile, determination, shown: String(card !== undefined) });
        for (const { id, status } of results.filter((result) => isOpen(result.status)))
          criteria.inc({ policy, criterion: id, status });
      }
      const keys = Object.entries(chart);
      for (const [key, outcome] of keys) chartReads.inc({ key, outcome });
      if (keys.length > 0) reading.observe(readingMs / 1000);
    },
    feedback: (outcomes) => {
      for (const { outcome } of outcomes) feedback.inc({ outcome });
    },
    refused: (reason) => refusals.inc({ reason }),
    storeFailed: (operation) => storeFailures.inc({ operation }),
    decisionLost: () => lost.inc(),
  };
}
