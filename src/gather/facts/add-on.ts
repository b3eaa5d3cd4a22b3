import { isObject, text } from '../../fhir/read';
import { type LineContext, defineFact } from './fact';
import { listed } from '../readings/evidence';

function sessionCodes(context: LineContext): Set<string> {
  return new Set(context.group.session.lines.map((line) => line.procedure.code));
}

/** Codes of orders already on file under the same requisition; they belong to the same session. */
function requisitionedCodes(context: LineContext): string[] {
  const requisition = context.line.order.requisition;
  if (requisition === undefined) return [];
  return context.select('requisitionedOrders').items.flatMap((entry) => {
    const identifier = entry.resource['requisition'];
    const value = isObject(identifier)
      ? `${text(identifier['system']) ?? ''}|${text(identifier['value']) ?? ''}`
      : '';
    return value === requisition ? entry.concepts.flatMap((c) => c.codings.map((coding) => coding.code)) : [];
  });
}

/** Whether every primary that an add-on code needs is ordered for the same session. */
export function hasPrimary(context: LineContext): boolean {
  const primaries = context.line.procedure.addOnTo ?? [];
  const codes = sessionCodes(context);
  const missing = primaries.filter((code) => !codes.has(code));
  return missing.every((code) => requisitionedCodes(context).includes(code));
}

/** Whether an add-on code has its primary in the same session; an earlier procedure does not count. */
export const addOn = defineFact({
  fields: ['isAddOn', 'hasPrimary'],
  findings: ['with-primary', 'alone', 'primary'],
  words: ['primary', 'code'],
  read(context) {
    const { addOnTo, code } = context.line.procedure;
    const words = { primary: listed(addOnTo ?? []), code };
    if (!addOnTo) return { finding: 'primary', fields: { isAddOn: false }, words };
    const complete = hasPrimary(context);
    return {
      finding: complete ? 'with-primary' : 'alone',
      fields: { isAddOn: true, hasPrimary: complete },
      words,
    };
  },
});
