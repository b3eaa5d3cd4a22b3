import { wordsOf } from '../../fhir/read';
import type { Selected } from '../record-entry';
import { dangersIn, pointAtDanger } from '../readings/dangers';
import { performed } from '../readings/dates-of';
import { evidenceOf, nameOf } from '../readings/evidence';
import { refusalIn, type Refusal } from '../readings/refusal';
import { defineFact, type Evidence, type LineContext } from './fact';

/** A refusal on the problem list counts unless its words name another treatment or procedure. */
function concernsBlock(condition: Selected, context: LineContext): boolean {
  const words = condition.concepts.map(wordsOf).join('; ');
  const namesBlock = context.policyData.vocabulary('block').test(words);
  return namesBlock || !context.policyData.vocabulary('otherTreatment').test(words);
}

/** A procedure that was not done counts if it is the ordered block, or does not say what it is. */
function isBlockOrUnnamed(procedure: Selected, context: LineContext): boolean {
  const codings = procedure.concepts.flatMap((concept) => concept.codings);
  return codings.length === 0 || codings.some((coding) => coding.code === context.line.procedure.code);
}

/** Nobody has refused the ordered block: a coded refusal that names it, or names no procedure at all, counts. */
export const consent = defineFact({
  fields: ['notRefused'],
  findings: ['refused', 'possibly-refused', 'not-refused'],
  words: ['what', 'date'],
  read(context) {
    const conditions = dangersIn(context, 'refusals');
    const procedures = context.select('notDoneProcedures');
    const ofBlock = procedures.items.filter((entry) => isBlockOrUnnamed(entry, context));
    const pointAtProcedure = (entry: Selected): Evidence =>
      evidenceOf(entry, performed(entry.resource).start, nameOf(entry));
    const saying = (what: Refusal): Evidence[] =>
      ofBlock.filter((entry) => refusalIn(entry, context) === what).map(pointAtProcedure);
    const relevant = (entries: readonly Selected[]): Evidence[] =>
      entries.filter((entry) => concernsBlock(entry, context)).map(pointAtDanger);
    const tell = (evidence: readonly Evidence[]) => ({
      words: { what: evidence[0]?.summary ?? '', date: evidence[0]?.date },
      evidence,
    });

    const refused = [...relevant(conditions.sure), ...saying('coded')];
    if (refused.length > 0) return { finding: 'refused', fields: { notRefused: false }, ...tell(refused) };
    const unread = [...new Set([...conditions.unread, ...procedures.unread])];
    if (unread.length > 0) return { finding: 'not-refused', fields: {}, unread };
    const possibly = [...relevant(conditions.possible), ...saying('in-words')];
    if (possibly.length > 0) return { finding: 'possibly-refused', fields: {}, ...tell(possibly) };
    return { finding: 'not-refused', fields: { notRefused: true } };
  },
});
