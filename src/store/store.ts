import { createHash } from 'node:crypto';
import type { Insertable, Kysely, Transaction } from 'kysely';
import { openDatabase } from './database';
import { isOpen } from '../evaluate/criterion';
import type { LoggedDecision } from './decision';
import type { CardOutcome, FeedbackReport } from './feedback';
import { feedbackReport } from './feedback-report';
import type { Tables } from './tables';

/** What outlives the process: used token ids, the decision log and feedback. Every operation throws if it is down. */
export interface Store {
  /**
   * Remembers a token until it expires.
   * @returns whether this is its first use by any replica
   */
  useToken(token: string, expiresAt: Date): Promise<boolean>;
  /** Stores all outcomes or none; one that is there already changes nothing. */
  addFeedback(client: string, service: string, outcomes: readonly CardOutcome[]): Promise<void>;
  addDecisions(decisions: readonly LoggedDecision[]): Promise<void>;
  /** Of one client's cards, or of all. */
  feedbackReport(client?: string): Promise<FeedbackReport>;
  /** Forgets tokens that have expired, and everything that was kept before a time. */
  forget(now: Date, keptSince: Date): Promise<void>;
  /** Throws unless the database answers. */
  check(): Promise<void>;
  close(): Promise<void>;
}

/** A statement may carry only so many values. */
const ROWS_A_STATEMENT = 500;

/** Rows of one table, in statements that both databases take; those that are there already stay as they are. */
async function insertAll<T extends keyof Tables>(
  database: Transaction<Tables>,
  table: T,
  rows: readonly Insertable<Tables[T]>[],
): Promise<void> {
  for (let from = 0; from < rows.length; from += ROWS_A_STATEMENT) {
    await database
      .insertInto(table)
      .values(rows.slice(from, from + ROWS_A_STATEMENT))
      .onConflict((conflict) => conflict.doNothing())
      .execute();
  }
}

function digestOf(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex');
}

/** An outcome as a row; one that is dated later than it came counts from when it came. */
function feedbackRow(client: string, service: string, outcome: CardOutcome, receivedAt: Date) {
  const { card, at, reason, comment, acceptedSuggestions } = outcome;
  const row = {
    client,
    service,
    card,
    outcome: outcome.outcome,
    outcome_at: at.toISOString(),
    reason_system: reason?.system ?? null,
    reason_code: reason?.code ?? null,
    reason_display: reason?.display ?? null,
    comment: comment ?? null,
  };
  const id = digestOf([row, acceptedSuggestions.toSorted()]);
  const received_at = receivedAt.toISOString();
  const outcome_at = row.outcome_at < received_at ? row.outcome_at : received_at;
  return { ...row, outcome_at, id, received_at };
}

function decisionRow(decision: LoggedDecision): Insertable<Tables['decision']> {
  return {
    id: decision.id,
    decided_at: decision.decidedAt.toISOString(),
    client: decision.client,
    service: decision.service,
    status: decision.status,
    hook_instance: decision.hookInstance ?? null,
    user_id: decision.userId ?? null,
    profile: decision.profile ?? null,
    input_digest: decision.inputDigest,
    reading_ms: Math.round(decision.readingMs),
    total_ms: Math.round(decision.totalMs),
    chart: JSON.stringify(decision.chart),
    cards: JSON.stringify(decision.groups),
  };
}

/** What feedback on a decision's cards is joined with. */
function shownRows({ id, decidedAt, client, service, groups }: LoggedDecision) {
  return groups.flatMap(({ card, policy, version, determination, criteria, suggestions }) => {
    if (card === undefined) return [];
    const open = new Set(criteria.filter(({ status }) => isOpen(status)).map((criterion) => criterion.id));
    return [
      {
        shown: {
          card,
          decision: id,
          client,
          service,
          shown_at: decidedAt.toISOString(),
          policy,
          policy_version: version,
          determination,
        },
        open: [...open].map((criterion) => ({ card, criterion })),
        offered: suggestions.flatMap((suggestion) =>
          suggestion.criteria.map((criterion) => ({ suggestion: suggestion.id, criterion, card })),
        ),
      },
    ];
  });
}

async function forget(database: Kysely<Tables>, now: Date, keptSince: Date): Promise<void> {
  const before = keptSince.toISOString();
  await database.deleteFrom('used_token').where('expires_at', '<', now.toISOString()).execute();
  await database.transaction().execute(async (transaction) => {
    const oldCards = transaction.selectFrom('shown_card').select('card').where('shown_at', '<', before);
    const oldFeedback = transaction.selectFrom('feedback').select('id').where('received_at', '<', before);
    await transaction.deleteFrom('open_criterion').where('card', 'in', oldCards).execute();
    await transaction.deleteFrom('offered_suggestion').where('card', 'in', oldCards).execute();
    await transaction.deleteFrom('shown_card').where('shown_at', '<', before).execute();
    await transaction.deleteFrom('decision').where('decided_at', '<', before).execute();
    await transaction.deleteFrom('accepted_suggestion').where('feedback', 'in', oldFeedback).execute();
    await transaction.deleteFrom('feedback').where('received_at', '<', before).execute();
  });
}

/**
 * The store in the database that a `DATABASE_URL` names. A server that is down is tried again by every operation.
 * @throws what the embedded database says when its file cannot be opened
 */
export function openStore(url: string): Store {
  const database = openDatabase(url);
  return {
    async useToken(token, expiresAt) {
      const result = await (
        await database.ready()
      )
        .insertInto('used_token')
        .values({ token, expires_at: expiresAt.toISOString() })
        .onConflict((conflict) => conflict.doNothing())
        .executeTakeFirst();
      return result.numInsertedOrUpdatedRows === 1n;
    },
    async addFeedback(client, service, outcomes) {
      database.checkFile();
      const receivedAt = new Date();
      const rows = outcomes.map((outcome) => {
        const row = feedbackRow(client, service, outcome, receivedAt);
        const accepted = [...new Set(outcome.acceptedSuggestions)];
        return { row, accepted: accepted.map((suggestion) => ({ feedback: row.id, suggestion })) };
      });
      await (await database.ready()).transaction().execute(async (transaction) => {
        await insertAll(
          transaction,
          'feedback',
          rows.map(({ row }) => row),
        );
        await insertAll(
          transaction,
          'accepted_suggestion',
          rows.flatMap(({ accepted }) => accepted),
        );
      });
    },
    async addDecisions(decisions) {
      database.checkFile();
      const shown = decisions.flatMap(shownRows);
      await (await database.ready()).transaction().execute(async (transaction) => {
        await insertAll(transaction, 'decision', decisions.map(decisionRow));
        await insertAll(
          transaction,
          'shown_card',
          shown.map((rows) => rows.shown),
        );
        await insertAll(
          transaction,
          'open_criterion',
          shown.flatMap((rows) => rows.open),
        );
        await insertAll(
          transaction,
          'offered_suggestion',
          shown.flatMap((rows) => rows.offered),
        );
      });
    },
    feedbackReport: async (client) => feedbackReport(await database.ready(), client),
    forget: async (now, keptSince) => forget(await database.ready(), now, keptSince),
    async check() {
      database.checkFile();
      await (await database.ready()).selectFrom('decision').select('id').limit(1).execute();
    },
    close: () => database.close(),
  };
}
