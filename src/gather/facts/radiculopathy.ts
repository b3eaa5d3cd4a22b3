import { states } from '../../fhir/narrative';
import { wordsOf, type Concept } from '../../fhir/read';
import { memberOf, type ValueSet } from '../../policy/value-set';
import type { Selected } from '../record-entry';
import { isActive, isConfirmed, wasKnown } from '../readings/conditions';
import { pointAtDanger, tellDangers } from '../readings/dangers';
import { codedReasons, confirmed, ofOrder, ofProblemList, type Stated } from '../readings/diagnoses';
import { pointAtAll, reportsOfRegion } from '../readings/regional-reports';
import { defineFact, type LineContext } from './fact';

/** Radiculopathy and neurogenic claudication. */
function radicularSets({ policyData }: LineContext): ValueSet[] {
  return [
    policyData.valueSet('radicular-diagnoses'),
    policyData.valueSet('radiculopathy-without-site'),
    policyData.valueSet('claudication-diagnoses'),
  ];
}

/** Only a code says that there is a radiculopathy; words are for the caution. */
function isCoded({ member }: Stated): boolean {
  return !member.isByName;
}

function tell(stated: readonly Stated[]) {
  const [first] = stated;
  return {
    words: { what: first?.name, date: first?.evidence.date },
    evidence: stated.map(({ evidence }) => evidence),
  };
}

/**
 * No active radiculopathy or claudication: of the code's region or without a region on the problem list, of any region
 * among the order's own reasons.
 */
export const radiculopathy = defineFact({
  fields: ['absent'],
  findings: ['present', 'possible', 'absent'],
  words: ['what', 'date'],
  read(context) {
    const sets = radicularSets(context);
    const stated = ofOrder(context, sets).filter(isCoded);
    const listed = ofProblemList(context, sets).filter(isCoded);
    const sure = [...stated, ...confirmed(listed)];
    if (sure.length > 0) return { finding: 'present', fields: { absent: false }, ...tell(sure) };
    const { unread } = context.select('conditions');
    if (unread.length > 0) return { finding: 'absent', fields: {}, unread };
    if (listed.length > 0) return { finding: 'possible', fields: {}, ...tell(listed) };
    return { finding: 'absent', fields: { absent: true } };
  },
});

/** A facet cyst, which some profiles accept beside radiculopathy. */
export const facetCyst = defineFact({
  fields: ['present'],
  findings: ['present', 'possible', 'absent'],
  words: ['what', 'date'],
  read(context) {
    const sets = [context.policyData.valueSet('facet-cyst')];
    const found = [...ofOrder(context, sets), ...confirmed(ofProblemList(context, sets))];
    if (found.length > 0) return { finding: 'present', fields: { present: true }, ...tell(found) };
    const { unread } = context.select('conditions');
    const [possible] = ofProblemList(context, sets);
    if (possible) return { finding: 'possible', fields: {}, ...tell([possible]), unread };
    return { finding: 'absent', fields: { present: unread.length > 0 ? undefined : false }, unread };
  },
});

/** Active confirmed diagnoses of the problem list from the sets, of any region. */
function activeFrom(context: LineContext, sets: readonly ValueSet[]): Selected[] {
  return context.select('conditions').items.flatMap((entry) => {
    const member = memberOf(entry.concepts, sets);
    const holds = isActive(entry, context.asOf) && isConfirmed(entry) && wasKnown(entry, context.asOf);
    return member && holds ? [{ ...entry, member }] : [];
  });
}

/** Active diagnoses without a code whose words name a radiculopathy. */
function inWordsOnly(context: LineContext): Selected[] {
  const pattern = context.policyData.vocabulary('radiculopathy');
  return context.select('conditions').items.filter((entry) => {
    const isCodeless = entry.concepts.every(({ codings }) => codings.length === 0);
    const holds = isActive(entry, context.asOf) && wasKnown(entry, context.asOf);
    return isCodeless && holds && states(entry.concepts.map(wordsOf).join('; '), pattern);
  });
}

function namesOf(reasons: readonly Concept[], sets: readonly ValueSet[]): string[] {
  return reasons.flatMap((reason) => memberOf([reason], sets)?.label ?? []);
}

/** What may point at a root and proves none: stenosis, limb pain, a radiculopathy elsewhere or in words, imaging. */
export const radicularSigns = defineFact({
  fields: ['absent'],
  findings: ['diagnosis', 'order', 'imaging', 'absent'],
  words: ['what', 'date'],
  read(context) {
    const signs = [context.policyData.valueSet('radicular-signs')];
    const ofRegion = new Set(
      ofProblemList(context, radicularSets(context))
        .filter(isCoded)
        .flatMap(({ condition }) => condition?.reference ?? []),
    );
    const elsewhere = activeFrom(context, radicularSets(context)).filter(
      ({ reference }) => !ofRegion.has(reference),
    );
    const diagnoses = [...activeFrom(context, signs), ...elsewhere, ...inWordsOnly(context)];
    if (diagnoses.length > 0)
      return {
        finding: 'diagnosis',
        fields: { absent: false },
        ...tellDangers(diagnoses),
        evidence: diagnoses.map(pointAtDanger),
      };
    const [onOrder] = namesOf(codedReasons(context), signs);
    if (onOrder !== undefined)
      return { finding: 'order', fields: { absent: false }, words: { what: onOrder } };
    const { inRegion, unread } = reportsOfRegion(context);
    const roots = inRegion.flatMap(({ findings }) => findings).filter(({ kind }) => kind === 'root');
    const [root] = roots;
    if (root) {
      const evidence = pointAtAll(roots);
      const words = { what: root.words, date: evidence[0]?.date };
      return { finding: 'imaging', fields: { absent: false }, words, evidence };
    }
    const hidden = [...new Set([...context.select('conditions').unread, ...unread])];
    return { finding: 'absent', fields: { absent: hidden.length > 0 ? undefined : true }, unread: hidden };
  },
});
