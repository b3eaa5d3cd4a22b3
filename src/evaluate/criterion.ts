import {
  withoutRepeats,
  type Evidence,
  type Fact,
  type FactDefinition,
  type LineContext,
} from '../gather/facts/fact';
import type { Criterion } from '../policy/policy-data';
import { SEVERITIES, type Severity } from '../policy/policy-schema';

export type CriterionStatus = 'met' | 'not-met' | 'not-documented' | 'not-assessed' | 'not-applicable';

/** Whether a status leaves something to do. */
export function isOpen(
  status: CriterionStatus,
): status is Exclude<CriterionStatus, 'met' | 'not-applicable'> {
  return status === 'not-met' || status === 'not-documented' || status === 'not-assessed';
}

/** A fact under the name by which criteria and sentences know it. */
export interface NamedFact {
  readonly name: string;
  readonly fact: Fact;
}

/** One criterion judged for one line. */
export interface CriterionResult {
  readonly criterion: Criterion;
  readonly status: CriterionStatus;
  readonly severity: Severity;
  readonly facts: readonly NamedFact[];
  readonly evidence: readonly Evidence[];
  /** The prefetch keys whose reading would be needed for an answer. */
  readonly unread: readonly string[];
}

/** Reads each fact once, however many criteria name it. */
export function factReader(
  facts: Readonly<Record<string, FactDefinition>>,
  context: LineContext,
): (name: string) => Fact {
  return (name) => {
    const definition = facts[name];
    if (!definition) throw new Error(`no such fact: ${name}`);
    return context.once(`fact ${name}`, () => definition.read(context));
  };
}

function fieldsOf(named: readonly NamedFact[]): Record<string, Fact['fields']> {
  return Object.fromEntries(named.map(({ name, fact }) => [name, fact.fields]));
}

/** Three-valued to five-valued: what cannot be said is not-assessed where a read is missing, else not-documented. */
function statusOf(met: boolean | undefined, unread: readonly string[]): CriterionStatus {
  if (met === true) return 'met';
  if (met === false) return 'not-met';
  return unread.length > 0 ? 'not-assessed' : 'not-documented';
}

/** How severe the result is: what the findings that are in the way weigh, the heaviest of them. */
function severityOf(
  criterion: Criterion,
  inTheWay: readonly NamedFact[],
  status: CriterionStatus,
  usual: Severity,
): Severity {
  if (status === 'met' || status === 'not-assessed' || inTheWay.length === 0) return usual;
  const weights = inTheWay.map(({ fact }) => criterion.severityWhen[fact.finding] ?? usual);
  return SEVERITIES.find((severity) => weights.includes(severity)) ?? usual;
}

/** The facts that keep the criterion from being met: those that say no, else those that leave it open. */
function inTheWayOf(
  facts: readonly NamedFact[],
  criterion: Criterion,
  fields: Readonly<Record<string, Fact['fields']>>,
  status: CriterionStatus,
): NamedFact[] {
  const wanted = status === 'not-met' ? false : undefined;
  const found = facts.filter(({ name }) =>
    criterion.references.some(({ fact, field }) => fact === name && fields[name]?.[field] === wanted),
  );
  return found.length > 0 ? found : [...facts];
}

/** Judges one criterion for one line. */
export function judgeCriterion(criterion: Criterion, read: (name: string) => Fact): CriterionResult {
  const none = { criterion, severity: criterion.severity, facts: [], evidence: [], unread: [] };
  if (!criterion.asked) return { ...none, status: 'not-applicable' };
  const named = criterion.facts.map((name) => ({ name, fact: read(name) }));
  const fields = fieldsOf(named);
  const applies = criterion.applies?.(fields) ?? (criterion.applies ? undefined : true);
  if (applies === false) return { ...none, status: 'not-applicable' };
  const asked =
    applies === undefined ? [...criterion.appliesReferences, ...criterion.references] : criterion.references;
  const undecided = asked.filter(({ fact, field }) => fields[fact]?.[field] === undefined);
  const unread = [...new Set(undecided.flatMap(({ fact }) => read(fact).unread ?? []))];
  const { severityIf } = criterion;
  const usual = severityIf?.when(fields) === true ? severityIf.severity : criterion.severity;
  const isMet = criterion.met(fields);
  // What may not apply at all cannot fail.
  const status = statusOf(isMet === false && applies === undefined ? undefined : isMet, unread);
  const shown = named.filter(({ name }) => criterion.references.some(({ fact }) => fact === name));
  return {
    criterion,
    status,
    severity: severityOf(criterion, inTheWayOf(shown, criterion, fields, status), status, usual),
    facts: shown,
    evidence: withoutRepeats(shown.flatMap(({ fact }) => fact.evidence ?? [])),
    unread: status === 'not-assessed' ? unread : [],
  };
}
