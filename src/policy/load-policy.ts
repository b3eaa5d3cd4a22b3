import type { Criterion, OtherView, Policy, Procedure, Threshold } from './policy-data';
import {
  type CriterionSetting,
  type Parameters,
  checkCriterion,
  compileCriterion,
  compileOtherView,
  forProfile,
  strayProfile,
} from './load-criterion';
import { byProfile, diagnosesOf } from './load-diagnoses';
import { type Findings, type Read, loadFindings } from './load-vocabulary';
import {
  type CriterionSource,
  type IncludeSource,
  parametersSchema,
  type policySchema as PolicySchema,
  type sharedSchema as SharedSchema,
} from './policy-schema';
import type { z } from 'zod';
import type { PolicyFiles } from './policy-files';
import type { ValueSet } from './value-set';
import type { PolicyError, YamlFile } from './yaml-file';

export interface PolicySetting extends Omit<CriterionSetting, 'parameters'> {
  readonly files: PolicyFiles;
  readonly read: Read;
  readonly shared: readonly YamlFile<z.output<typeof SharedSchema>>[];
  readonly valueSets: ReadonlyMap<string, ValueSet>;
  readonly findings: Findings;
  /** The nerves that coding-rules.yaml knows by words. */
  readonly nerves: ReadonlySet<string>;
}

/** A criterion with the place where a mistake in it is found. */
interface Placed {
  readonly source: CriterionSource;
  readonly at: (path: readonly string[], sentence: string) => PolicyError;
}

export type PolicyFile = YamlFile<z.output<typeof PolicySchema>>;

/** Checks that every number has a value, or null, and known sources for every profile. */
function checkParameters(
  parameters: Parameters,
  mistake: (path: readonly PropertyKey[], sentence: string) => PolicyError,
  { profiles, sources, lineage }: Pick<PolicySetting, 'profiles' | 'sources' | 'lineage'>,
): void {
  for (const [name, parameter] of Object.entries(parameters)) {
    for (const profile of profiles) {
      const value = forProfile(parameter.values, lineage(profile));
      if (!value)
        throw mistake([name, 'values'], `no value for the profile "${profile}"; write null for none`);
      const unknown = [value, ...(value.earlier ?? [])]
        .flatMap((one) => one.sources)
        .find((source) => !sources.has(source));
      if (unknown !== undefined) throw mistake([name, 'values', profile], `there is no source "${unknown}"`);
    }
    const stray = strayProfile(parameter.values, profiles);
    if (stray !== undefined) throw mistake([name, 'values', stray], `there is no profile "${stray}"`);
  }
}

/** A shared criterion with what the policy has otherwise. */
function included(include: IncludeSource, i: number, file: PolicyFile, setting: PolicySetting): Placed {
  const changes = typeof include === 'string' ? { id: include } : include;
  for (const shared of setting.shared) {
    const index = shared.data.criteria.findIndex((criterion) => criterion.id === changes.id);
    const source = shared.data.criteria[index];
    if (!source) continue;
    const isOwn = (path: readonly string[]): boolean => path[0] !== undefined && path[0] in changes;
    return {
      source: { ...source, ...changes } as CriterionSource,
      at: (path, sentence) =>
        isOwn(path)
          ? file.mistake(['includes', i, ...path], `${changes.id}: ${sentence}`)
          : shared.mistake(['criteria', index, ...path], `${changes.id}: ${sentence}`),
    };
  }
  throw file.mistake(['includes', i], `there is no shared criterion "${changes.id}"`);
}

function criteriaOf(file: PolicyFile, setting: CriterionSetting & PolicySetting): Placed[] {
  const placed: Placed[] = [
    ...file.data.criteria.map((source, i) => ({
      source,
      at: (path: readonly string[], sentence: string) =>
        file.mistake(['criteria', i, ...path], `${source.id}: ${sentence}`),
    })),
    ...file.data.includes.map((include, i) => included(include, i, file, setting)),
  ];
  const seen = new Set<string>();
  placed.forEach(({ source, at }, i) => {
    if (seen.has(source.id)) {
      const own = i - file.data.criteria.length;
      throw own >= 0
        ? file.mistake(['includes', own], `${source.id}: this id is used twice`)
        : at(['id'], 'this id is used twice');
    }
    seen.add(source.id);
    checkCriterion(source, setting, at);
  });
  return placed;
}

function otherViewsOf(file: PolicyFile, setting: CriterionSetting): (profile: string) => OtherView[] {
  const views = byProfile(setting.profiles, (profile) =>
    file.data.otherViews.flatMap(
      (source, i) =>
        compileOtherView(source, profile, setting, (path, sentence) =>
          file.mistake(['otherViews', i, ...path], sentence),
        ) ?? [],
    ),
  );
  return (profile) => views(profile) ?? [];
}

/** Checked numbers, each with a value for every profile, be it that of the one it is based on. */
export function readParameters(
  written: Parameters,
  mistake: (path: readonly PropertyKey[], sentence: string) => PolicyError,
  setting: Pick<PolicySetting, 'profiles' | 'sources' | 'lineage'>,
): Parameters {
  checkParameters(written, mistake, setting);
  const { profiles, lineage } = setting;
  return Object.fromEntries(
    Object.entries(written).map(([name, parameter]) => {
      const values = profiles.flatMap((profile) => {
        const value = forProfile(parameter.values, lineage(profile));
        return value ? [[profile, value] as const] : [];
      });
      return [name, { ...parameter, values: Object.fromEntries(values) }];
    }),
  );
}

/** The numbers of the shared files whose criteria the policy includes, and its own, which come first. */
function parametersOf(file: PolicyFile, setting: PolicySetting): Parameters {
  const at = `policies/${file.data.id}/parameters.yaml`;
  const numbers = setting.files.has(at) ? setting.read(at, parametersSchema) : undefined;
  const own =
    numbers && readParameters(numbers.data, (path, sentence) => numbers.mistake(path, sentence), setting);
  const wanted = new Set(file.data.includes.map((entry) => (typeof entry === 'string' ? entry : entry.id)));
  const shared = setting.shared
    .filter(({ data }) => data.criteria.length === 0 || data.criteria.some(({ id }) => wanted.has(id)))
    .map(({ data }) => data.parameters);
  return Object.assign({}, ...shared, own) as Parameters;
}

/** What is wrong with the days of a number, the latest first: each must have changed with a version. */
function daysMistake(days: readonly string[], versionDays: readonly string[]): string | undefined {
  const changes = days.slice(0, -1);
  if (changes.some((day, i) => (days[i + 1] ?? '') >= day)) return 'has its values not with the latest first';
  const stray = changes.find((day) => !versionDays.includes(day));
  if (stray !== undefined) return `changes on ${stray}, on which no version of the policy begins`;
  const [first = ''] = versionDays.slice(-1);
  return (days.at(-1) ?? '') > first
    ? `begins on ${days.at(-1)}, after the policy: write under "earlier" what it was from ${first} on`
    : undefined;
}

function isOlder(version: string, than: string): boolean {
  const [a, b] = [version, than].map((text) => text.split('.').map(Number));
  const differing = a?.findIndex((part, i) => part !== b?.[i]) ?? -1;
  return differing >= 0 && (a?.[differing] ?? 0) < (b?.[differing] ?? 0);
}

/** The policy as each of its versions has it, the latest first: what is written for an earlier one, else what holds now. */
function versionsOf(file: PolicyFile): readonly [PolicyFile, ...PolicyFile[]] {
  const before = file.data.earlier.map(({ version, from, ...then }, i): PolicyFile => {
    const newer = file.data.earlier[i - 1] ?? file.data;
    if (from >= newer.from) throw file.mistake(['earlier', i, 'from'], 'must be before the next one');
    if (!isOlder(version, newer.version))
      throw file.mistake(['earlier', i, 'version'], `must be lower than ${newer.version}, which came later`);
    const own = Object.fromEntries(Object.entries(then).filter(([, value]) => value !== undefined));
    return {
      file: file.file,
      data: { ...file.data, ...own, version, from },
      mistake: (path, sentence) =>
        file.mistake(String(path[0]) in own ? ['earlier', i, ...path] : path, sentence),
    };
  });
  return [file, ...before];
}

/** The numbers as they were on a day; before their first day the first ones hold. */
function numbersOn(day: string, parameters: Parameters): Parameters {
  return Object.fromEntries(
    Object.entries(parameters).map(([name, parameter]) => {
      const values = Object.entries(parameter.values);
      if (values.every(([, { earlier, from }]) => !earlier || from <= day)) return [name, parameter];
      const onDay = values.map(([profile, { earlier = [], ...latest }]) => {
        const all = [latest, ...earlier];
        return [profile, all.find(({ from }) => from <= day) ?? all.at(-1) ?? latest] as const;
      });
      return [name, { ...parameter, values: Object.fromEntries(onDay) }];
    }),
  );
}

/** Checks and compiles one policy, each of its versions. */
export function loadPolicy(
  file: PolicyFile,
  procedures: readonly Procedure[],
  setting: PolicySetting,
): Policy {
  const [latest, ...earlier] = versionsOf(file);
  const days = [latest, ...earlier].map(({ data }) => data.from);
  const compile = (version: PolicyFile, before: readonly Policy[]): Policy => {
    const parameters = parametersOf(version, setting);
    for (const [name, { values }] of Object.entries(parameters)) {
      for (const value of Object.values(values)) {
        const wrong = daysMistake(
          [value, ...(value.earlier ?? [])].map(({ from }) => from),
          days,
        );
        if (wrong !== undefined) throw file.mistake(['from'], `"${name}" ${wrong}`);
      }
    }
    const compiled = compilePolicy(version, numbersOn(version.data.from, parameters), setting);
    return { ...compiled, earlier: before, procedures };
  };
  return compile(
    latest,
    earlier.map((version) => compile(version, [])),
  );
}

/** One version of a policy, with the numbers that it has. */
function compilePolicy(
  file: PolicyFile,
  parameters: Parameters,
  setting: PolicySetting,
): Omit<Policy, 'earlier' | 'procedures'> {
  const { files, read, profiles } = setting;
  const { id, version, from, title, short, approvedBy } = file.data;
  const full = { ...setting, parameters };
  const placed = criteriaOf(file, full);
  const otherViews = otherViewsOf(file, full);
  const criteria = byProfile(profiles, (profile): Criterion[] =>
    placed.map(({ source, at }) => compileCriterion(source, profile, full, at)),
  );
  const usedFacts = new Set([
    ...profiles.flatMap((profile) => (criteria(profile) ?? []).flatMap(({ facts }) => facts)),
    ...profiles.flatMap((profile) => otherViews(profile).flatMap(({ facts }) => facts)),
  ]);
  const needNumbers = (used: readonly string[], mistake: (sentence: string) => PolicyError): void => {
    for (const fact of used) {
      const missing = setting.facts[fact]?.thresholds.find((threshold) => !parameters[threshold]);
      if (missing !== undefined) throw mistake(`the fact "${fact}" needs "${missing}" in parameters.yaml`);
    }
  };
  for (const profile of profiles) {
    placed.forEach(({ at }, i) =>
      needNumbers(criteria(profile)?.[i]?.facts ?? [], (sentence) => at(['met'], sentence)),
    );
    for (const { facts } of otherViews(profile))
      needNumbers(facts, (sentence) => file.mistake(['otherViews'], sentence));
  }
  const written = JSON.stringify(placed.map(({ source }) => source));
  const isUsed = (name: string): boolean =>
    written.includes(`{${name}}`) ||
    [...usedFacts].some((fact) => setting.facts[fact]?.thresholds.includes(name));
  const { called, supported, excluded, open, forNerve } = diagnosesOf(file, setting);
  const sentences = `policies/${id}/findings.yaml`;
  const ownFindings = files.has(sentences)
    ? loadFindings(sentences, read, setting.facts).findings
    : undefined;
  return {
    id,
    version,
    from,
    title,
    short,
    approvedBy,
    diagnosesCalled: (profile) => called(profile) ?? '',
    supportedDiagnoses: (profile) => supported(profile) ?? [],
    supportedForNerve: forNerve,
    excludedDiagnoses: (profile) => excluded(profile) ?? [],
    openDiagnoses: open,
    criteria: (profile) => criteria(profile) ?? [],
    otherViews,
    finding: (fact, finding) =>
      ownFindings?.get(`${fact}.${finding}`) ?? setting.findings.get(`${fact}.${finding}`),
    threshold: (profile, parameter): Threshold => parameters[parameter]?.values[profile]?.value ?? undefined,
    parameters: new Map(Object.entries(parameters).filter(([name]) => isUsed(name))),
  };
}

/** The version of a policy that judges an order of a day: the one in force, or the first there was. */
export function versionOn(day: string, policy: Policy): Policy {
  const all = [policy, ...policy.earlier];
  return all.find(({ from }) => from <= day) ?? all.at(-1) ?? policy;
}
