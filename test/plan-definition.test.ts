import type { Library, PlanDefinition, PlanDefinitionAction } from 'fhir/r4';
import { FACTS } from '../src/gather/facts';
import { exportedResources } from '../src/plan-definition/export';
import { CODE_SYSTEMS } from '../src/policy/code-systems';
import { conditionReferences } from '../src/policy/expression';
import { faults } from './support/fhir-validators';
import { policyData } from './support/service-for-test';

const resources = exportedResources(FACTS, policyData);
const plans = resources.filter(
  (resource): resource is PlanDefinition => resource.resourceType === 'PlanDefinition',
);
const urls = new Set(resources.map(({ url }) => url));

test.each(resources.map((resource) => [`${resource.resourceType}/${resource.id}`, resource] as const))(
  '%s is valid FHIR',
  (_name, resource) => {
    expect(faults(JSON.parse(JSON.stringify(resource)))).toEqual([]);
  },
);

test('no two resources share a place', () => {
  expect(urls.size).toBe(resources.length);
});

/** The criteria of a profile as exported. */
function criteriaOf(plan: PlanDefinition, profile: string): PlanDefinitionAction[] {
  const profiles = plan.action?.[0]?.action ?? [];
  return profiles.find(({ prefix }) => prefix === profile)?.action ?? [];
}

describe.each([...policyData.policies.values()].map((policy) => [policy.id, policy] as const))(
  '%s',
  (id, policy) => {
    const plan = plans.find((candidate) => candidate.id === id);
    if (!plan) throw new Error(`${id} is not exported`);

    test('has every criterion that a profile asks for, with its condition, sources and numbers', () => {
      for (const profile of policyData.profiles.keys()) {
        const asked = policy.criteria(profile).filter((criterion) => criterion.asked);
        expect(criteriaOf(plan, profile).map(({ prefix }) => prefix)).toEqual(
          asked.map((criterion) => criterion.id),
        );
        for (const [i, action] of criteriaOf(plan, profile).entries()) {
          expect(action.description).not.toMatch(/[{}]/u);
          expect(action.documentation?.map(({ label }) => label)).toEqual(asked[i]?.sources);
          const stop = action.condition?.find(({ kind }) => kind === 'stop')?.expression?.expression;
          expect(stop).toBe(asked[i]?.written.met);
        }
      }
    });

    test('refers to nothing that is not exported', () => {
      const referred = [
        ...(plan.library ?? []),
        ...(plan.relatedArtifact ?? []).flatMap(({ resource }) => resource ?? []),
      ];
      expect(referred.length).toBeGreaterThan(1);
      expect(referred.filter((url) => !urls.has(url))).toEqual([]);
    });

    test('names its codes', () => {
      const codes = plan.useContext?.map(
        ({ valueCodeableConcept }) => valueCodeableConcept?.coding?.[0]?.code,
      );
      const own = policyData.policies.get(id)?.procedures ?? [];
      expect(codes).toEqual(own.map(({ code }) => code));
    });
  },
);

test('every code of this service is in its code system, and every value set is named by something', () => {
  const own = resources.flatMap((resource) =>
    resource.resourceType === 'CodeSystem' ? (resource.concept ?? []).map(({ code }) => code) : [],
  );
  const used = resources.flatMap((resource) =>
    resource.resourceType === 'ValueSet'
      ? (resource.compose?.include ?? [])
          .filter(({ system }) => system === CODE_SYSTEMS.local)
          .flatMap(({ concept = [] }) => concept.map(({ code }) => code))
      : [],
  );
  expect(own.length).toBeGreaterThan(10);
  expect(own.toSorted()).toEqual([...new Set(used)].toSorted());
  const library = resources.find((resource): resource is Library => resource.resourceType === 'Library');
  const named = library?.relatedArtifact?.map(({ resource }) => resource);
  const sets = resources.filter(({ resourceType }) => resourceType === 'ValueSet').map(({ url }) => url);
  expect(named).toEqual(sets);
});

test('the library has every fact that a condition names, and every value set it refers to is exported', () => {
  const library = resources.find((resource): resource is Library => resource.resourceType === 'Library');
  const known = new Set(library?.parameter?.map(({ name }) => name));
  const named = plans
    .flatMap((plan) => [...policyData.profiles.keys()].flatMap((profile) => criteriaOf(plan, profile)))
    .flatMap(({ condition }) => condition ?? [])
    .flatMap(({ expression }) => conditionReferences(expression?.expression ?? ''))
    .map(({ fact, field }) => `${fact}.${field}`);
  expect(named.length).toBeGreaterThan(100);
  expect(named.filter((name) => !known.has(name))).toEqual([]);
  const sets = (library?.dataRequirement ?? [])
    .flatMap(({ codeFilter }) => codeFilter ?? [])
    .flatMap(({ valueSet }) => valueSet ?? []);
  expect(sets.length).toBeGreaterThan(20);
  // The filters of one requirement hold together: two value sets in one would find nothing.
  for (const { codeFilter = [] } of library?.dataRequirement ?? [])
    expect(codeFilter.filter(({ valueSet }) => valueSet !== undefined).length).toBeLessThan(2);
  expect(sets.filter((url) => !urls.has(url))).toEqual([]);
});
