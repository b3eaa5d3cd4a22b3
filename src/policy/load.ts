import { readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { z } from 'zod';
import type { Policy, PolicyData, Threshold } from './policy-data';
import {
  type CriterionSetting,
  type FactShape,
  type Parameters,
  checkCriterion,
  compileCriterion,
  forProfile,
  strayProfile,
} from './load-criterion';
import { type Read, loadFindings, loadSelectors, loadValueSets, loadVocabulary } from './load-vocabulary';
import { VALUE_SETS, type ValueSetName } from './names';
import {
  cardWordingSchema,
  codingRulesSchema,
  criteriaSchema,
  parametersSchema,
  policySchema,
  proceduresSchema,
  profilesSchema,
  serviceSchema,
  sourcesSchema,
} from './schema';
import type { ValueSet } from './value-set';
import { PolicyError, type YamlFile, readYaml } from './yaml-file';

interface Shared {
  readonly criteria: YamlFile<z.output<typeof criteriaSchema>>;
  readonly parameters: YamlFile<Parameters>;
}

interface PolicySetting extends Omit<CriterionSetting, 'parameters'> {
  readonly shared: Shared;
  readonly valueSets: ReadonlyMap<string, ValueSet>;
}

function checkParameters(file: YamlFile<Parameters>, setting: PolicySetting): void {
  for (const [name, parameter] of Object.entries(file.data)) {
    for (const profile of setting.profiles) {
      const value = parameter.values[profile];
      if (!value)
        throw file.mistake([name, 'values'], `no value for the profile "${profile}"; write null for none`);
      const unknown = value.sources.find((source) => !setting.sources.has(source));
      if (unknown !== undefined)
        throw file.mistake([name, 'values', profile], `there is no source "${unknown}"`);
    }
    const stray = strayProfile(parameter.values, setting.profiles);
    if (stray !== undefined) throw file.mistake([name, 'values', stray], `there is no profile "${stray}"`);
  }
}

function loadPolicy(name: string, read: Read, setting: PolicySetting): Policy {
  const file = read(`policies/${name}/policy.yaml`, policySchema);
  if (file.data.id !== name) throw file.mistake(['id'], 'the id must be the name of the folder');
  const own = read(`policies/${name}/parameters.yaml`, parametersSchema);
  checkParameters(own, setting);
  const parameters = { ...setting.shared.parameters.data, ...own.data };
  const criterionSetting: CriterionSetting = { ...setting, parameters };

  const sharedCriteria = setting.shared.criteria;
  const entries = [
    ...file.data.criteria.map((source, i) => ({
      source,
      at: (path: readonly string[], s: string) =>
        file.mistake(['criteria', i, ...path], `${source.id}: ${s}`),
    })),
    ...file.data.includes.map((id, i) => {
      const index = sharedCriteria.data.criteria.findIndex((criterion) => criterion.id === id);
      const source = sharedCriteria.data.criteria[index];
      if (!source) throw file.mistake(['includes', i], `there is no shared criterion "${id}"`);
      if (file.data.includes.indexOf(id) < i)
        throw file.mistake(['includes', i], `${id}: this id is used twice`);
      return {
        source,
        at: (path: readonly string[], s: string) =>
          sharedCriteria.mistake(['criteria', index, ...path], `${id}: ${s}`),
      };
    }),
  ];
  const seen = new Set<string>();
  for (const { source, at } of entries) {
    if (seen.has(source.id)) throw at(['id'], 'this id is used twice');
    seen.add(source.id);
    checkCriterion(source, criterionSetting, at);
  }

  const valueSetsOf = (ids: readonly string[], ...path: string[]): ValueSet[] =>
    ids.map((id) => {
      const set = setting.valueSets.get(id);
      if (!set) throw file.mistake(['diagnoses', ...path], `there is no value set "${id}"`);
      return set;
    });
  const stray = strayProfile(file.data.diagnoses.supported, setting.profiles);
  if (stray !== undefined)
    throw file.mistake(['diagnoses', 'supported', stray], `there is no profile "${stray}"`);
  const supported = new Map(
    setting.profiles.map((profile) => {
      const ids = forProfile(file.data.diagnoses.supported, profile);
      if (!ids) throw file.mistake(['diagnoses', 'supported'], `nothing for the profile "${profile}"`);
      return [profile, valueSetsOf(ids, 'supported', profile)];
    }),
  );
  const criteria = new Map(
    setting.profiles.map((profile) => [
      profile,
      entries.map(({ source, at }) => compileCriterion(source, profile, criterionSetting, at)),
    ]),
  );
  for (const { source, at } of entries) {
    const compiled = compileCriterion(source, setting.profiles[0] ?? '', criterionSetting, at);
    for (const fact of compiled.facts) {
      const missing = setting.facts[fact]?.thresholds.find((threshold) => !parameters[threshold]);
      if (missing !== undefined)
        throw at(['met'], `the fact "${fact}" needs "${missing}" in parameters.yaml`);
    }
  }
  return {
    id: file.data.id,
    version: file.data.version,
    title: file.data.title,
    short: file.data.short,
    approvedBy: file.data.approvedBy,
    excludedDiagnoses: valueSetsOf(file.data.diagnoses.excluded, 'excluded'),
    supportedDiagnoses: (profile) => supported.get(profile) ?? [],
    criteria: (profile) => criteria.get(profile) ?? [],
    threshold: (profile, parameter): Threshold => parameters[parameter]?.values[profile]?.value ?? undefined,
  };
}

export function find<T>(map: ReadonlyMap<string, T>, name: string): T {
  const value = map.get(name);
  if (value === undefined) throw new Error(`not in the policy data: ${name}`);
  return value;
}

/**
 * Reads, checks and compiles everything in the policy folder. Throws a PolicyError naming file, line and what is
 * wrong; a bad policy stops the start, never a request.
 */
export function loadPolicyData(folder: string, facts: Readonly<Record<string, FactShape>>): PolicyData {
  const read: Read = (name, schema) =>
    readYaml(join(folder, name), join('cds-services', relative(folder, join(folder, name))), schema);
  const valueSets = loadValueSets(folder, read);
  for (const name of VALUE_SETS) {
    if (!valueSets.has(name))
      throw new PolicyError(`cds-services/value-sets/${name}.yaml:1: the file is missing`);
  }
  const selectors = loadSelectors(read, valueSets);
  const vocabulary = loadVocabulary(read);
  const findings = loadFindings(read, facts);
  const sources = read('sources.yaml', sourcesSchema).data;
  const profiles = read('profiles.yaml', profilesSchema).data;
  const procedures = read('procedures.yaml', proceduresSchema).data;
  const codingRules = read('coding-rules.yaml', codingRulesSchema).data;
  const wording = read('cards.yaml', cardWordingSchema).data;
  const service = read('nerve-block-order-sign.yaml', serviceSchema).data;

  const setting: PolicySetting = {
    profiles: Object.keys(profiles),
    facts,
    sources: new Set(Object.keys(sources)),
    remedies: new Set(Object.keys(wording.remedies)),
    shared: {
      criteria: read('policies/_shared/criteria.yaml', criteriaSchema),
      parameters: read('policies/_shared/parameters.yaml', parametersSchema),
    },
    valueSets,
  };
  checkParameters(setting.shared.parameters, setting);
  const policies = readdirSync(join(folder, 'policies'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('_'))
    .map((entry) => loadPolicy(entry.name, read, setting));

  return {
    service,
    profiles: new Map(Object.entries(profiles).map(([id, profile]) => [id, { id, ...profile }])),
    policies: new Map(policies.map((policy) => [policy.id, policy])),
    procedures: new Map(procedures.procedures.map((procedure) => [procedure.code, procedure])),
    companions: new Map(procedures.companions.map((companion) => [companion.code, companion])),
    sources: new Map(Object.entries(sources).map(([id, source]) => [id, { id, ...source }])),
    excludes1: codingRules.excludes1,
    misnamed: codingRules.misnamed,
    wording,
    valueSet: (name: ValueSetName) => find(valueSets, name),
    selector: (name) => find(selectors, name),
    vocabulary: (name) => find(vocabulary, name),
    finding: (fact, finding) => find(findings, `${fact}.${finding}`),
  };
}
