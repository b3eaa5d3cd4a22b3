import { concepts, wordsOf, type Concept } from '../../fhir/read';
import { codeSystemOf } from '../../policy/code-systems';
import type { Evidence, LineContext } from '../facts/fact';
import type { RecordEntry, Selected } from '../record-entry';
import { isActive, isConfirmed, recordedOn, wasKnown } from './conditions';
import { diagnosisName, evidenceOf } from './evidence';
import { nervesIn } from './nerves';
import type { ProcedureRegion } from '../../policy/policy-data';
import { memberOf, type Member, type ValueSet } from '../../policy/value-set';

/** A diagnosis that the order or the problem list states, with the member of the value set it belongs to. */
export interface Stated {
  readonly concept: Concept;
  readonly name: string;
  readonly member: Member;
  readonly evidence: Evidence;
  readonly condition?: Selected;
}

const REGION_OF_SITE: Readonly<Record<string, ProcedureRegion>> = {
  cervical: 'cervical-thoracic',
  cervicothoracic: 'cervical-thoracic',
  thoracic: 'cervical-thoracic',
  lumbar: 'lumbar-sacral',
  lumbosacral: 'lumbar-sacral',
  sacral: 'lumbar-sacral',
};

/** The spine site a diagnosis code names, and whether a procedure code's region fits it; thoracolumbar fits both. */
export function siteOf(concept: Concept, context: LineContext): string | undefined {
  return context.policyData.valueSet('diagnosis-regions').memberOf(concept)?.region;
}

/** Whether a site of the spine belongs to a code's region; what names no site, or two, fits any. */
export function siteFits(site: string | undefined, region: ProcedureRegion | undefined): boolean {
  const only = site === undefined ? undefined : REGION_OF_SITE[site];
  return only === undefined || region === undefined || only === region;
}

function nameIn(concept: Concept, member: Member): string {
  return diagnosisName({ reference: '', resource: {}, concepts: [concept], member });
}

/** Conditions that the order points at and that hold; a suspected one is kept apart. */
function referencedConditions(context: LineContext): Selected[] {
  return context.line.order.reasonReferences.flatMap((reference) => {
    const entry: RecordEntry | undefined = context.record.find(reference);
    return entry && isActive(entry, context.asOf) && wasKnown(entry, context.asOf) ? [entry] : [];
  });
}

/** The order's coded reasons, those of the Conditions it points at included. */
export function codedReasons(context: LineContext): Concept[] {
  return context.once('codedReasons', () => readCodedReasons(context));
}

function readCodedReasons(context: LineContext): Concept[] {
  const referenced = referencedConditions(context)
    .filter(isConfirmed)
    .flatMap((entry) => entry.concepts);
  return [...context.line.order.reasons, ...referenced].filter((concept) => concept.codings.length > 0);
}

/** The diagnoses from the sets that the order states by code, itself or through a confirmed Condition. */
export function ofOrder(context: LineContext, sets: readonly ValueSet[]): Stated[] {
  const reference = context.line.order.reference;
  const referenced = referencedConditions(context).filter(isConfirmed);
  return [
    ...context.line.order.reasons.map((concept) => ({ concept, entry: undefined })),
    ...referenced.flatMap((entry) => entry.concepts.map((concept) => ({ concept, entry }))),
  ]
    .flatMap(({ concept, entry }) => {
      const member = concept.codings.length > 0 ? memberOf([concept], sets) : undefined;
      if (!member) return [];
      const name = nameIn(concept, member);
      const evidence = entry ? evidenceOf(entry, recordedOn(entry), name) : { reference, summary: name };
      return [{ concept, name, member, evidence, ...(entry && { condition: entry }) }];
    })
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

/** What any policy supports: a code of theirs that a policy lacks is known to be another diagnosis. */
function ofAnyPolicy({ policyData: { policies, profiles } }: LineContext): ValueSet[] {
  return [...policies.values()].flatMap((policy) =>
    [...profiles.keys()].flatMap((profile) => policy.supportedDiagnoses(profile)),
  );
}

/**
 * Reasons of the order that are in none of the sets: ICD-10-CM codes, and those of other systems that another policy
 * knows; what is not known at all excludes nothing, as our lists of other systems are not complete.
 */
function ofOrderOutside(context: LineContext, sets: readonly ValueSet[]): Stated[] {
  const { reference } = context.line.order;
  const others = ofAnyPolicy(context);
  return codedReasons(context).flatMap((concept) => {
    const coding = concept.codings.find(({ system }) => codeSystemOf(system) === 'icd10cm');
    const known = memberOf([concept], others);
    if ((!coding && !known) || memberOf([concept], sets)) return [];
    const member: Member = known ?? { system: 'icd10cm', code: coding?.code ?? '', label: wordsOf(concept) };
    const name = nameIn(concept, member);
    return [{ concept, name, member, evidence: { reference, summary: name } }];
  });
}

/** The reasons of the order that exclude the block: of the excluded sets, else, where the policy says so, all others. */
export function excludedReasons(context: LineContext): Stated[] {
  const { policy, profile } = context;
  const open = policy.openDiagnoses(profile);
  const inSets = ofOrder(context, policy.excludedDiagnoses(profile));
  return inSets.length > 0 || !open ? inSets : ofOrderOutside(context, open);
}

/** Active diagnoses of the problem list from the sets, in the region of the ordered code or without a region. */
export function ofProblemList(context: LineContext, sets: readonly ValueSet[]): Stated[] {
  const listed = context.select('conditions').items.flatMap((entry): Stated[] => {
    for (const concept of entry.concepts) {
      const member = memberOf([concept], sets);
      if (!member) continue;
      if (!isActive(entry, context.asOf) || !wasKnown(entry, context.asOf)) return [];
      if (!siteFits(member.region ?? siteOf(concept, context), context.line.procedure.region)) continue;
      const name = nameIn(concept, member);
      return [
        { concept, name, member, evidence: evidenceOf(entry, recordedOn(entry), name), condition: entry },
      ];
    }
    return [];
  });
  return listed.toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

/** Those that are not only suspected. */
export function confirmed(stated: readonly Stated[]): Stated[] {
  return stated.filter(({ condition }) => !condition || isConfirmed(condition));
}

/** The diagnoses that support the line: those of the policy, and those that go with the nerve the order names. */
export function supportedSets(context: LineContext): readonly ValueSet[] {
  const { policy, profile, line } = context;
  const rules = policy.supportedForNerve;
  const named = rules.length === 0 ? [] : nervesIn(line.order.words, context).map(({ nerve }) => nerve);
  const forNerve = rules
    .filter(({ nerves }) => nerves.some((nerve) => named.includes(nerve)))
    .flatMap(({ sets }) => sets);
  return [...policy.supportedDiagnoses(profile), ...forNerve];
}

/** The active confirmed Conditions that support the line's diagnosis: stated on the order, or in its region. */
export function supportingConditions(context: LineContext): Selected[] {
  return context.once('supportingConditions', () => readSupportingConditions(context));
}

/** Without a region to tell diagnoses apart, those of the kind that the order states are what the block is for. */
function setsOfOrder(context: LineContext): readonly ValueSet[] {
  const sets = supportedSets(context);
  if (context.line.procedure.region !== undefined) return sets;
  const stated = sets.filter((set) => ofOrder(context, [set]).length > 0);
  return stated.length > 0 ? stated : sets;
}

/** Conditions of the sets that came inside the order; the order is where they stand. */
function heldByOrder({ line: { order }, asOf }: LineContext, sets: readonly ValueSet[]): Selected[] {
  return order.heldConditions
    .map((resource) => ({ reference: order.reference, resource, concepts: concepts(resource['code']) }))
    .filter((entry) => wasKnown(entry, asOf) && memberOf(entry.concepts, sets) !== undefined);
}

function readSupportingConditions(context: LineContext): Selected[] {
  const sets = setsOfOrder(context);
  const inRegion = confirmed(ofProblemList(context, sets)).flatMap((stated) => stated.condition ?? []);
  const onOrder = new Set(codedReasons(context).flatMap((c) => c.codings.map((coding) => coding.code)));
  const stated = context
    .select('conditions')
    .items.filter(
      (entry) =>
        entry.concepts.some(
          (concept) =>
            concept.codings.some((coding) => onOrder.has(coding.code)) && memberOf([concept], sets),
        ) &&
        isActive(entry, context.asOf) &&
        isConfirmed(entry) &&
        wasKnown(entry, context.asOf),
    );
  const referenced = referencedConditions(context).filter(
    (entry) => isConfirmed(entry) && memberOf(entry.concepts, sets) !== undefined,
  );
  const all = new Map([...inRegion, ...stated, ...referenced].map((entry) => [entry.reference, entry]));
  return [...all.values(), ...heldByOrder(context, sets)];
}

/** The Condition with the member of the supported sets it belongs to. */
export function asMember(entry: Selected, context: LineContext): Selected {
  const sets = supportedSets(context);
  const member = memberOf(entry.concepts, sets);
  return member ? { ...entry, member } : entry;
}
