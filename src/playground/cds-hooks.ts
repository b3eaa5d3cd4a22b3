import type { Json } from '../fhir/read';

/** What a CDS Client reads of an answer (CDS Hooks 2.0.1, CDS Service Response). */
export type Action =
  | { readonly type: 'create' | 'update'; readonly description: string; readonly resource: Json }
  | { readonly type: 'delete'; readonly description: string; readonly resourceId: string };

export interface Suggestion {
  readonly label: string;
  readonly uuid: string;
  readonly isRecommended?: boolean;
  readonly actions: readonly Action[];
}

export interface OverrideReason {
  readonly code: string;
  readonly system: string;
  readonly display: string;
}

export interface Evidence {
  readonly reference: string;
  readonly date?: string;
  readonly summary: string;
}

export interface Criterion {
  readonly id: string;
  readonly title: string;
  readonly severity: string;
  readonly status: string;
  readonly lines?: readonly string[];
  readonly required?: string;
  readonly found?: string;
  readonly evidence?: readonly Evidence[];
  readonly citations?: readonly string[];
}

/** The machine-readable side of a card. */
export interface Assessment {
  readonly profile: string;
  readonly policy: { readonly id: string; readonly version: string; readonly title: string };
  readonly evaluatedOn: string;
  readonly determination: string;
  readonly score: { readonly met: number; readonly applicable: number };
  readonly criteria: readonly Criterion[];
}

const ASSESSMENT = 'org.nerve-block-cds.assessment';

export interface Card {
  readonly uuid: string;
  readonly summary: string;
  readonly detail?: string;
  readonly indicator: 'info' | 'warning' | 'critical';
  readonly source: { readonly label: string; readonly url?: string };
  readonly suggestions?: readonly Suggestion[];
  readonly overrideReasons?: readonly OverrideReason[];
  readonly extension: { readonly [ASSESSMENT]: Assessment };
}

/** What a card says in its extension. */
export function assessmentOf(card: Card): Assessment {
  return card.extension[ASSESSMENT];
}
