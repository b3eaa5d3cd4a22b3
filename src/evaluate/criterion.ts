import {
  withoutRepeats,
  type Evidence,
  type Fact,
  type FactDefinition,
  type LineContext,
} from '../gather/facts/fact';
import type { Criterion } from '../policy/policy-data';
import type { Severity } from '../policy/schema';

export type CriterionStatus = 'met' | 'not-met' | 'not-documented' | 'not-assessed' | 'not-applicable';

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

/** Reads each fact of a line once, however many criteria name it. */
export function factReader(
  facts: Readonly<Record<string, FactDefinition>>,
  context: LineContext,
): (name: string) => Fact {
  const known = new Map<string, Fact>();
  return (name) => {
    const definition = facts[name];
    if (!definition) throw new Error(`no such fact: ${name}`);
    const fact = known.get(name) ?? definition.read(context);
    known.set(name, fact);
    return fact;
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

function severityOf(criterion: Criterion, facts: readonly NamedFact[], status: CriterionStatus): Severity {
  if (status === 'met' || status === 'not-assessed') return criterion.severity;
  for (const { fact } of facts) {
    const severity = criterion.severityWhen[fact.finding];
    if (severity) return severity;
  }
  return criterion.severity;
}

/** Judges one criterion for one line. */
export function judgeCriterion(criterion: Criterion, read: (name: string) => Fact): CriterionResult {
  const none = { criterion, severity: criterion.severity, facts: [], evidence: [], unread: [] };
  if (!criterion.asked) return { ...none, status: 'not-applicable' };
  const named = criterion.facts.map((name) => ({ name, fact: read(name) }));
  const fields = fieldsOf(named);
  if (criterion.applies?.(fields) === false) return { ...none, status: 'not-applicable' };
  const undecided = criterion.references.filter(({ fact, field }) => fields[fact]?.[field] === undefined);
  const unread = [...new Set(undecided.flatMap(({ fact }) => read(fact).unread ?? []))];
  const status = statusOf(criterion.met(fields), unread);
  const shown = named.filter(({ name }) => criterion.references.some(({ fact }) => fact === name));
  return {
    criterion,
    status,
    severity: severityOf(criterion, shown, status),
    facts: shown,
    evidence: withoutRepeats(shown.flatMap(({ fact }) => fact.evidence ?? [])),
    unread: status === 'not-assessed' ? unread : [],
  };
}
