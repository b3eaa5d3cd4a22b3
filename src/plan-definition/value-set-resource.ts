import type { ValueSet as FhirValueSet, ValueSetComposeInclude } from 'fhir/r4';
import { CODE_SYSTEMS, type CodeSystem } from '../policy/code-systems';
import { literally, type Member, type ValueSet } from '../policy/value-set';
import { CANONICAL, computableName } from './canonical';

export function valueSetUrl(id: string): string {
  return `${CANONICAL}/ValueSet/${id}`;
}

/** All codes that begin with the prefix, as the code filter of FHIR says it. */
function startingWith(prefix: string): string {
  return `${literally(prefix)}.*`;
}

/** Our labels are no names of the code system, so they stand as designations and not as displays. */
function includesOf(system: CodeSystem, members: readonly Member[]): ValueSetComposeInclude[] {
  const concept = members.flatMap(({ code, label }) =>
    code === undefined ? [] : [{ code, designation: [{ value: label }] }],
  );
  const prefixes = members.flatMap(({ prefix }) => prefix ?? []);
  const uri = CODE_SYSTEMS[system];
  return [
    ...(concept.length > 0 ? [{ system: uri, concept }] : []),
    ...prefixes.map((prefix) => ({
      system: uri,
      filter: [{ property: 'code', op: 'regex' as const, value: startingWith(prefix) }],
    })),
  ];
}

/**
 * A value set of the policy data that has codes, as an R4 ValueSet. The words by which narrative is found as well have no
 * place in FHIR, and the description says so.
 */
export function valueSetResource(set: ValueSet): FhirValueSet {
  const members = [...set.exact.values(), ...set.prefixes.map(({ member }) => member)];
  const systems = [...new Set(members.map(({ system }) => system))];
  const unchecked = members.some(({ verified }) => verified === false);
  const description = [
    set.hasNames && 'Resources without any of these codes are found by their words, too.',
    unchecked && 'Some of the codes have not been checked.',
  ].filter((sentence) => typeof sentence === 'string');
  return {
    resourceType: 'ValueSet',
    id: set.id,
    url: valueSetUrl(set.id),
    name: computableName(set.id),
    title: set.title,
    status: 'draft',
    ...(description.length > 0 && { description: description.join(' ') }),
    compose: {
      include: systems.flatMap((system) =>
        includesOf(
          system,
          members.filter((member) => member.system === system),
        ),
      ),
    },
  };
}
