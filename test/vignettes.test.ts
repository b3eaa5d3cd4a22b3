import { join } from 'node:path';
import JSONSchemaValidator from '@asymmetrik/fhir-json-schema-validator';
import { Fhir } from 'fhir';
import { differences } from '../src/demo/compare';
import { caseOf, readScenarios, type Scenario } from '../src/demo/scenario';
import { objects, text, type Json } from '../src/fhir/read';
import { Problem } from '../src/problem';
import { assessments } from './support/assessment';
import { brokenRules } from './support/card-rules';
import { broken, proposedBy, sign, type Answered } from './support/closing';
import { PERFORMED_REQUESTS } from './support/performed';
import { FIXTURES, policyData } from './support/service-for-test';
import { vignettesByPolicy } from './support/vignettes';

/** Suggestions after which something is worse, and why that is right. */
const EXCEPTIONS: Readonly<Record<string, string>> = {
  'Body site left, modifier RT (guideline): Say right everywhere':
    'of two sides either can be chosen; this one is not that of the examination',
  'A facet block and an epidural a week later (medicare-lcd): Ask for: onset of the pain':
    'the root pain that is recorded for the epidural speaks against the facet block',
  'M54.5 for a service the day before it was retired (guideline): Order: Physical therapy evaluation':
    'the code is retired on the day after the course',
  'M54.5 for a service the day before it was retired (medicare-lcd): Order: Physical therapy evaluation':
    'the code is retired on the day after the course',
};

/** Every status that a criterion was given, as `FJ-CC guideline met`, with one vignette that shows it. */
const seen = new Map<string, string>();
/** The labels of all suggestions, one resource of each shape that they propose, and the exceptions met. */
const offered = new Set<string>();
const proposed = new Map<string, Json>();
const met = new Set<string>();

/** What a resource is made of, whatever its words. */
function shapeOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shapeOf);
  if (typeof value !== 'object' || value === null) return typeof value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, shapeOf(member)]));
}

/** Takes every suggestion of every card, each by itself; what is then wrong. */
function brokenPromises(answered: Answered, scenario: Scenario): string[] {
  return answered.cards.flatMap(({ card, assessment }) =>
    (card.suggestions ?? []).flatMap((suggestion) => {
      offered.add(suggestion.label);
      for (const resource of proposedBy(suggestion))
        proposed.set(JSON.stringify(shapeOf(resource)), resource);
      const name = `${scenario.name} (${answered.profile}): ${suggestion.label}`;
      const failures = broken(answered, assessment, suggestion);
      if (failures.length === 0 || EXCEPTIONS[name] === undefined)
        return failures.map((failure) => `${name}: ${failure}`);
      met.add(name);
      return [];
    }),
  );
}

/** Everything that is not as it should be in one profile. */
function faultsOf(scenario: Scenario, profile: string): string[] {
  const expected = scenario.expect[profile] ?? {};
  let answered: Answered;
  try {
    answered = sign(caseOf(scenario, FIXTURES), profile);
  } catch (error) {
    if (error instanceof Problem) return differences(expected, error.status, error.toOutcome());
    throw error;
  }
  const response = { cards: answered.cards.map(({ card }) => card) };
  for (const criterion of assessments(response).flatMap((a): readonly Json[] => objects(a['criteria'])))
    seen.set(`${text(criterion['id'])} ${profile} ${text(criterion['status'])}`, scenario.name);
  return [
    ...differences(expected, 200, response),
    ...brokenRules(response),
    ...brokenPromises(answered, scenario),
  ];
}

const folders: readonly (readonly [string, readonly Scenario[]])[] = [
  ['fhir-fixtures/scenarios', readScenarios(join(FIXTURES, 'scenarios'))],
  ...vignettesByPolicy(),
];

describe.each(folders)('%s: as expected, and every suggestion keeps its promise', (_folder, scenarios) => {
  test.each(scenarios.map((scenario) => [scenario.name, scenario] as const))('%s', (_name, scenario) => {
    const found = Object.keys(scenario.expect).map((profile) => [profile, ...faultsOf(scenario, profile)]);
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

describe('of all suggestions that were taken', () => {
  test('every exception is still needed', () => {
    expect([...met].toSorted()).toEqual(Object.keys(EXCEPTIONS).toSorted());
  });

  test('everything proposed is valid FHIR by two validators', () => {
    const [schema, structure] = [new JSONSchemaValidator(), new Fhir()];
    expect(proposed.size).toBeGreaterThan(100);
    for (const resource of proposed.values()) {
      expect(schema.validate(resource)).toEqual([]);
      const { messages } = structure.validate(resource, { errorOnUnexpected: true });
      expect(messages.filter(({ severity }) => ['error', 'fatal'].includes(String(severity)))).toEqual([]);
    }
  });

  test.each(Object.entries(policyData.wording.remedies))('%s is one', (_name, { label }) => {
    const pattern = new RegExp(`^${label.replace(/[()]/gu, '\\$&').replace(/\{\w+\}/gu, '.+')}$`, 'u');
    expect([...offered].some((said) => pattern.test(said))).toBe(true);
  });

  test('every request that creates something was performed', () => {
    const created = [...policyData.requests].filter(([, { onOrder }]) => !onOrder).map(([name]) => name);
    expect(PERFORMED_REQUESTS.toSorted()).toEqual(created.toSorted());
  });
});
