import type { CriterionStatus } from '../evaluate/criterion';
import type { UnreadReason } from '../gather/key-answer';
import type { Severity } from '../policy/policy-schema';
import type { Determination } from '../policy/schema';

/** How one key of the chart came: with the call, by reading it, or why not. */
export type KeyOutcome = 'sent' | 'read' | UnreadReason;

export interface DecidedCriterion {
  readonly id: string;
  /** Which wording and thresholds judged, as `Criterion.version`. */
  readonly version: string;
  readonly severity: Severity;
  readonly status: CriterionStatus;
  /** The codes it is about, where it is not about all. */
  readonly lines?: readonly string[];
}

/** What a suggestion was about, for its acceptance to be counted. */
export interface OfferedSuggestion {
  readonly id: string;
  readonly remedy: string;
  readonly criteria: readonly string[];
}

/** One procedure group as it was judged. */
export interface DecidedGroup {
  /** The card that said so; absent where there was nothing to say. */
  readonly card?: string;
  readonly policy: string;
  readonly version: string;
  readonly determination: Determination;
  readonly lines: readonly { readonly code: string; readonly determination: Determination }[];
  readonly criteria: readonly DecidedCriterion[];
  readonly suggestions: readonly OfferedSuggestion[];
}

/** Everything that is kept of one invocation; nothing of it names the patient. */
export interface Decision {
  readonly id: string;
  readonly decidedAt: Date;
  /** The client's issuer; empty where clients are not authenticated. */
  readonly client: string;
  readonly service: string;
  /** 200; 412 where nothing of the chart could be had; 499 where nobody waited for the answer. */
  readonly status: number;
  /** Only if it is a UUID. */
  readonly hookInstance?: string;
  /** Only if it is a reference to a practitioner. */
  readonly userId?: string;
  readonly profile?: string;
  /** Milliseconds. */
  readonly readingMs: number;
  readonly totalMs: number;
  readonly chart: Readonly<Record<string, KeyOutcome>>;
  readonly groups: readonly DecidedGroup[];
}

/** A decision with the SHA-256 of what it was made from: the body, and the pages that were read. */
export interface LoggedDecision extends Decision {
  readonly inputDigest: string;
}
