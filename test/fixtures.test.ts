import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isObject, objects, type Json } from '../src/fhir/read';
import { readScenarios, scenarioChart, scenarioOrders, scenarioRequest } from '../src/demo/scenario';
import { faults } from './support/fhir-validators';
import { FIXTURES, policyData } from './support/service-for-test';

const scenarios = readScenarios(join(FIXTURES, 'scenarios'));
test('both validators find a fault when there is one', () => {
  const broken = {
    resourceType: 'ServiceRequest',
    status: 'nonsense',
    intent: 'order',
    subject: { reference: 'Patient/p1' },
  };
  const found = faults({ ...broken, unknownMember: 1 });
  // One names paths as Type.member, the other as .member or with none.
  expect(found.some((fault) => fault.startsWith('ServiceRequest'))).toBe(true);
  expect(found.some((fault) => !fault.startsWith('ServiceRequest'))).toBe(true);
});

test.each(
  ['patients', 'orders'].flatMap((folder) =>
    readdirSync(join(FIXTURES, folder)).map((file) => [`${folder}/${file}`]),
  ),
)('%s is valid FHIR', (file) => {
  const bundle: unknown = JSON.parse(readFileSync(join(FIXTURES, file), 'utf8'));
  const resources = isObject(bundle)
    ? objects(bundle['entry']).flatMap((entry) => (isObject(entry['resource']) ? [entry['resource']] : []))
    : [];
  expect(resources.length).toBeGreaterThan(0);
  expect([bundle as Json, ...resources].flatMap(faults)).toEqual([]);
});

test.each(scenarios.map((scenario) => [scenario.name, scenario] as const))(
  '%s: its chart and orders are valid FHIR',
  (_name, scenario) => {
    const resources = [...scenarioChart(scenario, FIXTURES), ...scenarioOrders(scenario, FIXTURES)];
    expect(resources.flatMap(faults)).toEqual([]);
  },
);

const ofDocuments = scenarios.filter(({ document }) => document !== undefined);

test('every source document has its own request', () => {
  const ids = new Set(ofDocuments.map(({ document }) => document?.id));
  const documents = [...policyData.sources.keys()].filter((id) => /^s\d{3}$/u.test(id));
  expect(documents).toHaveLength(5);
  expect(documents.filter((id) => !ids.has(id))).toEqual([]);
});

test.each(ofDocuments.map((scenario) => [scenario.name, scenario] as const))(
  '%s: what we answer is what the document says, or the scenario says why not',
  (_name, { document, expect: expected }) => {
    const ours = expected['guideline'];
    const lines = Object.entries(document?.says ?? {});
    const differing = lines.filter(([code, says]) => (ours?.lines?.[code] ?? ours?.determination) !== says);
    expect(differing.length > 0 || lines.length === 0).toBe(document?.differs !== undefined);
  },
);

test.each(readdirSync(join(FIXTURES, 'requests')).map((file) => [file, file.replace('.json', '')] as const))(
  'requests/%s is the one that the scenario makes',
  (file, chart) => {
    const request: unknown = JSON.parse(readFileSync(join(FIXTURES, 'requests', file), 'utf8'));
    const scenario = scenarios.find((candidate) => candidate.chart === chart);
    expect(scenario && scenarioRequest(scenario, 'guideline', FIXTURES)).toEqual(request);
  },
);

test.each(Object.entries(policyData.discovery.prefetch))(
  'the prefetch template of %s stays in the portable subset',
  (_key, template) => {
    const portable =
      /^Patient\/\{\{context\.patientId\}\}$|^[A-Z][A-Za-z]+\?patient=\{\{context\.patientId\}\}(?:&_sort=-date)?&_count=\d+$/u;
    expect(template).toMatch(portable);
  },
);
