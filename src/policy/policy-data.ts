import type { Json } from '../fhir/read';
import type { Condition, ConditionReference } from './expression';
import type { SelectorName, ValueSetName, VocabularyName } from './names';
import type { ProcedureSource, Severity } from './policy-schema';
import type { z } from 'zod';
import type { Hook, requestsSchema } from './schema';
import type { ValueSet } from './value-set';
import type { CardWording } from './wording-schema';

/** A place of the spine that a procedure code is meant for. */
export type ProcedureRegion = 'cervical-thoracic' | 'lumbar-sacral';

/** One procedure code as its policy describes it; the family is the policy. */
export type Procedure = ProcedureSource & { readonly family: string };

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
  readonly dated?: string | undefined;
  readonly strength: string;
  readonly unverified?: string | undefined;
}

/** Where sources contradict each other, and how that is read. */
export interface Contradiction {
  readonly id: string;
  readonly conflict: string;
  readonly sources: readonly string[];
  readonly resolution: string;
  readonly policies: readonly string[];
}

export interface FindingWording {
  readonly found: string;
  readonly todo?: string | undefined;
  readonly gap?: string | undefined;
}

/** A criterion as one profile asks for it. */
export interface Criterion {
  readonly id: string;
  /** Digest of its text and its numbers for the profile: what judged, whatever the policy's version says. */
  readonly version: string;
  readonly title: string;
  /** `none`: this profile does not ask; the severity it has elsewhere is kept for the listing. */
  readonly asked: boolean;
  readonly severity: Severity;
  readonly severityWhen: Readonly<Record<string, Severity>>;
  /** Another severity for lines of which the condition holds. */
  readonly severityIf?: {
    readonly when: Condition;
    readonly severity: Severity;
    /** The condition in words. */
    readonly says: string;
  };
  readonly applies?: Condition;
  readonly met: Condition;
  /** As it is written: conditions are `%fact.field` with `and`, `or`, `.not()`, numbers are names in braces. */
  readonly written: { readonly met: string; readonly required: string; readonly applies?: string };
  /** Where it is asked, in words; undefined: of every line. */
  readonly askedWhere?: string;
  /** The facts' fields that the condition names, in its order. */
  readonly references: readonly ConditionReference[];
  /** Those that say whether it applies at all. */
  readonly appliesReferences: readonly ConditionReference[];
  readonly facts: readonly string[];
  /** What it asks for, with the numbers of the profile. */
  readonly required: string;
  readonly todo?: string;
  readonly gap?: string;
  /** Not worth a row on the card when it is met. */
  readonly quietWhenMet: boolean;
  /** Present, it makes the card critical and opens its summary. */
  readonly redFlag: boolean;
  readonly remedies: readonly string[];
  /** The statuses that no line can get, with the reason. */
  readonly cannotBe: Readonly<Record<string, string>>;
  readonly sources: readonly string[];
}

/** What another source says beside the criteria: nothing to be met, shown beside what is. */
export interface OtherView {
  /** Listed as a caution under this id; without one it is only a line of the card. */
  readonly id?: string;
  readonly title?: string;
  readonly facts: readonly string[];
  readonly applies?: Condition;
  /** The condition as it is written. */
  readonly written: { readonly applies?: string };
  /** Where it is said, in words; undefined: always. */
  readonly saidWhere?: string;
  readonly says: string;
  readonly sources: readonly string[];
}

/** A number with the day from which it applies. */
export interface DatedValue {
  readonly value: number | boolean | null;
  readonly from: string;
  readonly sources: readonly string[];
}

/** A number of a policy, profiles side by side, as parameters.yaml has it. */
export interface Parameter {
  readonly description: string;
  readonly unit: string;
  readonly values: Readonly<
    Record<string, DatedValue & { readonly earlier?: readonly DatedValue[] | undefined }>
  >;
}

export type Threshold = number | boolean | undefined;

export interface Profile {
  readonly id: string;
  readonly title: string;
  readonly standsFor: string;
  /** The profile that it is a copy of, but for what is written for itself. */
  readonly basedOn?: string | undefined;
  readonly coverage?: CoverageRule | undefined;
}

/** By which coverage a patient gets a profile: who pays, or what kind of coverage it is. */
export interface CoverageRule {
  readonly payors: readonly { readonly system: string; readonly value: string }[];
  readonly types: readonly { readonly system: string; readonly prefix: string }[];
  readonly names: RegExp | undefined;
  readonly notNames: RegExp | undefined;
  readonly agency: RegExp | undefined;
}

/** The written criteria for one procedure family. */
export interface Policy {
  readonly id: string;
  readonly version: string;
  /** The day from which this version judges, `YYYY-MM-DD`. */
  readonly from: string;
  /** The versions before it, the latest first. */
  readonly earlier: readonly Policy[];
  readonly title: string;
  readonly short: string;
  readonly approvedBy: readonly string[];
  /** The codes that it is for. */
  readonly procedures: readonly Procedure[];
  /** What a sentence calls the supported diagnoses. */
  diagnosesCalled(profile: string): string;
  supportedDiagnoses(profile: string): readonly ValueSet[];
  /** Supported as well when the order names the nerve. */
  readonly supportedForNerve: readonly {
    readonly nerves: readonly string[];
    readonly sets: readonly ValueSet[];
  }[];
  excludedDiagnoses(profile: string): readonly ValueSet[];
  /** Stated on an order, these exclude nothing and all other codes do; undefined: every other code is open. */
  openDiagnoses(profile: string): readonly ValueSet[] | undefined;
  criteria(profile: string): readonly Criterion[];
  otherViews(profile: string): readonly OtherView[];
  /** The sentences for what a fact finds; undefined for what it never finds. */
  finding(fact: string, finding: string): FindingWording | undefined;
  threshold(profile: string, name: string): Threshold;
  readonly parameters: ReadonlyMap<string, Parameter>;
}

export interface Excludes1Rule {
  readonly code: string;
  readonly with: readonly string[];
}

export interface NerveRule {
  readonly nerve: string;
  readonly words: readonly string[];
  /** The code of its own, if it has one. */
  readonly code?: string | undefined;
}

export interface MisnamedRule {
  readonly code: string;
  readonly saidToBe: string;
  readonly means: string;
  readonly instead: string;
}

/** What can be asked for where something is missing. */
export type RequestDefinition = Omit<z.infer<typeof requestsSchema>[string], 'orderedAs'> & {
  /** Everything that is the same when it is ordered. */
  readonly orderedAs?: ValueSet;
};

/** One CDS service, as clients find it. */
export interface ServiceDescription {
  readonly id: string;
  readonly hook: Hook;
  readonly title: string;
  readonly description: string;
}

/** What the discovery document says. */
export interface Discovery {
  readonly services: readonly ServiceDescription[];
  readonly usageRequirements: string;
  /** The templates that every service publishes, by prefetch key. */
  readonly prefetch: Readonly<Record<string, string>>;
}

/** All policy data, read, checked and compiled once at start. */
export interface PolicyData {
  readonly discovery: Discovery;
  readonly profiles: ReadonlyMap<string, Profile>;
  readonly policies: ReadonlyMap<string, Policy>;
  readonly procedures: ReadonlyMap<string, Procedure>;
  readonly companions: ReadonlyMap<string, Companion>;
  readonly sources: ReadonlyMap<string, Source>;
  readonly contradictions: readonly Contradiction[];
  readonly excludes1: readonly Excludes1Rule[];
  readonly misnamed: readonly MisnamedRule[];
  readonly nerves: readonly NerveRule[];
  /** Milligrams of oral morphine that one milligram of the opioid is worth. */
  readonly opioidFactors: ReadonlyMap<string, number>;
  readonly requests: ReadonlyMap<string, RequestDefinition>;
  readonly wording: CardWording;
  readonly valueSets: ReadonlyMap<string, ValueSet>;
  valueSet(name: ValueSetName): ValueSet;
  selector(name: SelectorName): Selector;
  vocabulary(name: VocabularyName): RegExp;
}
