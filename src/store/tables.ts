import type { Generated } from 'kysely';

/**
 * What the store keeps. Times are UTC as `2026-03-16T12:00:00.000Z`, so that both databases compare them as text. No
 * column is for a patient; what a clinician writes in feedback is kept as it came.
 */
export interface Tables {
  readonly used_token: UsedTokenTable;
  readonly decision: DecisionTable;
  readonly shown_card: ShownCardTable;
  readonly open_criterion: OpenCriterionTable;
  readonly offered_suggestion: OfferedSuggestionTable;
  readonly feedback: FeedbackTable;
  readonly accepted_suggestion: AcceptedSuggestionTable;
}

/** A client's token that was used, until it expires. */
interface UsedTokenTable {
  /** Digest of issuer and token id. */
  readonly token: string;
  readonly expires_at: string;
}

/** The decision log: one row for each invocation. */
interface DecisionTable {
  readonly id: string;
  readonly decided_at: string;
  /** The client's issuer; empty where clients are not authenticated. */
  readonly client: string;
  readonly service: string;
  readonly status: number;
  readonly hook_instance: string | null;
  readonly user_id: string | null;
  readonly profile: string | null;
  readonly input_digest: string;
  readonly reading_ms: number;
  readonly total_ms: number;
  /** How much of the chart could be had, by prefetch key, as JSON. */
  readonly chart: string;
  /** Policies, versions, determinations and the statuses of all criteria, as JSON. */
  readonly cards: string;
}

/** A card that was sent, for feedback to refer to. */
interface ShownCardTable {
  readonly card: string;
  readonly decision: string;
  readonly client: string;
  readonly service: string;
  readonly shown_at: string;
  readonly policy: string;
  readonly policy_version: string;
  readonly determination: string;
}

/** A criterion that the card said is not met, not documented or not assessed. */
interface OpenCriterionTable {
  readonly card: string;
  readonly criterion: string;
}

/** A criterion that a suggestion of a card was about. */
interface OfferedSuggestionTable {
  readonly suggestion: string;
  readonly criterion: string;
  readonly card: string;
}

/** One outcome of a card, as a client reported it; the last one counts. */
interface FeedbackTable {
  /** In which sequence they came. */
  readonly sequence: Generated<number>;
  /** Digest of everything in it, so that a repeat is the same row. */
  readonly id: string;
  readonly received_at: string;
  readonly client: string;
  readonly service: string;
  readonly card: string;
  readonly outcome: 'accepted' | 'overridden';
  readonly outcome_at: string;
  readonly reason_system: string | null;
  readonly reason_code: string | null;
  readonly reason_display: string | null;
  readonly comment: string | null;
}

interface AcceptedSuggestionTable {
  readonly feedback: string;
  readonly suggestion: string;
}
