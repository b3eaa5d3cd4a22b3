import type { CodeSystem, Library, PlanDefinition, ValueSet as FhirValueSet } from 'fhir/r4';
import type { PolicyData } from '../policy/policy-data';
import { evidenceCodes } from './evidence-codes';
import { factsLibrary } from './facts-library';
import { planDefinition } from './plan-definition';
import { valueSetResource } from './value-set-resource';

/** Every policy as a PlanDefinition, with the Library, the value sets and the code system that they refer to. */
export function exportedResources(
  facts: Parameters<typeof factsLibrary>[0],
  policyData: PolicyData,
): (PlanDefinition | Library | CodeSystem | FhirValueSet)[] {
  return [
    ...[...policyData.policies.values()].map((policy) => planDefinition(policy, policyData)),
    factsLibrary(facts, policyData),
    evidenceCodes(policyData),
    ...[...policyData.valueSets.values()].filter((set) => set.hasCodes).map(valueSetResource),
  ];
}
