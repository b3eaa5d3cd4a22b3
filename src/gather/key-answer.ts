import type { Json } from '../fhir/read';

/** Why the resources behind a prefetch key are not, or not all, known. */
export type UnreadReason = 'not-sent' | 'failed' | 'wrong-type' | 'incomplete';

/** What arrived for one evidence key: resources that may be null ("nothing on file"), and what is not known. */
export interface KeyAnswer {
  readonly key: string;
  readonly resourceType: string;
  readonly resources: readonly Json[];
  readonly unread?: UnreadReason;
}
