import type { Json } from '../fhir/read';
import type { Condition, ConditionReference } from './expression';
import type { SelectorName, ValueSetName, VocabularyName } from './names';
import type { CardWording, Severity } from './schema';
import type { ValueSet } from './value-set';

/** A place of the spine that a procedure code is meant for. */
export type ProcedureRegion = 'cervical-thoracic' | 'lumbar-sacral';

/** One procedure code as `cds-services/procedures.yaml` describes it. */
export interface Procedure {
  readonly code: string;
  readonly family: string;
  readonly kind: string;
  readonly label: string;
  readonly region?: ProcedureRegion | undefined;
  readonly otherRegion?: string | undefined;
  readonly addOnTo?: readonly string[] | undefined;
  readonly oncePerSide?: boolean | undefined;
  readonly notWith?: readonly string[] | undefined;
  readonly imageGuidanceIncluded?: boolean | undefined;
  readonly bilateralAsTwoLines?: boolean | undefined;
}

/** A code that only accompanies a procedure: guidance or sedation. */
export interface Companion {
  readonly code: string;
  readonly kind: 'ultrasound' | 'fluoroscopy' | 'ct' | 'sedation';
  readonly label: string;
}

/** Which resources of the record a fact is drawn from. */
export interface Selector {
  readonly name: SelectorName;
  readonly from: readonly string[];
  readonly codes: readonly ValueSet[];
  readonly category?: string;
  readonly status?: ReadonlySet<string>;
  readonly where?: (resource: Json) => boolean;
}

export interface Source {
  readonly id: string;
  readonly title: string;
  readonly url?: string | undefined;
  readonly strength: string;
  readonly unverified?: string | undefined;
}

export interface FindingWording {
  readonly found: string;
  readonly todo?: string | undefined;
  readonly gap?: string | undefined;
}

/** A criterion as one profile asks for it. */
export interface Criterion {
  readonly id: string;
  readonly title: string;
  /** `none`: this profile does not ask; the severity it has elsewhere is kept for the listing. */
  readonly asked: boolean;
  readonly severity: Severity;
  readonly severityWhen: Readonly<Record<string, Severity>>;
  readonly applies?: Condition;
  readonly met: Condition;
  /** The facts' fields that the condition names, in its order. */
  readonly references: readonly ConditionReference[];
  readonly facts: readonly string[];
  readonly required: string;
  readonly todo?: string;
  readonly gap?: string;
  /** Not worth a row on the card when it is met. */
  readonly quietWhenMet: boolean;
  /** Present, it makes the card critical and opens its summary. */
  readonly redFlag: boolean;
  readonly remedies: readonly string[];
  readonly sources: readonly string[];
}

export type Threshold = number | boolean | undefined;

export interface Profile {
  readonly id: string;
  readonly title: string;
  readonly standsFor: string;
}

/** The written criteria for one procedure family. */
export interface Policy {
  readonly id: string;
  readonly version: string;
  readonly title: string;
  readonly short: string;
  readonly approvedBy: readonly string[];
  readonly excludedDiagnoses: readonly ValueSet[];
  supportedDiagnoses(profile: string): readonly ValueSet[];
  criteria(profile: string): readonly Criterion[];
  threshold(profile: string, name: string): Threshold;
}

export interface Excludes1Rule {
  readonly code: string;
  readonly with: readonly string[];
}

export interface MisnamedRule {
  readonly code: string;
  readonly saidToBe: string;
  readonly means: string;
  readonly instead: string;
}

/** One entry of the discovery document. */
export interface ServiceDescription {
  readonly id: string;
  readonly hook: string;
  readonly title: string;
  readonly description: string;
  readonly usageRequirements: string;
  readonly prefetch: Readonly<Record<string, string>>;
}

/** All policy data, read, checked and compiled once at start. */
export interface PolicyData {
  readonly service: ServiceDescription;
  readonly profiles: ReadonlyMap<string, Profile>;
  readonly policies: ReadonlyMap<string, Policy>;
  readonly procedures: ReadonlyMap<string, Procedure>;
  readonly companions: ReadonlyMap<string, Companion>;
  readonly sources: ReadonlyMap<string, Source>;
  readonly excludes1: readonly Excludes1Rule[];
  readonly misnamed: readonly MisnamedRule[];
  readonly wording: CardWording;
  valueSet(name: ValueSetName): ValueSet;
  selector(name: SelectorName): Selector;
  vocabulary(name: VocabularyName): RegExp;
  finding(fact: string, finding: string): FindingWording;
}
