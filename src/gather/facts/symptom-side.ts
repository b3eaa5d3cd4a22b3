import { sideOfSites } from '../body-site';
import { joinSides, type Side } from '../../anatomy/side';
import { concepts } from '../../fhir/read';
import type { Selected } from '../record-entry';
import { recordedOn } from '../readings/conditions';
import { diagnosisName, evidenceOf } from '../readings/evidence';
import { codedReasons, supportingConditions } from '../readings/diagnoses';
import { defineFact, type LineContext } from './fact';

function codedSide(condition: Selected, context: LineContext): Side | undefined {
  const lateral = context.policyData.valueSet('lateral-diagnoses');
  const ofCode = condition.concepts.flatMap((concept) => lateral.memberOf(concept)?.side ?? []);
  return sideOfSites(concepts(condition.resource['bodySite'])) ?? joinSides(ofCode);
}

/** The side that coded symptoms name: the supporting diagnoses' sites and codes, and the order's own reason codes. */
export function symptomSides(context: LineContext): { side: Side; condition?: Selected }[] {
  const ofConditions = supportingConditions(context).flatMap((condition) => {
    const side = codedSide(condition, context);
    return side ? [{ side, condition }] : [];
  });
  const ofReasons = codedReasons(context).flatMap((concept) => {
    const side = context.policyData.valueSet('lateral-diagnoses').memberOf(concept)?.side;
    return side ? [{ side }] : [];
  });
  return [...ofConditions, ...ofReasons];
}

/** Whether the symptoms are coded on the ordered side. */
export const symptomSide = defineFact({
  fields: ['safe'],
  findings: ['same-side', 'other-side', 'both-sides', 'not-coded'],
  words: ['symptoms', 'ordered', 'diagnosis'],
  read(context) {
    const ordered = context.group.side;
    const stated = symptomSides(context);
    const side = joinSides(stated.map((s) => s.side));
    const { unread } = context.select('conditions');
    if (!ordered || !side) {
      return { finding: 'not-coded', fields: { safe: unread.length > 0 ? undefined : true }, unread };
    }
    if (side === ordered) return { finding: 'same-side', fields: { safe: true } };
    const conditions = stated.flatMap((s) => s.condition ?? []);
    const evidence = conditions.map((condition) =>
      evidenceOf(condition, recordedOn(condition), diagnosisName(condition)),
    );
    const diagnosis = conditions[0] ? diagnosisName(conditions[0]) : '';
    const words = { symptoms: side, ordered, diagnosis };
    return {
      finding: side === 'both' ? 'both-sides' : 'other-side',
      fields: { safe: false },
      words,
      evidence,
    };
  },
});
