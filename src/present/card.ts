import type { FhirResource } from 'fhir/r4';
import type { Indicator } from '../evaluate/determination';

/** What the service sends, as CDS Hooks 2.0.1 shapes it (CDS Service Response). */
export type Action =
  | { readonly type: 'create' | 'update'; readonly description: string; readonly resource: FhirResource }
  | { readonly type: 'delete'; readonly description: string; readonly resourceId: string };

export interface Suggestion {
  readonly label: string;
  readonly uuid: string;
  readonly isRecommended?: true;
  readonly actions: readonly Action[];
}

export interface OverrideReason {
  readonly code: string;
  readonly system: string;
  readonly display: string;
}

export interface Link {
  readonly label: string;
  readonly url: string;
  readonly type: 'absolute';
}

export interface Card {
  readonly uuid: string;
  readonly summary: string;
  readonly detail: string;
  readonly indicator: Indicator;
  readonly source: { readonly label: string; readonly url: string };
  readonly suggestions?: readonly Suggestion[];
  readonly selectionBehavior?: 'at-most-one';
  readonly overrideReasons?: readonly OverrideReason[];
  readonly links: readonly Link[];
  readonly extension: Readonly<Record<string, unknown>>;
}

export interface HookResponse {
  readonly cards: readonly Card[];
}
