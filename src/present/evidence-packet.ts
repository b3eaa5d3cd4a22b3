import type { LineAssessment } from '../evaluate/assess';
import { FHIR_ID, objects, text, type Json } from '../fhir/read';
import type { DraftOrder } from '../gather/draft-orders';
import type { ToldResult } from './assessment-extension';
import { canBeChanged } from './changed-order';
import { letterFor } from './letter';
import type { Draft, SuggestionContext } from './remedies';
import { fill } from './wording';

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
 * What goes with an order against which nothing speaks, for whoever reviews it: references to the evidence found in
 * `ServiceRequest.supportingInfo` and, once every criterion is met, a letter.
 */
export function attachEvidence(context: SuggestionContext, told: readonly ToldResult[]): Draft[] {
  const { assessment, assessments, speaker } = context;
  const { determination, lines } = assessment;
  if (determination !== 'meets-criteria' && determination !== 'documentation-gaps') return [];
  const { packet } = speaker.policyData.wording;
  const drafts = new Set(
    assessments.flatMap(({ group }) => group.session.orders.map(({ reference }) => reference)),
  );
  const updates = [...new Set(lines.map(({ line }) => line.order))].filter(canBeChanged).flatMap((order) => {
    const present = objects(order.resource['supportingInfo']);
    const known = new Set(present.flatMap(({ reference }) => text(reference) ?? []));
    const missing = [...new Set(evidenceFor(order, lines))].filter(
      (reference) => isLiteral(reference) && !known.has(reference) && !drafts.has(reference),
    );
    if (missing.length === 0) return [];
    const supportingInfo = [...present, ...missing.map((reference) => ({ reference }))];
    const resource: Json = { ...order.resource, supportingInfo };
    const action = fill(packet.references, { order: order.reference, count: missing.length });
    return [{ change: { type: 'update' as const, resource }, order, words: { action } }];
  });
  const [first] = updates;
  if (!first) return [];
  if (determination !== 'meets-criteria')
    return [
      { remedy: 'attach-evidence', words: { what: packet.evidence }, isRecommended: false, actions: updates },
    ];
  const letter = {
    change: { type: 'create' as const, resource: letterFor(context, told) },
    order: first.order,
    words: { action: packet.creates },
  };
  const words = { what: packet.evidenceAndLetter };
  return [{ remedy: 'attach-evidence', words, isRecommended: false, actions: [...updates, letter] }];
}
