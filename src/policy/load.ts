import { join } from 'node:path';
import type { z } from 'zod';
import type { PolicyData, Procedure, Profile, RequestDefinition } from './policy-data';
import type { FactShape, Lineage } from './load-criterion';
import { type PolicyFile, type PolicySetting, loadPolicy, readParameters } from './load-policy';
import { type Read, loadAllFindings, loadSelectors, loadValueSets, loadVocabulary } from './load-vocabulary';
import { VALUE_SETS, type ValueSetName } from './names';
import { filesIn, foldersIn, readPolicyFiles, type PolicyFiles } from './policy-files';
import { policySchema, sharedSchema } from './policy-schema';
import {
  codingRulesSchema,
  conditionsSchema,
  contradictionsSchema,
  companionsSchema,
  discoverySchema,
  opioidFactorsSchema,
  profilesSchema,
  requestsSchema,
  sourcesSchema,
} from './schema';
import { type ValueSet, compileValueSet, wholeWords } from './value-set';
import { cardWordingSchema } from './wording-schema';
import { PolicyError, readYaml, type YamlFile } from './yaml-file';

/** Where the policy data lies. */
export const POLICY_FOLDER = join(__dirname, '..', '..', 'cds-services');

/** What stands under the name; a name that is not there is a mistake of the code. */
export function find<T>(map: ReadonlyMap<string, T>, name: string): T {
  const value = map.get(name);
  if (value === undefined) throw new Error(`not in the policy data: ${name}`);
  return value;
}

/** The value set by which earlier blocks are found: every code that a policy is for. */
const PROCEDURE_CODES = 'procedure-codes';

function procedureCodes(procedures: readonly Procedure[]): ValueSet {
  const concepts = procedures.map(({ code, label }) => ({ system: 'cpt' as const, code, label }));
  return compileValueSet({
    id: PROCEDURE_CODES,
    title: 'Nerve blocks that a policy is for',
    concepts,
    names: [],
    notNames: [],
    nameExceptions: [],
    excludes: [],
    singleIngredient: false,
  });
}

/** The file of each policy; the folder has its name. */
function policyFiles(folders: readonly string[], read: Read): PolicyFile[] {
  return folders.map((name) => {
    const file = read(`policies/${name}/policy.yaml`, policySchema);
    if (file.data.id !== name) throw file.mistake(['id'], 'the id must be the name of the folder');
    return file;
  });
}

/** The procedures of all policies; a code belongs to one of them. */
function proceduresOf(files: readonly PolicyFile[]): Procedure[] {
  const owners = new Map<string, string>();
  return files.flatMap((file) =>
    file.data.procedures.map((procedure, i) => {
      const { id: family } = file.data;
      const owner = owners.get(procedure.code);
      if (owner !== undefined)
        throw file.mistake(
          ['procedures', i, 'code'],
          `${procedure.code} is a code of ${owner === family ? 'this policy already' : `the policy ${owner}`}`,
        );
      owners.set(procedure.code, family);
      return { ...procedure, family };
    }),
  );
}

/** The codes and kinds that procedures name are those of other procedures. */
function checkProcedures(files: readonly PolicyFile[], procedures: readonly Procedure[]): void {
  const codes = new Set(procedures.map(({ code }) => code));
  const kinds = new Set(procedures.map(({ kind }) => kind));
  for (const file of files) {
    file.data.procedures.forEach(({ addOnTo = [], otherRegion, muscles, notWith = [] }, i) => {
      const named = [
        ...addOnTo.map((code) => ['addOnTo', code] as const),
        ...(otherRegion === undefined ? [] : [['otherRegion', otherRegion] as const]),
        ...(muscles ? [['muscles', muscles.otherwise] as const] : []),
      ];
      const stray = named.find(([, code]) => !codes.has(code));
      if (stray) throw file.mistake(['procedures', i, stray[0]], `no policy is for the code ${stray[1]}`);
      const kind = notWith.find((name) => !kinds.has(name));
      if (kind !== undefined)
        throw file.mistake(['procedures', i, 'notWith'], `there is no procedure of the kind "${kind}"`);
    });
  }
}

/** The codes that only accompany a procedure; none is a procedure itself. */
function companionsOf(
  file: YamlFile<z.infer<typeof companionsSchema>>,
  procedures: readonly Procedure[],
): PolicyData['companions'] {
  const clash = file.data.findIndex(({ code }) => procedures.some((procedure) => procedure.code === code));
  if (clash >= 0)
    throw file.mistake([clash, 'code'], `${file.data[clash]?.code} is a code of a policy, and stands alone`);
  return new Map(file.data.map((companion) => [companion.code, companion]));
}

/** A shared criterion is written once. */
function checkSharedIds(shared: PolicySetting['shared']): void {
  const seen = new Set<string>();
  for (const file of shared) {
    file.data.criteria.forEach(({ id }, i) => {
      if (seen.has(id)) throw file.mistake(['criteria', i, 'id'], `${id}: this id is used twice`);
      seen.add(id);
    });
  }
}

/** Each profile with those that it is based on. */
function lineages(file: YamlFile<z.infer<typeof profilesSchema>>): ReadonlyMap<string, Lineage> {
  return new Map(
    Object.entries(file.data).map(([id, { basedOn }]): [string, Lineage] => {
      if (basedOn === undefined) return [id, [id]];
      const base = file.data[basedOn];
      if (!base) throw file.mistake([id, 'basedOn'], `there is no profile "${basedOn}"`);
      if (base.basedOn !== undefined)
        throw file.mistake([id, 'basedOn'], `"${basedOn}" is based on another profile itself`);
      return [id, [id, basedOn]];
    }),
  );
}

/** The contradictions, of sources and policies that there are. */
function contradictionsOf(
  file: YamlFile<z.infer<typeof contradictionsSchema>>,
  sources: ReadonlySet<string>,
  policies: readonly string[],
): PolicyData['contradictions'] {
  return Object.entries(file.data).map(([id, contradiction]) => {
    const source = contradiction.sources.find((name) => !sources.has(name));
    if (source !== undefined) throw file.mistake([id, 'sources'], `there is no source "${source}"`);
    const policy = contradiction.policies.find((name) => !policies.includes(name));
    if (policy !== undefined) throw file.mistake([id, 'policies'], `there is no policy "${policy}"`);
    return { id, ...contradiction };
  });
}

/** The profile with the names of its coverage compiled. */
function compileProfile(
  id: string,
  { coverage, ...source }: z.infer<typeof profilesSchema>[string],
): Profile {
  if (!coverage) return { id, ...source };
  const { names, notNames, agency } = coverage;
  const compiled = { names: wholeWords(names), notNames: wholeWords(notNames), agency: wholeWords(agency) };
  return { id, ...source, coverage: { ...coverage, ...compiled } };
}

/** What can be asked for, by facts that there are. */
function requestsOf(
  file: YamlFile<z.infer<typeof requestsSchema>>,
  facts: Readonly<Record<string, FactShape>>,
  valueSets: ReadonlyMap<string, ValueSet>,
): PolicyData['requests'] {
  const requests = new Map<string, RequestDefinition>();
  for (const [name, { orderedAs: setName, ...request }] of Object.entries(file.data)) {
    const unknown = request.for.findIndex((fact) => !Object.hasOwn(facts, fact));
    if (unknown >= 0)
      throw file.mistake([name, 'for', unknown], `there is no fact "${String(request.for[unknown])}"`);
    const findings = new Set(request.for.flatMap((fact) => facts[fact]?.findings ?? []));
    for (const member of ['findings', 'also'] as const) {
      const strange = request[member]?.find((finding) => !findings.has(finding));
      if (strange !== undefined)
        throw file.mistake([name, member], `none of its facts reports the finding "${strange}"`);
    }
    const orderedAs = setName === undefined ? undefined : valueSets.get(setName);
    if (setName !== undefined && !orderedAs)
      throw file.mistake([name, 'orderedAs'], `there is no value set "${setName}"`);
    requests.set(name, { ...request, ...(orderedAs && { orderedAs }) });
  }
  return requests;
}

/** Reads, checks and compiles everything in the policy folder. */
export function loadPolicyData(folder: string, facts: Readonly<Record<string, FactShape>>): PolicyData {
  return compilePolicyData(readPolicyFiles(folder), facts);
}

/**
 * Checks and compiles the files of the policy folder. Throws a PolicyError naming file, line and what is wrong; a bad policy
 * stops the start, never a request.
 */
export function compilePolicyData(
  files: PolicyFiles,
  facts: Readonly<Record<string, FactShape>>,
): PolicyData {
  const read: Read = (name, schema) => readYaml(files.get(name), `cds-services/${name}`, schema);
  const folders = foldersIn(files, 'policies').filter((name) => !name.startsWith('_'));
  if (folders.length === 0) throw new PolicyError('cds-services/policies: there is no policy in it');
  const valueSets = new Map<string, ValueSet>();
  for (const at of ['value-sets', ...folders.map((name) => `policies/${name}/value-sets`)])
    loadValueSets(files, at, read, valueSets);
  const policySources = policyFiles(folders, read);
  const procedures = proceduresOf(policySources);
  checkProcedures(policySources, procedures);
  valueSets.set(PROCEDURE_CODES, procedureCodes(procedures));
  for (const name of VALUE_SETS) {
    if (!valueSets.has(name))
      throw new PolicyError(`cds-services/value-sets/${name}.yaml:1: the file is missing`);
  }
  const discovery = read('discovery.yaml', discoverySchema).data;
  const selectors = loadSelectors(read, valueSets, discovery.prefetch);
  const vocabulary = loadVocabulary(read);
  const sources = read('sources.yaml', sourcesSchema).data;
  const profilesFile = read('profiles.yaml', profilesSchema);
  const profiles = profilesFile.data;
  const lineage = lineages(profilesFile);
  const companions = companionsOf(read('companions.yaml', companionsSchema), procedures);
  const codingRules = read('coding-rules.yaml', codingRulesSchema).data;
  const opioidFactors = read('opioid-factors.yaml', opioidFactorsSchema).data;
  const wording = read('cards.yaml', cardWordingSchema).data;
  const requests = read('requests.yaml', requestsSchema);

  const known = {
    profiles: Object.keys(profiles),
    lineage: (profile: string): Lineage => find(lineage, profile),
    sources: new Set(Object.keys(sources)),
  };
  const setting: PolicySetting = {
    ...known,
    files,
    read,
    facts,
    nerves: new Set(codingRules.nerves.map(({ nerve }) => nerve)),
    remedies: new Set(Object.keys(wording.remedies)),
    conditions: new Map(Object.entries(read('conditions.yaml', conditionsSchema).data)),
    shared: filesIn(files, 'policies/_shared').map((name) => {
      const file = read(`policies/_shared/${name}`, sharedSchema);
      const mistake = (path: readonly PropertyKey[], sentence: string): PolicyError =>
        file.mistake(['parameters', ...path], sentence);
      const parameters = readParameters(file.data.parameters, mistake, known);
      return { ...file, data: { ...file.data, parameters } };
    }),
    valueSets,
    findings: loadAllFindings(read, facts),
  };
  checkSharedIds(setting.shared);
  const policies = policySources.map((file) => {
    const own = procedures.filter(({ family }) => family === file.data.id);
    return loadPolicy(file, own, setting);
  });

  return {
    discovery: {
      ...discovery,
      services: discovery.services.map((service) => ({
        ...service,
        description: withCodes(service.description, procedures),
      })),
    },
    profiles: new Map(Object.entries(profiles).map(([id, source]) => [id, compileProfile(id, source)])),
    policies: new Map(policies.map((policy) => [policy.id, policy])),
    procedures: new Map(procedures.map((procedure) => [procedure.code, procedure])),
    companions,
    sources: new Map(Object.entries(sources).map(([id, source]) => [id, { id, ...source }])),
    contradictions: contradictionsOf(
      read('contradictions.yaml', contradictionsSchema),
      known.sources,
      folders,
    ),
    excludes1: codingRules.excludes1,
    misnamed: codingRules.misnamed,
    nerves: codingRules.nerves,
    opioidFactors: new Map(Object.entries(opioidFactors)),
    requests: requestsOf(requests, facts, valueSets),
    wording,
    valueSets,
    valueSet: (name: ValueSetName) => find(valueSets, name),
    selector: (name) => find(selectors, name),
    vocabulary: (name) => find(vocabulary, name),
  };
}

/** Says for which codes the service has a policy. */
function withCodes(description: string, procedures: readonly Procedure[]): string {
  const codes = [...new Set(procedures.map(({ code }) => code))].toSorted();
  return description.replace('{codes}', codes.join(', '));
}
