import type { ValueSet as FhirValueSet, ValueSetComposeInclude, ValueSetComposeIncludeFilter } from 'fhir/r4';
import { CODE_SYSTEMS, type CodeSystem } from '../policy/code-systems';
import { literally, type Member, type ValueSet } from '../policy/value-set';
import { CANONICAL, computableName } from './canonical';

export function valueSetUrl(id: string): string {
  return `${CANONICAL}/ValueSet/${id}`;
}

/** All codes that begin with the prefix, as a filter of FHIR. */
function beginning(prefix: string): ValueSetComposeIncludeFilter {
  return { property: 'code', op: 'regex', value: `${literally(prefix)}.*` };
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
      filter: [beginning(prefix)],
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
  const excluded = set.excludes.flatMap((prefix) => {
    const system = members.find(
      (member) => member.prefix !== undefined && prefix.startsWith(member.prefix),
    )?.system;
    return system === undefined ? [] : [{ system: CODE_SYSTEMS[system], filter: [beginning(prefix)] }];
  });
  const description = [
    set.hasExceptions &&
      'A resource whose words name another thing, or a second ingredient, does not belong.',
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
      ...(excluded.length > 0 && { exclude: excluded }),
      include: systems.flatMap((system) =>
        includesOf(
          system,
          members.filter((member) => member.system === system),
        ),
      ),
    },
  };
}
