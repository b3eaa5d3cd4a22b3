import { readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { z } from 'zod';
import { compileCondition, compileSelector, conditionReferences } from './expression';
import type { Criterion, FindingWording, Policy, PolicyLibrary, Selector, Threshold } from './library';
import { SELECTORS, VALUE_SETS, VOCABULARY, type SelectorName, type ValueSetName } from './names';
import {
  cardWordingSchema,
  codingRulesSchema,
  criteriaSchema,
  findingsSchema,
  parametersSchema,
  policySchema,
  proceduresSchema,
  profilesSchema,
  selectorsSchema,
  serviceSchema,
  sourcesSchema,
  valueSetSchema,
  vocabularySchema,
  type CriterionSource,
} from './schema';
import { compileValueSet, type ValueSet } from './value-set';
import { PolicyError, readYaml, type YamlFile } from './yaml-file';

/** What the loader must know about a fact to check the data that names it. */
export interface FactShape {
  readonly fields: readonly string[];
  readonly findings: readonly string[];
  readonly thresholds: readonly string[];
  readonly words: readonly string[];
}

type Read = <S extends z.ZodType>(name: string, schema: S) => YamlFile<z.output<S>>;
type Parameters = z.output<typeof parametersSchema>;

type OfProfile<V> = V extends string | readonly unknown[]
  ? V
  : V extends Readonly<Record<string, infer U>>
    ? U
    : never;

/** A value that is the same for all profiles, or one a profile. */
function forProfile<V>(value: V, profile: string): OfProfile<V> | undefined {
  const isPerProfile = typeof value === 'object' && value !== null && !Array.isArray(value);
  return (isPerProfile ? (value as Readonly<Record<string, unknown>>)[profile] : value) as
    OfProfile<V> | undefined;
}

function placeholders(template: string): string[] {
  return [...template.matchAll(/\{(\w+)\}/gu)].map((match) => match[1] ?? '');
}

function loadValueSets(folder: string, read: Read): Map<string, ValueSet> {
  const sets = new Map<string, ValueSet>();
  for (const name of readdirSync(join(folder, 'value-sets')).filter((file) => file.endsWith('.yaml'))) {
    const file = read(`value-sets/${name}`, valueSetSchema);
    if (`${file.data.id}.yaml` !== name) throw file.mistake(['id'], 'the id must be the name of the file');
    sets.set(file.data.id, compileValueSet(file.data));
  }
  return sets;
}

function loadSelectors(read: Read, valueSets: ReadonlyMap<string, ValueSet>): Map<string, Selector> {
  const file = read('selectors.yaml', selectorsSchema);
  const selectors = new Map<string, Selector>();
  for (const [name, source] of Object.entries(file.data)) {
    const codes = (source.codes ?? []).map((set, i) => {
      const valueSet = valueSets.get(set);
      if (!valueSet) throw file.mistake([name, 'codes', i], `there is no value set "${set}"`);
      return valueSet;
    });
    let where: Selector['where'];
    if (source.where !== undefined) {
      try {
        where = compileSelector(source.where);
      } catch (error) {
        throw file.mistake([name, 'where'], `not FHIRPath: ${(error as Error).message.split('\n')[0]}`);
      }
    }
    selectors.set(name, {
      name: name as SelectorName,
      from: source.from,
      codes,
      ...(source.category !== undefined && { category: source.category }),
      ...(source.status && { status: new Set(source.status) }),
      ...(where && { where }),
    });
  }
  for (const name of SELECTORS) {
    if (!selectors.has(name)) throw file.mistake([], `the selector "${name}" is missing`);
  }
  return selectors;
}

function loadVocabulary(read: Read): Map<string, RegExp> {
  const file = read('vocabulary.yaml', vocabularySchema);
  const vocabulary = new Map<string, RegExp>();
  for (const [name, patterns] of Object.entries(file.data)) {
    try {
      vocabulary.set(name, new RegExp(`(?<![\\p{L}])(?:${patterns.join('|')})`, 'iu'));
    } catch (error) {
      throw file.mistake([name], (error as Error).message);
    }
  }
  for (const name of VOCABULARY) {
    if (!vocabulary.has(name)) throw file.mistake([], `the vocabulary "${name}" is missing`);
  }
  return vocabulary;
}

function loadFindings(read: Read, facts: Readonly<Record<string, FactShape>>): Map<string, FindingWording> {
  const file = read('findings.yaml', findingsSchema);
  const findings = new Map<string, FindingWording>();
  for (const [fact, shape] of Object.entries(facts)) {
    for (const finding of shape.findings) {
      const wording = file.data[fact]?.[finding];
      if (!wording)
        throw file.mistake([fact], `the fact "${fact}" has no sentence for its finding "${finding}"`);
      for (const template of [wording.found, wording.todo ?? '', wording.gap ?? '']) {
        const unknown = placeholders(template).find(
          (word) => !shape.words.includes(word) && !shape.thresholds.includes(word),
        );
        if (unknown !== undefined) {
          throw file.mistake([fact, finding], `"${unknown}" is not something the fact "${fact}" can say`);
        }
      }
      findings.set(`${fact}.${finding}`, wording);
    }
  }
  for (const fact of Object.keys(file.data)) {
    const known = facts[fact];
    const extra = Object.keys(file.data[fact] ?? {}).find((finding) => !known?.findings.includes(finding));
    if (extra !== undefined)
      throw file.mistake([fact, extra], `no fact "${fact}" reports the finding "${extra}"`);
  }
  return findings;
}

interface CriterionSetting {
  readonly profiles: readonly string[];
  readonly facts: Readonly<Record<string, FactShape>>;
  readonly sources: ReadonlySet<string>;
  readonly parameters: Parameters;
  readonly remedies: ReadonlySet<string>;
}

/** Checks one criterion against everything it names; `mistake` takes the member that is wrong. */
function checkCriterion(
  source: CriterionSource,
  setting: CriterionSetting,
  mistake: (member: string, sentence: string) => PolicyError,
): void {
  for (const member of [
    'severity',
    'applies',
    'met',
    'required',
    'todo',
    'gap',
    'remedy',
    'sources',
  ] as const) {
    const value: unknown = source[member];
    if (typeof value !== 'object' || value === null || Array.isArray(value)) continue;
    const stray = Object.keys(value).find((profile) => !setting.profiles.includes(profile));
    if (stray !== undefined) throw mistake(member, `there is no profile "${stray}"`);
  }
  for (const profile of setting.profiles) {
    const severity = forProfile(source.severity, profile);
    if (severity === undefined)
      throw mistake('severity', `no severity for the profile "${profile}"; write none`);
    if (severity === 'none') continue;
    for (const member of ['met', 'required', 'sources'] as const) {
      if (forProfile(source[member], profile) === undefined) {
        throw mistake(member, `nothing for the profile "${profile}"`);
      }
    }
    const unknownSource = forProfile(source.sources, profile)?.find((id) => !setting.sources.has(id));
    if (unknownSource !== undefined) throw mistake('sources', `there is no source "${unknownSource}"`);
    const remedies = [forProfile(source.remedy, profile) ?? []].flat();
    const unknownRemedy = remedies.find((remedy) => !setting.remedies.has(remedy));
    if (unknownRemedy !== undefined)
      throw mistake('remedy', `there is no remedy "${unknownRemedy}" in cards.yaml`);
    const required = forProfile(source.required, profile) ?? '';
    const unknownParameter = placeholders(required).find(
      (name) => typeof setting.parameters[name]?.values[profile]?.value !== 'number',
    );
    if (unknownParameter !== undefined) {
      throw mistake(
        'required',
        `"${unknownParameter}" has no number for the profile "${profile}" in parameters.yaml`,
      );
    }
  }
}

function factsNamed(expression: string, facts: Readonly<Record<string, FactShape>>): string[] {
  const names = new Set<string>();
  for (const { fact, field } of conditionReferences(expression)) {
    if (!facts[fact]?.fields.includes(field)) throw new Error(`there is no fact %${fact}.${field}`);
    names.add(fact);
  }
  if (names.size === 0) throw new Error('a condition must name a fact');
  return [...names];
}

function compileCriterion(
  source: CriterionSource,
  profile: string,
  setting: CriterionSetting,
  mistake: (member: string, sentence: string) => PolicyError,
): Criterion {
  const severity = forProfile(source.severity, profile) ?? 'none';
  const asked = severity !== 'none';
  const elsewhere = setting.profiles
    .map((other) => forProfile(source.severity, other))
    .find((s) => s !== 'none');
  const anyCondition = typeof source.met === 'string' ? source.met : (Object.values(source.met)[0] ?? '');
  const met = forProfile(source.met, profile) ?? anyCondition;
  const applies = forProfile(source.applies, profile);
  const compile = (member: 'met' | 'applies', expression: string) => {
    try {
      return { facts: factsNamed(expression, setting.facts), condition: compileCondition(expression) };
    } catch (error) {
      throw mistake(member, (error as Error).message);
    }
  };
  const metCompiled = compile('met', met);
  const appliesCompiled = applies === undefined ? undefined : compile('applies', applies);
  const facts = [...new Set([...(appliesCompiled?.facts ?? []), ...metCompiled.facts])];
  const severityWhen: Record<string, Criterion['severity']> = {};
  for (const [finding, value] of Object.entries(source.severityWhen ?? {})) {
    if (!facts.some((fact) => setting.facts[fact]?.findings.includes(finding))) {
      throw mistake('severityWhen', `none of its facts reports the finding "${finding}"`);
    }
    const forThis = forProfile(value, profile);
    if (forThis) severityWhen[finding] = forThis;
  }
  const todo = forProfile(source.todo, profile);
  const gap = forProfile(source.gap, profile);
  return {
    id: source.id,
    title: source.title,
    asked,
    severity: severity === 'none' ? (elsewhere ?? 'caution') : severity,
    severityWhen,
    ...(appliesCompiled && { applies: appliesCompiled.condition }),
    met: metCompiled.condition,
    metFacts: metCompiled.facts,
    facts,
    required: forProfile(source.required, profile) ?? '',
    ...(todo !== undefined && { todo }),
    ...(gap !== undefined && { gap }),
    quietWhenMet: source.quietWhenMet,
    remedies: [forProfile(source.remedy, profile) ?? []].flat(),
    sources: forProfile(source.sources, profile) ?? [],
  };
}

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
    const stray = Object.keys(parameter.values).find((profile) => !setting.profiles.includes(profile));
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
      at: (m: string, s: string) => file.mistake(['criteria', i, m], `${source.id}: ${s}`),
    })),
    ...file.data.includes.map((id, i) => {
      const index = sharedCriteria.data.criteria.findIndex((criterion) => criterion.id === id);
      const source = sharedCriteria.data.criteria[index];
      if (!source) throw file.mistake(['includes', i], `there is no shared criterion "${id}"`);
      return {
        source,
        at: (m: string, s: string) => sharedCriteria.mistake(['criteria', index, m], `${id}: ${s}`),
      };
    }),
  ];
  const seen = new Set<string>();
  for (const { source, at } of entries) {
    if (seen.has(source.id)) throw at('id', 'this id is used twice');
    seen.add(source.id);
    checkCriterion(source, criterionSetting, at);
  }

  const valueSetsOf = (ids: readonly string[], member: string): ValueSet[] =>
    ids.map((id) => {
      const set = setting.valueSets.get(id);
      if (!set) throw file.mistake(['diagnoses', member], `there is no value set "${id}"`);
      return set;
    });
  const supported = new Map(
    setting.profiles.map((profile) => [
      profile,
      valueSetsOf(forProfile(file.data.diagnoses.supported, profile) ?? [], 'supported'),
    ]),
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
      if (missing !== undefined) throw at('met', `the fact "${fact}" needs "${missing}" in parameters.yaml`);
    }
  }
  return {
    id: file.data.id,
    version: file.data.version,
    title: file.data.title,
    short: file.data.short,
    approvedBy: file.data.approvedBy,
    excludedDiagnoses: valueSetsOf(file.data.diagnoses.excluded, 'excluded'),
    openDiagnoses: valueSetsOf(file.data.diagnoses.open, 'open'),
    supportedDiagnoses: (profile) => supported.get(profile) ?? [],
    criteria: (profile) => criteria.get(profile) ?? [],
    threshold: (profile, parameter): Threshold => parameters[parameter]?.values[profile]?.value ?? undefined,
  };
}

function find<T>(map: ReadonlyMap<string, T>, name: string): T {
  const value = map.get(name);
  if (value === undefined) throw new Error(`not in the policy data: ${name}`);
  return value;
}

/**
 * Reads, checks and compiles everything in the policy folder. Throws a PolicyError naming file, line and what is
 * wrong; a bad policy stops the start, never a request.
 */
export function loadPolicyLibrary(folder: string, facts: Readonly<Record<string, FactShape>>): PolicyLibrary {
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
