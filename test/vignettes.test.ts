import { readdirSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { differences } from '../src/demo/compare';
import { readScenarios, scenarioRequest, type Scenario } from '../src/demo/scenario';
import { Problem } from '../src/problem';
import { answer, FIXTURES, POLICIES } from './support/service-for-test';

function judge(scenario: Scenario, profile: string): { status: number; body: unknown } {
  try {
    return { status: 200, body: answer(scenarioRequest(scenario, profile, FIXTURES)) };
  } catch (error) {
    if (error instanceof Problem) return { status: error.status, body: error.toOutcome() };
    throw error;
  }
}

const folders = [
  join(FIXTURES, 'scenarios'),
  ...readdirSync(join(POLICIES, 'policies'))
    .map((policy) => join(POLICIES, 'policies', policy, 'vignettes'))
    .filter(existsSync),
];

describe.each(folders.map((folder) => [folder.slice(POLICIES.length - 'cds-services'.length), folder]))(
  '%s',
  (_name, folder) => {
    const cases = readScenarios(folder).flatMap((scenario) =>
      Object.entries(scenario.expect).map(([profile, expected]) => ({ scenario, profile, expected })),
    );

    test.each(cases.map((item) => [`${item.scenario.name} (${item.profile})`, item] as const))(
      '%s',
      (_title, { scenario, profile, expected }) => {
        const { status, body } = judge(scenario, profile);
        expect(differences(expected, status, body)).toEqual([]);
      },
    );
  },
);
