import { sql, type Expression, type Kysely } from 'kysely';
import type { FeedbackReport, OutcomeCounts } from './feedback';
import type { Tables } from './tables';

/** The last outcome of each card that a client, or anybody, reported on. */
function lastOutcomes(database: Kysely<Tables>, client: string | undefined) {
  const ranked = database
    .selectFrom('feedback')
    .select(['client', 'service', 'card', 'outcome', 'reason_system', 'reason_code'])
    .select(
      sql<number>`row_number() over (partition by client, service, card order by outcome_at desc, sequence desc)`.as(
        'place',
      ),
    )
    .$if(client !== undefined, (query) => query.where('client', '=', client ?? ''));
  return database.selectFrom(ranked.as('ranked')).selectAll().where('place', '=', 1);
}

/** The cards that were shown, each with its last outcome, if it has one. */
function shownCards(database: Kysely<Tables>, client: string | undefined) {
  return database
    .selectFrom('shown_card')
    .leftJoin(lastOutcomes(database, client).as('last'), (join) =>
      join
        .onRef('last.card', '=', 'shown_card.card')
        .onRef('last.client', '=', 'shown_card.client')
        .onRef('last.service', '=', 'shown_card.service'),
    )
    .$if(client !== undefined, (query) => query.where('shown_card.client', '=', client ?? ''));
}

/** A count; PostgreSQL counts in 64 bits, which come as text. */
type Count = number | string;

function countsOf({ cards, accepted, overridden }: Record<keyof OutcomeCounts, Count>): OutcomeCounts {
  return { cards: Number(cards), accepted: Number(accepted), overridden: Number(overridden) };
}

const allCards = sql<Count>`count(*)`.as('cards');
const overridden = sql<Count>`count(*) filter (where last.outcome = 'overridden')`.as('overridden');
const accepted = sql<Count>`count(*) filter (where last.outcome = 'accepted')`.as('accepted');

/** Of an accepted card only the criteria are accepted that a suggestion taken was about. */
function isTakenUp(database: Kysely<Tables>): Expression<unknown> {
  return database
    .selectFrom('feedback')
    .innerJoin('accepted_suggestion', 'accepted_suggestion.feedback', 'feedback.id')
    .innerJoin('offered_suggestion', 'offered_suggestion.suggestion', 'accepted_suggestion.suggestion')
    .select('offered_suggestion.suggestion')
    .whereRef('feedback.card', '=', 'shown_card.card' as never)
    .whereRef('feedback.client', '=', 'shown_card.client' as never)
    .whereRef('feedback.service', '=', 'shown_card.service' as never)
    .whereRef('offered_suggestion.card', '=', 'shown_card.card' as never)
    .whereRef('offered_suggestion.criterion', '=', 'open_criterion.criterion' as never);
}

/** Acceptance and override by criterion, policy version, client and reason, of one client's cards or of all. */
export async function feedbackReport(database: Kysely<Tables>, client?: string): Promise<FeedbackReport> {
  const shown = shownCards(database, client);
  const total = await shown.select([allCards, accepted, overridden]).executeTakeFirstOrThrow();
  const byCriterion = await shown
    .innerJoin('open_criterion', 'open_criterion.card', 'shown_card.card')
    .select([
      'shown_card.policy',
      'open_criterion.criterion',
      allCards,
      overridden,
      sql<Count>`count(*) filter (where last.outcome = 'accepted' and exists ${isTakenUp(database)})`.as(
        'accepted',
      ),
    ])
    .groupBy(['shown_card.policy', 'open_criterion.criterion'])
    .orderBy('shown_card.policy')
    .orderBy('open_criterion.criterion')
    .execute();
  const byPolicyVersion = await shown
    .select(['shown_card.policy', 'shown_card.policy_version as version', allCards, accepted, overridden])
    .groupBy(['shown_card.policy', 'shown_card.policy_version'])
    .orderBy('shown_card.policy')
    .orderBy('shown_card.policy_version')
    .execute();
  const byClient = await shown
    .select(['shown_card.client as client', allCards, accepted, overridden])
    .groupBy('shown_card.client')
    .orderBy('shown_card.client')
    .execute();
  const byReason = await shown
    .where('last.outcome', '=', 'overridden')
    .select(['last.reason_system as system', 'last.reason_code as code', allCards])
    .groupBy(['last.reason_system', 'last.reason_code'])
    .orderBy('cards', 'desc')
    .orderBy(sql`last.reason_code is null`)
    .orderBy('last.reason_code')
    .execute();
  const { unmatched } = await database
    .selectFrom('feedback')
    .leftJoin('shown_card', (join) =>
      join
        .onRef('feedback.card', '=', 'shown_card.card')
        .onRef('feedback.client', '=', 'shown_card.client')
        .onRef('feedback.service', '=', 'shown_card.service'),
    )
    .$if(client !== undefined, (query) => query.where('feedback.client', '=', client ?? ''))
    .where('shown_card.card', 'is', null)
    .select(
      sql<Count>`count(distinct feedback.client || ' ' || feedback.service || ' ' || feedback.card)`.as(
        'unmatched',
      ),
    )
    .executeTakeFirstOrThrow();
  return {
    total: countsOf(total),
    byCriterion: byCriterion.map(({ policy, criterion, ...counts }) => ({
      policy,
      criterion,
      ...countsOf(counts),
    })),
    byPolicyVersion: byPolicyVersion.map(({ policy, version, ...counts }) => ({
      policy,
      version,
      ...countsOf(counts),
    })),
    byClient: byClient.map(({ client: iss, ...counts }) => ({ client: iss, ...countsOf(counts) })),
    byReason: byReason.map(({ system, code, cards }) => ({
      ...(system !== null && { system }),
      ...(code !== null && { code }),
      cards: Number(cards),
    })),
    unmatched: Number(unmatched),
  };
}
