import type { LineAssessment } from '../evaluate/assess';
import { FHIR_ID, objects, text, type Json } from '../fhir/read';
import type { DraftOrder } from '../gather/draft-orders';
import { canBeChanged } from './changed-order';
import type { Draft, SuggestionContext } from './remedies';

/** What a reviewer would want to see beside an order: the evidence by which its requirements are met. */
function evidenceFor(order: DraftOrder, lines: readonly LineAssessment[]): string[] {
  return lines
    .filter(({ line }) => line.order === order)
    .flatMap(({ results }) => results)
    .filter(
      ({ severity, status }) => status === 'met' && (severity === 'hard' || severity === 'documentation'),
    )
    .flatMap(({ evidence }) => evidence.map(({ reference }) => reference));
}

/** Whether a reference names a resource by which a reviewer can find it. */
function isLiteral(reference: string): boolean {
  const [type = '', id = '', ...rest] = reference.split('/');
  return /^[A-Z][A-Za-z]+$/u.test(type) && FHIR_ID.test(id) && rest.length === 0;
}

/**
 * Puts references to the evidence found into `ServiceRequest.supportingInfo`, for whoever reviews the order; offered where
 * nothing speaks against it.
 */
export function attachEvidence({ assessment, assessments }: SuggestionContext): Draft[] {
  const { determination, lines } = assessment;
  if (determination !== 'meets-criteria' && determination !== 'documentation-gaps') return [];
  const drafts = new Set(
    assessments.flatMap(({ group }) => group.session.orders.map(({ reference }) => reference)),
  );
  const actions = [...new Set(lines.map(({ line }) => line.order))].filter(canBeChanged).flatMap((order) => {
    const present = objects(order.resource['supportingInfo']);
    const known = new Set(present.flatMap(({ reference }) => text(reference) ?? []));
    const missing = [...new Set(evidenceFor(order, lines))].filter(
      (reference) => isLiteral(reference) && !known.has(reference) && !drafts.has(reference),
    );
    if (missing.length === 0) return [];
    const supportingInfo = [...present, ...missing.map((reference) => ({ reference }))];
    const resource: Json = { ...order.resource, supportingInfo };
    return [{ change: { type: 'update' as const, resource }, order, words: { count: missing.length } }];
  });
  return actions.length === 0
    ? []
    : [{ remedy: 'attach-evidence', words: {}, isRecommended: false, actions }];
}
