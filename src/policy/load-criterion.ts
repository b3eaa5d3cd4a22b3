import { createHash } from 'node:crypto';
import type { z } from 'zod';
import { compileCondition, conditionReferences } from './expression';
import type { Criterion, OtherView } from './policy-data';
import { placeholders } from './load-vocabulary';
import type { CriterionSource, OtherViewSource, parametersSchema } from './policy-schema';
import type { PolicyError } from './yaml-file';

/** What the loader must know about a fact to check the data that names it. */
export interface FactShape {
  readonly fields: readonly string[];
  readonly findings: readonly string[];
  readonly thresholds: readonly string[];
  readonly words: readonly string[];
}

export type Parameters = z.output<typeof parametersSchema>;

type OfProfile<V> = V extends string | readonly unknown[]
  ? V
  : V extends Readonly<Record<string, infer U>>
    ? U
    : never;

/** A profile, and after it those that it is a copy of where nothing is written for itself. */
export type Lineage = readonly [string, ...string[]];

/** A value that is the same for all profiles, or one a profile. */
export function forProfile<V>(value: V, lineage: Lineage): OfProfile<V> | undefined {
  const isPerProfile = typeof value === 'object' && value !== null && !Array.isArray(value);
  if (!isPerProfile) return value as OfProfile<V>;
  const values = value as Readonly<Record<string, OfProfile<V>>>;
  const written = lineage.find((profile) => Object.hasOwn(values, profile));
  return written === undefined ? undefined : values[written];
}

/** A profile that the value names and nobody wrote. */
export function strayProfile(value: unknown, profiles: readonly string[]): string | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  return Object.keys(value).find((profile) => !profiles.includes(profile));
}

export interface CriterionSetting {
  readonly profiles: readonly string[];
  readonly lineage: (profile: string) => Lineage;
  readonly facts: Readonly<Record<string, FactShape>>;
  readonly sources: ReadonlySet<string>;
  readonly parameters: Parameters;
  readonly remedies: ReadonlySet<string>;
  /** Conditions in words, by how they are written. */
  readonly conditions: ReadonlyMap<string, string>;
}

/** A condition in words; for `applies` and `severityIf`, which readers see without the facts. */
function wordsOf(
  condition: string,
  { conditions }: CriterionSetting,
  mistake: (sentence: string) => PolicyError,
): string {
  const words = conditions.get(condition);
  if (words === undefined) throw mistake(`"${condition}" has no words in conditions.yaml`);
  return words;
}

/** Checks one criterion against everything it names; `mistake` takes the path of what is wrong. */
export function checkCriterion(
  source: CriterionSource,
  setting: CriterionSetting,
  mistake: (path: readonly string[], sentence: string) => PolicyError,
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
    const stray = strayProfile(value, setting.profiles);
    if (stray !== undefined) throw mistake([member, stray], `there is no profile "${stray}"`);
  }
  for (const profile of setting.profiles) {
    const lineage = setting.lineage(profile);
    const severity = forProfile(source.severity, lineage);
    if (severity === undefined)
      throw mistake(['severity'], `no severity for the profile "${profile}"; write none`);
    if (severity === 'none') continue;
    for (const member of ['met', 'required', 'sources'] as const) {
      if (forProfile(source[member], lineage) === undefined) {
        throw mistake([member], `nothing for the profile "${profile}"`);
      }
    }
    const unknownSource = forProfile(source.sources, lineage)?.find((id) => !setting.sources.has(id));
    if (unknownSource !== undefined)
      throw mistake(['sources', profile], `there is no source "${unknownSource}"`);
    const remedies = [forProfile(source.remedy, lineage) ?? []].flat();
    const unknownRemedy = remedies.find((remedy) => !setting.remedies.has(remedy));
    if (unknownRemedy !== undefined)
      throw mistake(['remedy', profile], `there is no remedy "${unknownRemedy}" in cards.yaml`);
    const required = forProfile(source.required, lineage) ?? '';
    const unknownParameter = placeholders(required).find(
      (name) => typeof setting.parameters[name]?.values[profile]?.value !== 'number',
    );
    if (unknownParameter !== undefined) {
      throw mistake(
        ['required', profile],
        `"${unknownParameter}" has no number for the profile "${profile}" in parameters.yaml`,
      );
    }
  }
}

function factsNamed(expression: string, facts: Readonly<Record<string, FactShape>>): string[] {
  const names = new Set<string>();
  for (const { fact, field } of conditionReferences(expression)) {
    const known = Object.hasOwn(facts, fact) ? facts[fact] : undefined;
    if (!known) throw new Error(`there is no fact "${fact}"`);
    if (!known.fields.includes(field)) {
      throw new Error(`the fact "${fact}" has no field "${field}"; it has ${known.fields.join(', ')}`);
    }
    names.add(fact);
  }
  if (names.size === 0) throw new Error('a condition must name a fact');
  return [...names];
}

/** Digest of a criterion as it is written, with the numbers that it or its facts name. */
function versionOf(
  source: CriterionSource,
  facts: readonly string[],
  profile: string,
  { parameters, facts: known }: CriterionSetting,
): string {
  const written = JSON.stringify(source);
  const ofFacts = new Set(facts.flatMap((fact) => known[fact]?.thresholds ?? []));
  const numbers = Object.entries(parameters)
    .filter(([name]) => ofFacts.has(name) || written.includes(name))
    .map(([name, { values }]) => [name, values[profile]?.value ?? null]);
  return createHash('sha256')
    .update(JSON.stringify([written, profile, numbers]))
    .digest('hex')
    .slice(0, 12);
}

/** The sentence with the numbers of the profile in it. */
function withNumbers(sentence: string, profile: string, { parameters }: CriterionSetting): string {
  return sentence.replace(/\{(\w+)\}/gu, (_, name: string) =>
    String(parameters[name]?.values[profile]?.value ?? ''),
  );
}

/** Compiles a criterion as one profile asks for it; `mistake` takes the path of what is wrong. */
export function compileCriterion(
  source: CriterionSource,
  profile: string,
  setting: CriterionSetting,
  mistake: (path: readonly string[], sentence: string) => PolicyError,
): Criterion {
  const lineage = setting.lineage(profile);
  const severity = forProfile(source.severity, lineage) ?? 'none';
  const asked = severity !== 'none';
  const elsewhere = setting.profiles
    .map((other) => forProfile(source.severity, setting.lineage(other)))
    .find((s) => s !== 'none');
  const anyCondition = typeof source.met === 'string' ? source.met : (Object.values(source.met)[0] ?? '');
  const met = forProfile(source.met, lineage) ?? anyCondition;
  const applies = forProfile(source.applies, lineage);
  const compile = (member: 'met' | 'applies' | 'severityIf', expression: string) => {
    try {
      return { facts: factsNamed(expression, setting.facts), condition: compileCondition(expression) };
    } catch (error) {
      throw mistake([member, profile], (error as Error).message);
    }
  };
  const metCompiled = compile('met', met);
  const appliesCompiled = applies === undefined ? undefined : compile('applies', applies);
  const facts = [...new Set([...(appliesCompiled?.facts ?? []), ...metCompiled.facts])];
  const severityWhen: Record<string, Criterion['severity']> = {};
  for (const [finding, value] of Object.entries(source.severityWhen ?? {})) {
    if (!facts.some((fact) => setting.facts[fact]?.findings.includes(finding))) {
      throw mistake(['severityWhen', finding], `none of its facts reports the finding "${finding}"`);
    }
    const stray = strayProfile(value, setting.profiles);
    if (stray !== undefined)
      throw mistake(['severityWhen', finding, stray], `there is no profile "${stray}"`);
    const forThis = forProfile(value, lineage);
    if (forThis) severityWhen[finding] = forThis;
  }
  const severityIf = source.severityIf && compile('severityIf', source.severityIf.when);
  const required = forProfile(source.required, lineage) ?? '';
  const todo = forProfile(source.todo, lineage);
  const gap = forProfile(source.gap, lineage);
  const words = new Set(facts.flatMap((fact) => setting.facts[fact]?.words ?? []));
  for (const [member, said] of [
    ['todo', todo ?? ''],
    ['gap', gap ?? ''],
  ] as const) {
    const unknown = placeholders(said).find(
      (name) => !words.has(name) && typeof setting.parameters[name]?.values[profile]?.value !== 'number',
    );
    if (asked && unknown !== undefined)
      throw mistake(
        [member, profile],
        `"${unknown}" is neither a number of the profile nor something its facts can say`,
      );
  }
  return {
    id: source.id,
    version: versionOf(source, facts, profile, setting),
    title: source.title,
    asked,
    severity: severity === 'none' ? (elsewhere ?? 'caution') : severity,
    severityWhen,
    ...(severityIf &&
      source.severityIf && {
        severityIf: {
          when: severityIf.condition,
          severity: source.severityIf.severity,
          says: wordsOf(source.severityIf.when, setting, (said) => mistake(['severityIf'], said)),
        },
      }),
    ...(appliesCompiled && { applies: appliesCompiled.condition }),
    ...(applies !== undefined && {
      askedWhere: wordsOf(applies, setting, (said) => mistake(['applies', profile], said)),
    }),
    met: metCompiled.condition,
    written: { met, required, ...(applies !== undefined && { applies }) },
    references: conditionReferences(met),
    appliesReferences: applies === undefined ? [] : conditionReferences(applies),
    facts: [...new Set([...facts, ...(severityIf?.facts ?? [])])],
    required: withNumbers(required, profile, setting),
    ...(todo !== undefined && { todo }),
    ...(gap !== undefined && { gap }),
    quietWhenMet: source.quietWhenMet,
    redFlag: source.redFlag,
    remedies: [forProfile(source.remedy, lineage) ?? []].flat(),
    cannotBe: source.cannotBe ?? {},
    sources: forProfile(source.sources, lineage) ?? [],
  };
}

/** Compiles what another source says for one profile; undefined when it says nothing there. */
export function compileOtherView(
  source: OtherViewSource,
  profile: string,
  setting: CriterionSetting,
  mistake: (path: readonly string[], sentence: string) => PolicyError,
): OtherView | undefined {
  const stray = strayProfile(source.says, setting.profiles);
  if (stray !== undefined) throw mistake(['says', stray], `there is no profile "${stray}"`);
  const unknownSource = source.sources.find((id) => !setting.sources.has(id));
  if (unknownSource !== undefined) throw mistake(['sources'], `there is no source "${unknownSource}"`);
  const says = forProfile(source.says, setting.lineage(profile)) ?? undefined;
  if (says === undefined) return undefined;
  const { applies } = source;
  const compiled = applies === undefined ? undefined : compileApplies(applies, setting, mistake);
  return {
    ...(source.id !== undefined && { id: source.id }),
    ...(source.title !== undefined && { title: source.title }),
    facts: compiled?.facts ?? [],
    ...(compiled && { applies: compiled.condition }),
    ...(applies !== undefined && {
      saidWhere: wordsOf(applies, setting, (said) => mistake(['applies'], said)),
    }),
    written: applies === undefined ? {} : { applies },
    says,
    sources: source.sources,
  };
}

function compileApplies(
  expression: string,
  setting: CriterionSetting,
  mistake: (path: readonly string[], sentence: string) => PolicyError,
) {
  try {
    return { condition: compileCondition(expression), facts: factsNamed(expression, setting.facts) };
  } catch (error) {
    throw mistake(['applies'], (error as Error).message);
  }
}
