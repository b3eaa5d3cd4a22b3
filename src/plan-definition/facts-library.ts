import type { DataRequirement, Library } from 'fhir/r4';
import { SELECTORS } from '../policy/names';
import type { PolicyData } from '../policy/policy-data';
import { CANONICAL } from './canonical';
import { valueSetUrl } from './value-set-resource';

const ID = 'nerve-block-facts';
export const FACTS_LIBRARY = `${CANONICAL}/Library/${ID}`;

/** Where a resource of the type has the code that chooses it. */
function codeOf(type: string): { path: string } | { searchParam: string } {
  if (type === 'CarePlan') return { searchParam: 'activity-code' };
  return { path: type.startsWith('Medication') ? 'medication' : 'code' };
}

/**
 * What is read of a chart, selector by selector. Filters of one requirement all hold together, so each value set of a
 * selector has a requirement of its own.
 */
function dataRequirements(policyData: PolicyData): DataRequirement[] {
  const all = SELECTORS.map((name) => policyData.selector(name)).flatMap(({ from, codes, status }) => {
    const known = codes.filter((set) => set.hasCodes);
    const sets = known.length > 0 ? known.map(({ id }) => valueSetUrl(id)) : [undefined];
    const ofStatus = status ? [{ path: 'status', code: [...status].map((code) => ({ code })) }] : [];
    return from.flatMap((type) =>
      sets.map((valueSet) => {
        const codeFilter = [...(valueSet === undefined ? [] : [{ ...codeOf(type), valueSet }]), ...ofStatus];
        return {
          type: type as DataRequirement['type'],
          ...(codeFilter.length > 0 && { codeFilter }),
        };
      }),
    );
  });
  return [...new Map(all.map((requirement) => [JSON.stringify(requirement), requirement])).values()];
}

/**
 * The Library that the conditions of every PlanDefinition refer to: the facts they name, each field yes, no or empty, and
 * what of a chart they are drawn from. How a fact is drawn is the service's code.
 */
export function factsLibrary(
  facts: Readonly<Record<string, { readonly fields: readonly string[] }>>,
  policyData: PolicyData,
): Library {
  return {
    resourceType: 'Library',
    id: ID,
    url: FACTS_LIBRARY,
    name: 'NerveBlockFacts',
    title: 'Facts that the criteria of the nerve block policies are about',
    status: 'draft',
    type: {
      coding: [{ system: 'http://terminology.hl7.org/CodeSystem/library-type', code: 'module-definition' }],
    },
    parameter: Object.entries(facts).flatMap(([fact, { fields }]) =>
      fields.map((field) => ({
        name: `${fact}.${field}`,
        use: 'out' as const,
        min: 0,
        max: '1',
        type: 'boolean',
      })),
    ),
    relatedArtifact: [...policyData.valueSets.values()]
      .filter((set) => set.hasCodes)
      .map(({ id }) => ({ type: 'depends-on', resource: valueSetUrl(id) })),
    dataRequirement: dataRequirements(policyData),
  };
}
