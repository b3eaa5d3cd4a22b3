import type { Json } from '../fhir/read';

/** Why the resources behind a prefetch key are not, or not all, known. */
export type UnreadReason =
  /** The CDS Client sent nothing under the key, and no FHIR server that may be read. */
  | 'not-sent'
  /** The FHIR server did not let it be read, by the CDS Client or by this service. */
  | 'refused'
  | 'failed'
  | 'timed-out'
  | 'too-large'
  | 'wrong-type'
  /** Only a part is known: a page, or a resource, is missing. */
  | 'incomplete';

/** What is known under one prefetch key: resources, which may be none ("nothing on file"), and what is not known. */
export interface KeyAnswer {
  readonly key: string;
  readonly resourceType: string;
  readonly resources: readonly Json[];
  readonly unread?: UnreadReason;
  /** Whether the FHIR server was read for it. */
  readonly wasRead?: true;
}
