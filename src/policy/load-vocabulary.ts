import type { z } from 'zod';
import { compileSelector } from './expression';
import type { FindingWording, Selector } from './policy-data';
import type { FactShape } from './load-criterion';
import { SELECTORS, type SelectorName, VOCABULARY } from './names';
import { filesIn, type PolicyFiles } from './policy-files';
import { findingsSchema, selectorsSchema, valueSetSchema, vocabularySchema } from './schema';
import { type ValueSet, compileValueSet } from './value-set';
import type { YamlFile } from './yaml-file';

export type Read = <S extends z.ZodType>(name: string, schema: S) => YamlFile<z.output<S>>;

/** The names in braces that a sentence leaves to be filled. */
export function placeholders(template: string): string[] {
  return [...template.matchAll(/\{(\w+)\}/gu)].map((match) => match[1] ?? '');
}

/** Reads the value sets of a folder, if it has any; a name that is already known is a mistake. */
export function loadValueSets(files: PolicyFiles, at: string, read: Read, sets: Map<string, ValueSet>): void {
  for (const name of filesIn(files, at)) {
    const file = read(`${at}/${name}`, valueSetSchema);
    if (`${file.data.id}.yaml` !== name) throw file.mistake(['id'], 'the id must be the name of the file');
    const keys = file.data.concepts.map(({ system, code, prefix }) => `${system}|${code ?? `${prefix}-`}`);
    const again = keys.findIndex((key, i) => keys.indexOf(key) < i);
    if (again >= 0)
      throw file.mistake(['concepts', again], `${keys[again]?.split('|')[1]} stands here twice`);
    if (sets.has(file.data.id)) throw file.mistake(['id'], `there is another value set "${file.data.id}"`);
    sets.set(file.data.id, compileValueSet(file.data));
  }
}

/**
 * The selectors, each with its value sets and its compiled condition; none that code asks for may be missing, and each must be
 * of resources that the prefetch templates ask for.
 */
export function loadSelectors(
  read: Read,
  valueSets: ReadonlyMap<string, ValueSet>,
  prefetch: Readonly<Record<string, string>>,
): Map<string, Selector> {
  const types = new Set(Object.values(prefetch).map((template) => template.split(/[?/]/u)[0]));
  const file = read('selectors.yaml', selectorsSchema);
  const selectors = new Map<string, Selector>();
  for (const [name, source] of Object.entries(file.data)) {
    const stray = source.from.find((type) => !types.has(type));
    if (stray !== undefined)
      throw file.mistake([name, 'from'], `no prefetch template of discovery.yaml asks for ${stray}`);
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
        throw file.mistake([name, 'where'], `not FHIRPath: ${(error as Error).message}`);
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

/** What is wrong with words that narrative is searched for. */
function patternMistake(source: string): string | undefined {
  try {
    return new RegExp(`^(?:${source})$`, 'iu').test('') ? 'is found in every text' : undefined;
  } catch {
    return 'is not a regular expression';
  }
}

/** The words looked for in narrative, one pattern a name. */
export function loadVocabulary(read: Read): Map<string, RegExp> {
  const file = read('vocabulary.yaml', vocabularySchema);
  const vocabulary = new Map<string, RegExp>();
  for (const [name, patterns] of Object.entries(file.data)) {
    patterns.forEach((pattern, i) => {
      const wrong = patternMistake(pattern);
      if (wrong !== undefined) throw file.mistake([name, i], `"${pattern}" ${wrong}`);
    });
    vocabulary.set(name, new RegExp(`(?<![\\p{L}])(?:${patterns.join('|')})`, 'iu'));
  }
  for (const name of VOCABULARY) {
    if (!vocabulary.has(name)) throw file.mistake([], `the vocabulary "${name}" is missing`);
  }
  return vocabulary;
}

export type Findings = ReadonlyMap<string, FindingWording>;

function checkFinding(
  fact: string,
  finding: string,
  wording: FindingWording,
  shape: FactShape,
  file: YamlFile<unknown>,
): void {
  for (const template of [wording.found, wording.todo ?? '', wording.gap ?? '']) {
    const unknown = placeholders(template).find(
      (word) => !shape.words.includes(word) && !shape.thresholds.includes(word),
    );
    if (unknown !== undefined) {
      throw file.mistake([fact, finding], `"${unknown}" is not something the fact "${fact}" can say`);
    }
  }
}

/** The sentences of a findings file, each checked against the fact that reports the finding. */
export function loadFindings(
  name: string,
  read: Read,
  facts: Readonly<Record<string, FactShape>>,
): { findings: Findings; file: YamlFile<unknown> } {
  const file = read(name, findingsSchema);
  const findings = new Map<string, FindingWording>();
  for (const [fact, wordings] of Object.entries(file.data)) {
    const shape = Object.hasOwn(facts, fact) ? facts[fact] : undefined;
    for (const [finding, wording] of Object.entries(wordings)) {
      if (!shape?.findings.includes(finding))
        throw file.mistake([fact, finding], `no fact "${fact}" reports the finding "${finding}"`);
      checkFinding(fact, finding, wording, shape, file);
      findings.set(`${fact}.${finding}`, wording);
    }
  }
  return { findings, file };
}

/** The sentences for everything that facts can find; none may be missing. */
export function loadAllFindings(read: Read, facts: Readonly<Record<string, FactShape>>): Findings {
  const { findings, file } = loadFindings('findings.yaml', read, facts);
  for (const [fact, shape] of Object.entries(facts)) {
    const missing = shape.findings.find((finding) => !findings.has(`${fact}.${finding}`));
    if (missing !== undefined)
      throw file.mistake([fact], `the fact "${fact}" has no sentence for its finding "${missing}"`);
  }
  return findings;
}
