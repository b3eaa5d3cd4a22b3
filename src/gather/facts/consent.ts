import { defineFact } from './fact';
import { activeConditions, pointAtCondition } from '../readings/active-conditions';
import { observedOn } from '../readings/dates-of';
import { evidenceOf, nameOf } from '../readings/evidence';

/** Nobody has refused the ordered block: a refusal that names it, or names no procedure at all, counts. */
export const consent = defineFact({
  fields: ['notRefused'],
  findings: ['refused', 'not-refused'],
  words: ['what', 'date'],
  read(context) {
    const refusals = activeConditions(context, 'refusals');
    const procedures = context.select('refusedProcedures');
    const ofBlock = procedures.items.filter((entry) =>
      entry.concepts.some((concept) =>
        concept.codings.some((coding) => coding.code === context.line.procedure.code),
      ),
    );
    const refused = [
      ...refusals.sure.map((entry) => ({ evidence: pointAtCondition(entry) })),
      ...ofBlock.map((entry) => ({ evidence: evidenceOf(entry, observedOn(entry.resource), nameOf(entry)) })),
    ];
    const first = refused[0];
    if (first)
      return {
        finding: 'refused',
        fields: { notRefused: false },
        words: { what: first.evidence.summary, date: first.evidence.date ?? 'undated' },
        evidence: refused.map((r) => r.evidence),
      };
    const unread = [...new Set([...refusals.unread, ...procedures.unread])];
    return unread.length > 0
      ? { finding: 'not-refused', fields: {}, unread }
      : { finding: 'not-refused', fields: { notRefused: true } };
  },
});
