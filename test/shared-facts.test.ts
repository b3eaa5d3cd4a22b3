import { caseOf, requestFor } from '../src/demo/scenario';
import { concepts, type Json } from '../src/fhir/read';
import { FACTS } from '../src/gather/facts';
import type { LineContext } from '../src/gather/facts/fact';
import type { Assessment } from '../src/evaluate/assess';
import { Problem } from '../src/problem';
import { FIXTURES, judgementOf, policyData } from './support/service-for-test';
import { allVignettes, type Vignette } from './support/vignettes';

// What facts do not look at the line for is drawn once for all lines of a group. It must be what each line, alone, would find.

const facts: Readonly<Record<string, (typeof FACTS)[keyof typeof FACTS]>> = FACTS;

/** The same order for the other region of the spine, beside each order that has one. */
function withOtherRegions(orders: readonly Json[]): Json[] {
  return orders.flatMap((order) => {
    const code = concepts(order['code'])
      .flatMap(({ codings }) => codings)
      .find((coding) => policyData.procedures.has(coding.code))?.code;
    const other = policyData.procedures.get(code ?? '')?.otherRegion;
    if (other === undefined) return [order];
    const coding = { system: 'http://www.ama-assn.org/go/cpt', code: other };
    return [order, { ...order, id: `${String(order['id'])}-other`, code: { coding: [coding] } }];
  });
}

function judged({ scenario, profile }: Vignette): readonly Assessment[] {
  const of = caseOf(scenario, FIXTURES);
  try {
    const request = requestFor({ ...of, orders: withOtherRegions(of.orders) }, profile);
    return judgementOf(request)?.judgement.assessments ?? [];
  } catch (error) {
    if (error instanceof Problem) return [];
    throw error;
  }
}

/** A line by itself: nothing is known of it yet. */
function alone(context: LineContext): LineContext {
  const known = new Map<string, unknown>();
  return {
    ...context,
    once<T>(name: string, read: () => T): T {
      if (!known.has(name)) known.set(name, read());
      return known.get(name) as T;
    },
  };
}

test('every line is judged by what it would be judged by alone', () => {
  const differing = new Set<string>();
  let compared = 0;
  // One in four shows it as well as all.
  for (const vignette of allVignettes().filter((_, i) => i % 4 === 0)) {
    for (const { policy, profile, contexts } of judged(vignette)) {
      if (contexts.length < 2) continue;
      const names = new Set(policy.criteria(profile.id).flatMap((criterion) => criterion.facts));
      for (const context of contexts) {
        const own = alone(context);
        for (const name of names) {
          compared += 1;
          const shared = context.once(`fact ${name}`, () => facts[name]?.read(context));
          if (JSON.stringify(shared) !== JSON.stringify(facts[name]?.read(own)))
            differing.add(`${name} of ${context.line.procedure.code}: ${vignette.scenario.name}`);
        }
      }
    }
  }
  expect([...differing]).toEqual([]);
  expect(compared).toBeGreaterThan(12_000);
}, 120_000);
