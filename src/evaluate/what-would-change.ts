import type { Day } from '../time/days';
import type { LineAssessment } from './assess';
import type { CriterionResult, NamedFact } from './criterion';
import { isGap } from './determination';

/**
 * What it takes to close a gap, the least first: a correction of the order, a word on it, a look into the chart, a record,
 * clearing up what is on file, a test or treatment, time.
 */
export const EFFORTS = ['correct', 'state', 'look-up', 'record', 'clarify', 'obtain', 'wait'] as const;
export type Effort = (typeof EFFORTS)[number];

/** One thing that has to change for a line to meet its criteria. */
export interface Step {
  readonly result: CriterionResult;
  readonly fact: NamedFact;
  readonly effort: Effort;
  /** Where only time is short: the first day on which it is enough. */
  readonly from?: Day;
}

/** Whether no time, record or correction would settle what a fact says. */
function isContradicted(fact: NamedFact, { criterion, severity }: CriterionResult): boolean {
  if (severity === 'coding' || fact.fact.enoughFrom !== undefined) return false;
  return criterion.references.some(
    ({ fact: name, field }) => name === fact.name && fact.fact.fields[field] === false,
  );
}

function effortFor(
  fact: NamedFact,
  result: CriterionResult,
  effortOfGap: (fact: NamedFact) => Effort,
): Effort {
  if (result.status === 'not-assessed' && (fact.fact.unread ?? []).length > 0) return 'look-up';
  if (fact.fact.enoughFrom !== undefined) return 'wait';
  if (result.severity === 'coding') return 'correct';
  return effortOfGap(fact);
}

/** Whether the criterion would be met if the named facts held and the others stayed as they are. */
function wouldBeMet({ criterion, facts }: CriterionResult, changed: ReadonlySet<string>): boolean {
  const fields = Object.fromEntries(facts.map(({ name, fact }) => [name, { ...fact.fields }]));
  for (const { fact, field } of criterion.references) {
    if (changed.has(fact)) fields[fact] = { ...fields[fact], [field]: true };
  }
  return criterion.met(fields) === true;
}

function combinations<Item>(items: readonly Item[]): Item[][] {
  return items.reduce<Item[][]>((all, item) => [...all, ...all.map((some) => [...some, item])], [[]]);
}

function costOf(steps: readonly Step[]): number {
  return steps.reduce((sum, { effort }) => sum + 10 ** EFFORTS.indexOf(effort), 0);
}

/** The easiest way to meet one criterion; undefined where what is on file contradicts it. */
export function easiestWay(
  result: CriterionResult,
  effortOfGap: (fact: NamedFact) => Effort,
): readonly Step[] | undefined {
  const open = result.facts.filter((fact) => !isContradicted(fact, result));
  return combinations(open)
    .filter((facts) => wouldBeMet(result, new Set(facts.map(({ name }) => name))))
    .map((facts) =>
      facts.map((fact): Step => {
        const effort = effortFor(fact, result, effortOfGap);
        const from = effort === 'wait' ? fact.fact.enoughFrom : undefined;
        return { result, fact, effort, ...(from !== undefined && { from }) };
      }),
    )
    .toSorted((a, b) => costOf(a) - costOf(b))[0];
}

/**
 * What together would make a line meet its criteria, least effort first; of alternatives only the easiest. Nothing is left
 * to do for a line that meets them. Undefined: something on file contradicts a criterion, and no record would change that.
 */
export function whatWouldChange(
  { results }: LineAssessment,
  effortOfGap: (fact: NamedFact) => Effort,
): Step[] | undefined {
  const steps: Step[] = [];
  for (const result of results) {
    const isRefused = result.status === 'not-met' && result.severity !== 'caution';
    if (!isRefused && !isGap(result)) continue;
    const way = easiestWay(result, effortOfGap);
    if (!way) return undefined;
    steps.push(...way);
  }
  return steps.toSorted((a, b) => EFFORTS.indexOf(a.effort) - EFFORTS.indexOf(b.effort));
}
