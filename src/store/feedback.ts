/** One outcome of a card, as a CDS Client reports it (CDS Hooks 2.0.1, Feedback). */
export interface CardOutcome {
  readonly card: string;
  readonly outcome: 'accepted' | 'overridden';
  readonly at: Date;
  /** Ids of the suggestions that were accepted. */
  readonly acceptedSuggestions: readonly string[];
  readonly reason?: {
    readonly system?: string;
    readonly code?: string;
    readonly display?: string;
  };
  /** The clinician's own words; they may name the patient. */
  readonly comment?: string;
}

/** How often something was shown, and what became of it. Cards that nobody answered make up the rest. */
export interface OutcomeCounts {
  readonly cards: number;
  readonly accepted: number;
  readonly overridden: number;
}

/** Acceptance and override, counted by the last outcome of each card. */
export interface FeedbackReport {
  readonly total: OutcomeCounts;
  readonly byCriterion: readonly (OutcomeCounts & { readonly policy: string; readonly criterion: string })[];
  readonly byPolicyVersion: readonly (OutcomeCounts & {
    readonly policy: string;
    readonly version: string;
  })[];
  readonly byClient: readonly (OutcomeCounts & { readonly client: string })[];
  readonly byReason: readonly {
    readonly system?: string;
    readonly code?: string;
    readonly cards: number;
  }[];
  /** Cards with feedback that this store knows nothing of, or that another client got. */
  readonly unmatched: number;
}
