import type { Assessment } from '../src/evaluate/assess';
import { factReader, judgeCriterion } from '../src/evaluate/criterion';
import { scenarioRequest } from '../src/demo/scenario';
import { FACTS } from '../src/gather/facts';
import type { FactDefinition, LineContext } from '../src/gather/facts/fact';
import type { Parameter, Policy } from '../src/policy/policy-data';
import { Problem } from '../src/problem';
import { FIXTURES, judgementOf, policyData } from './support/service-for-test';
import { allVignettes, type Vignette } from './support/vignettes';

const facts: Readonly<Record<string, FactDefinition>> = FACTS;

function judged({ scenario, profile }: Vignette): readonly Assessment[] {
  try {
    return judgementOf(scenarioRequest(scenario, profile, FIXTURES))?.judgement.assessments ?? [];
  } catch (error) {
    if (error instanceof Problem) return [];
    throw error;
  }
}

interface Line {
  readonly policy: Policy;
  readonly profile: string;
  readonly context: LineContext;
}

/** The vignettes, those made for numbers first; each is judged when a number needs it. */
const vignettes = allVignettes().toSorted(
  (a, b) => Number(b.scenario.id.startsWith('thresholds')) - Number(a.scenario.id.startsWith('thresholds')),
);
const linesKnown = new Map<Vignette, readonly Line[]>();

function linesOf(vignette: Vignette): readonly Line[] {
  const lines =
    linesKnown.get(vignette) ??
    judged(vignette).flatMap(({ policy, profile, contexts }) =>
      contexts.map((context) => ({ policy, profile: profile.id, context })),
    );
  linesKnown.set(vignette, lines);
  return lines;
}

/** Numbers that decide no criterion, only the day that is proposed. */
const PROPOSES_A_DAY = new Set(['stagingDays']);

/** What the criteria that look at the number say of a line. */
function outcome(policy: Policy, profile: string, name: string, context: LineContext): string {
  const read = factReader(facts, context);
  const looksAt = (fact: string): boolean => facts[fact]?.thresholds.includes(name) === true;
  const criteria = policy
    .criteria(profile)
    .filter((criterion) => criterion.facts.some(looksAt))
    .map((criterion) => judgeCriterion(criterion, read))
    .map(({ criterion, status, facts: named }) => [
      criterion.id,
      status,
      ...named.map(({ fact }) => (PROPOSES_A_DAY.has(name) ? fact.words?.['ownDay'] : fact.finding)),
    ]);
  const views = policy
    .otherViews(profile)
    .flatMap((view) => view.facts.filter(looksAt))
    .map((fact) => read(fact).finding);
  return JSON.stringify([criteria, views]);
}

const today = new Map<LineContext, Map<string, string>>();

/** The same with the number as it is. */
function outcomeToday(policy: Policy, profile: string, name: string, context: LineContext): string {
  const known = today.get(context) ?? new Map<string, string>();
  today.set(context, known);
  const said = known.get(name) ?? outcome(policy, profile, name, context);
  known.set(name, said);
  return said;
}

/** The smallest step by which a number of the unit is recorded. */
function stepOf(unit: string): number {
  return unit === 'INR' ? 0.1 : 1;
}

interface PolicyNumber {
  readonly name: string;
  readonly profile: string;
  readonly parameter: Parameter;
  readonly value: number;
  readonly policies: Policy[];
}

/** Every number with the policies that use it; a shared one is one number. */
const numbers: PolicyNumber[] = [];
for (const policy of policyData.policies.values()) {
  for (const [name, parameter] of policy.parameters) {
    for (const [profile, setting] of Object.entries(parameter.values)) {
      const { value } = setting;
      const basedOn = policyData.profiles.get(profile)?.basedOn;
      // A number that a profile has from another one stands on that one's edges.
      const isInherited = basedOn !== undefined && parameter.values[basedOn] === setting;
      if (typeof value !== 'number' || isInherited) continue;
      const known = numbers.find((number) => number.parameter === parameter && number.profile === profile);
      if (known) known.policies.push(policy);
      else numbers.push({ name, profile, parameter, value, policies: [policy] });
    }
  }
}

test.each(
  numbers.flatMap((number) =>
    [1, -1].map((direction) => {
      const { name, profile, value, policies } = number;
      const other = Math.round((value + direction * stepOf(number.parameter.unit)) * 10) / 10;
      const of = policies.length === 1 ? policies[0]?.id : 'shared';
      return [`${name} ${value} → ${other} (${profile}, ${of})`, number, other] as const;
    }),
  ),
)('a vignette stands on the edge of %s', (_title, { name, profile, policies }, other) => {
  const isNoticed = vignettes
    .filter((vignette) => vignette.profile === profile && policies.some(({ id }) => id === vignette.policy))
    .some((vignette) =>
      linesOf(vignette).some(({ policy, context }) => {
        if (!policies.includes(policy)) return false;
        const read = new Map<string, unknown>();
        const changed: LineContext = {
          ...context,
          // What the line is judged by is drawn anew, what it is drawn from stays.
          once<T>(asked: string, draw: () => T): T {
            if (!asked.startsWith('fact ')) return context.once(asked, draw);
            if (!read.has(asked)) read.set(asked, draw());
            return read.get(asked) as T;
          },
          threshold: (asked) => (asked === name ? other : context.threshold(asked)),
        };
        return outcome(policy, profile, name, changed) !== outcomeToday(policy, profile, name, context);
      }),
    );
  expect(isNoticed).toBe(true);
});
