import type { PlanDefinition, PlanDefinitionAction, RelatedArtifact } from 'fhir/r4';
import { CODE_SYSTEMS } from '../policy/code-systems';
import type { Criterion, Policy, PolicyData, Profile } from '../policy/policy-data';
import type { Severity } from '../policy/policy-schema';
import type { ValueSet } from '../policy/value-set';
import { otherSeverities, valueText } from '../present/wording';
import { CANONICAL, computableName } from './canonical';
import { FACTS_LIBRARY } from './facts-library';
import { valueSetUrl } from './value-set-resource';

/** How binding a criterion is, in the words that FHIR has for an action. */
const REQUIRED_BEHAVIOR = {
  hard: 'must',
  contraindication: 'must',
  coding: 'must',
  documentation: 'must-unless-documented',
  caution: 'could',
} as const satisfies Record<Severity, string>;

function citations(ids: readonly string[], { sources }: PolicyData): RelatedArtifact[] {
  return ids.flatMap((id) => {
    const source = sources.get(id);
    if (!source) return [];
    const { title, dated, strength, unverified, url } = source;
    const citation = [title, dated, strength, unverified].filter((part) => part !== undefined).join('; ');
    return [{ type: 'citation' as const, label: id, citation, ...(url !== undefined && { url }) }];
  });
}

/**
 * A criterion as one profile asks for it. It is asked for where its applicability holds, and there is nothing left to do
 * once the condition that stops it holds, which is that the criterion is met.
 */
function criterionAction(
  criterion: Criterion,
  profile: Profile,
  { policy, policyData }: Exported,
): PlanDefinitionAction {
  const { id, title, severity, written, required, sources } = criterion;
  const documentation = citations(sources, policyData);
  const expression = (text: string) => ({ language: 'text/fhirpath', expression: text });
  return {
    prefix: id,
    title,
    description: required,
    code: [{ text: severity }, ...otherSeverities(criterion, policy, profile.id).map((text) => ({ text }))],
    requiredBehavior: REQUIRED_BEHAVIOR[severity],
    ...(documentation.length > 0 && { documentation }),
    condition: [
      ...(written.applies === undefined
        ? []
        : [{ kind: 'applicability' as const, expression: expression(written.applies) }]),
      { kind: 'stop', expression: expression(written.met) },
    ],
  };
}

/** The numbers of a profile, one a line, for readers who have no other place to look them up. */
function numbersOf(policy: Policy, profile: Profile): string {
  return [...policy.parameters]
    .flatMap(([name, parameter]) => {
      const setting = parameter.values[profile.id];
      if (!setting || setting.value === null) return [];
      const said = valueText(setting.value, parameter.unit);
      return [
        `${name}: ${said} (${parameter.description}) [${setting.sources.join(', ')}], from ${setting.from}`,
      ];
    })
    .join('\n');
}

function profileAction(profile: Profile, exported: Exported): PlanDefinitionAction {
  const { policy } = exported;
  const numbers = numbersOf(policy, profile);
  return {
    prefix: profile.id,
    title: profile.title,
    description: profile.standsFor,
    ...(numbers !== '' && { textEquivalent: numbers }),
    groupingBehavior: 'logical-group',
    selectionBehavior: 'all',
    action: policy
      .criteria(profile.id)
      .filter(({ asked }) => asked)
      .map((criterion) => criterionAction(criterion, profile, exported)),
  };
}

interface Exported {
  readonly policy: Policy;
  readonly policyData: PolicyData;
}

/** The value sets of the diagnoses, each with what it does under which profiles. */
function diagnosesOf({ policy, policyData }: Exported): RelatedArtifact[] {
  const uses = new Map<ValueSet, string[]>();
  const note = (sets: readonly ValueSet[], use: string): void => {
    for (const set of sets) uses.set(set, [...(uses.get(set) ?? []), use]);
  };
  for (const profile of policyData.profiles.keys()) {
    note(policy.supportedDiagnoses(profile), `supports under ${profile}`);
    note(policy.excludedDiagnoses(profile), `excludes under ${profile}`);
    note(policy.openDiagnoses(profile) ?? [], `leaves open under ${profile}`);
  }
  for (const { nerves, sets } of policy.supportedForNerve)
    note(sets, `supports for the ${nerves.join(', the ')} nerve`);
  return [...uses]
    .filter(([set]) => set.hasCodes)
    .map(([{ id }, does]) => ({ type: 'depends-on', display: does.join('; '), resource: valueSetUrl(id) }));
}

/**
 * A policy as an R4 PlanDefinition: an event-condition-action rule on order-sign with one action for each profile, and in
 * it one for each criterion that the profile asks for.
 */
export function planDefinition(policy: Policy, policyData: PolicyData): PlanDefinition {
  const exported = { policy, policyData };
  return {
    resourceType: 'PlanDefinition',
    id: policy.id,
    url: `${CANONICAL}/PlanDefinition/${policy.id}`,
    version: policy.version,
    name: computableName(policy.id),
    title: policy.title,
    type: {
      coding: [{ system: 'http://terminology.hl7.org/CodeSystem/plan-definition-type', code: 'eca-rule' }],
    },
    status: policy.approvedBy.length > 0 ? 'active' : 'draft',
    useContext: policy.procedures.map(({ code, label }) => ({
      code: { system: 'http://terminology.hl7.org/CodeSystem/usage-context-type', code: 'task' },
      valueCodeableConcept: { coding: [{ system: CODE_SYSTEMS.cpt, code }], text: label },
    })),
    effectivePeriod: { start: policy.from },
    ...(policy.approvedBy.length > 0 && { endorser: policy.approvedBy.map((name) => ({ name })) }),
    relatedArtifact: diagnosesOf(exported),
    library: [FACTS_LIBRARY],
    action: [
      {
        title: policy.title,
        trigger: [{ type: 'named-event', name: 'order-sign' }],
        groupingBehavior: 'logical-group',
        selectionBehavior: 'exactly-one',
        action: [...policyData.profiles.values()].map((profile) => profileAction(profile, exported)),
      },
    ],
  };
}
