import { join } from 'node:path';
import { differences } from '../src/demo/compare';
import { readScenarios, scenarioRequest, type Scenario } from '../src/demo/scenario';
import { objects, text, type Json } from '../src/fhir/read';
import { Problem } from '../src/problem';
import { assessments } from './support/assessment';
import { answer, FIXTURES, policyData } from './support/service-for-test';
import { vignettesByPolicy } from './support/vignettes';

/** Every status that a criterion was given, as `FJ-CC guideline met`, with one vignette that shows it. */
const seen = new Map<string, string>();

function judge(scenario: Scenario, profile: string): { status: number; body: unknown } {
  try {
    const response = answer(scenarioRequest(scenario, profile, FIXTURES));
    for (const criterion of assessments(response).flatMap((a): readonly Json[] => objects(a['criteria'])))
      seen.set(`${text(criterion['id'])} ${profile} ${text(criterion['status'])}`, scenario.name);
    return { status: 200, body: response };
  } catch (error) {
    if (error instanceof Problem) return { status: error.status, body: error.toOutcome() };
    throw error;
  }
}

const folders: readonly (readonly [string, readonly Scenario[]])[] = [
  ['fhir-fixtures/scenarios', readScenarios(join(FIXTURES, 'scenarios'))],
  ...vignettesByPolicy(),
];

describe.each(folders)('%s', (_folder, scenarios) => {
  test.each(scenarios.map((scenario) => [scenario.name, scenario] as const))('%s', (_name, scenario) => {
    const found = Object.entries(scenario.expect).map(([profile, expected]) => {
      const { status, body } = judge(scenario, profile);
      return [profile, ...differences(expected, status, body)];
    });
    expect(found).toEqual(Object.keys(scenario.expect).map((profile) => [profile]));
  });
});

test('no vignette gives a criterion a status that its policy calls impossible', () => {
  const impossible = [...policyData.policies.values()].flatMap((policy) =>
    [...policyData.profiles.keys()].flatMap((profile) =>
      policy
        .criteria(profile)
        .filter(({ asked }) => asked)
        .flatMap(({ id, cannotBe }) => Object.keys(cannotBe).map((status) => `${id} ${profile} ${status}`)),
    ),
  );
  expect(impossible.length).toBeGreaterThan(0);
  expect(impossible.flatMap((name) => (seen.has(name) ? [`${name}: ${seen.get(name)}`] : []))).toEqual([]);
});
