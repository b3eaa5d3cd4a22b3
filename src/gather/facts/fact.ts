import type { ProcedureGroup, OrderedLine } from '../sessions';
import type { PatientRecord, Selection } from '../patient-record';
import type { Policy, PolicyData } from '../../policy/policy-data';
import type { SelectorName } from '../../policy/names';
import type { Day } from '../../time/days';

/** One resource that a conclusion rests on. */
export interface Evidence {
  readonly reference: string;
  /** `YYYY-MM-DD`, or less if the record says less. */
  readonly date?: string;
  readonly summary: string;
}

/**
 * One clinical inference about an ordered line. Each field is true, false, or undefined for "cannot be said"; `finding`
 * names what was found, and the policy data holds the sentence for it.
 */
export interface Fact<Field extends string = string, Finding extends string = string> {
  readonly finding: Finding;
  readonly fields: Readonly<Partial<Record<Field, boolean | undefined>>>;
  /** What the finding's sentence may say: numbers with their unit in the name, dates as `YYYY-MM-DD`. */
  readonly words?: Readonly<Record<string, string | number | undefined>>;
  readonly evidence?: readonly Evidence[];
  /** Where only time is short: the first day on which it can be enough, with care going on until then. */
  readonly enoughFrom?: Day;
  /** The prefetch keys that could not be read and could still change the answer. */
  readonly unread?: readonly string[];
}

/** Evidence once, however many facts or lines rest on it. */
export function withoutRepeats(evidence: readonly Evidence[]): Evidence[] {
  return [...new Map(evidence.map((item) => [`${item.reference} ${item.summary}`, item])).values()];
}

/** Something dangerous was looked for and not found: it is absent, but only if every source was read. */
export function absentIfRead(unread: readonly string[]): Fact<'absent', 'absent'> {
  return unread.length > 0
    ? { finding: 'absent', fields: {}, unread }
    : { finding: 'absent', fields: { absent: true } };
}

/** Everything a fact may look at: the ordered line, the record, and the numbers of the judging profile. */
export interface LineContext {
  readonly line: OrderedLine;
  readonly group: ProcedureGroup;
  readonly record: PatientRecord;
  readonly policyData: PolicyData;
  readonly policy: Policy;
  readonly profile: string;
  /** The evaluation date; rules never read a clock. */
  readonly asOf: Day;
  select(name: SelectorName): Selection;
  /**
   * Reads something once, however many facts ask for it: for all lines of the group, unless the reading looks at the line. What
   * it takes from the line beforehand has to be in the name.
   */
  once<T>(name: string, read: () => T): T;
  /** A number of the judging profile in the unit that parameters.yaml gives; undefined when the profile sets none. */
  threshold(name: string): number | undefined;
  /** A yes-or-no setting of the judging profile. */
  setting(name: string): boolean;
}

/** The context of a fact that asks for the named parameters and no others. */
export interface FactContext<Parameter extends string> extends LineContext {
  threshold(name: Parameter): number | undefined;
  setting(name: Parameter): boolean;
}

export interface FactDefinition {
  readonly fields: readonly string[];
  readonly findings: readonly string[];
  readonly thresholds: readonly string[];
  readonly words: readonly string[];
  read(context: LineContext): Fact;
}

/** Declares a fact with all it can say, so that the policy data that names it can be checked at start. */
export function defineFact<
  const Field extends string,
  const Finding extends string,
  const Parameter extends string = never,
>(definition: {
  readonly fields: readonly Field[];
  readonly findings: readonly Finding[];
  readonly thresholds?: readonly Parameter[];
  readonly words?: readonly string[];
  read(context: FactContext<Parameter>): Fact<Field, Finding>;
}): FactDefinition {
  return {
    fields: definition.fields,
    findings: definition.findings,
    thresholds: definition.thresholds ?? [],
    words: definition.words ?? [],
    read: (context) => definition.read(context),
  };
}
