import { concepts } from '../../fhir/read';
import { occurrenceOf, requisitionOf } from '../order-timing';
import type { Selected } from '../record-entry';
import { listed } from '../readings/evidence';
import { defineFact, type LineContext } from './fact';

/** An order already on file that belongs to the line's session: the same requisition, and no other day. */
function isOfSameSession(placed: Selected, context: LineContext): boolean {
  const { requisition, occurrence } = context.line.order;
  const day = occurrenceOf(placed.resource);
  const isOtherDay = day !== undefined && occurrence !== undefined && day !== occurrence;
  // The draft is the truth about itself: what the record holds under its id is not another order.
  const isTheDraft = context.group.session.orders.some(({ reference }) => reference === placed.reference);
  return requisitionOf(placed.resource) === requisition && !isOtherDay && !isTheDraft;
}

function codesOf({ resource }: Selected): string[] {
  return concepts(resource['code']).flatMap((concept) => concept.codings.map(({ code }) => code));
}

/**
 * Whether every primary that an add-on code needs is ordered for the same session, in the draft or already placed under
 * its requisition; undefined when placed orders could not be read. Done procedures do not count.
 */
export function hasPrimary(context: LineContext): boolean | undefined {
  const ordered = new Set(context.group.session.lines.map((line) => line.procedure.code));
  const missing = (context.line.procedure.addOnTo ?? []).filter((code) => !ordered.has(code));
  if (missing.length === 0) return true;
  if (context.line.order.requisition === undefined) return false;
  const { items, unread } = context.select('requisitionedOrders');
  const placed = new Set(items.filter((item) => isOfSameSession(item, context)).flatMap(codesOf));
  if (missing.every((code) => placed.has(code))) return true;
  return unread.length > 0 ? undefined : false;
}

/** Whether an add-on code has its primary in the same session. */
export const addOn = defineFact({
  fields: ['isAddOn', 'hasPrimary'],
  findings: ['with-primary', 'alone', 'primary'],
  words: ['primary', 'code'],
  read(context) {
    const { addOnTo, code } = context.line.procedure;
    const ordered = new Set(context.group.session.lines.map((line) => line.procedure.code));
    const missing = (addOnTo ?? []).filter((primary) => !ordered.has(primary));
    const words = { primary: listed(missing), code };
    if (!addOnTo) return { finding: 'primary', fields: { isAddOn: false }, words };
    const complete = hasPrimary(context);
    const { unread } = context.select('requisitionedOrders');
    return {
      finding: complete ? 'with-primary' : 'alone',
      fields: { isAddOn: true, hasPrimary: complete },
      words,
      unread,
    };
  },
});
