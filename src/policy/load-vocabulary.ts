import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { z } from 'zod';
import { compileSelector } from './expression';
import type { FindingWording, Selector } from './policy-data';
import type { FactShape } from './load-criterion';
import { SELECTORS, type SelectorName, VOCABULARY } from './names';
import { findingsSchema, selectorsSchema, valueSetSchema, vocabularySchema } from './schema';
import { type ValueSet, compileValueSet } from './value-set';
import type { YamlFile } from './yaml-file';

export type Read = <S extends z.ZodType>(name: string, schema: S) => YamlFile<z.output<S>>;

export function placeholders(template: string): string[] {
  return [...template.matchAll(/\{(\w+)\}/gu)].map((match) => match[1] ?? '');
}

export function loadValueSets(folder: string, read: Read): Map<string, ValueSet> {
  const sets = new Map<string, ValueSet>();
  for (const name of readdirSync(join(folder, 'value-sets')).filter((file) => file.endsWith('.yaml'))) {
    const file = read(`value-sets/${name}`, valueSetSchema);
    if (`${file.data.id}.yaml` !== name) throw file.mistake(['id'], 'the id must be the name of the file');
    sets.set(file.data.id, compileValueSet(file.data));
  }
  return sets;
}

export function loadSelectors(read: Read, valueSets: ReadonlyMap<string, ValueSet>): Map<string, Selector> {
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

function isPattern(source: string): boolean {
  try {
    return new RegExp(source, 'iu') instanceof RegExp;
  } catch {
    return false;
  }
}

export function loadVocabulary(read: Read): Map<string, RegExp> {
  const file = read('vocabulary.yaml', vocabularySchema);
  const vocabulary = new Map<string, RegExp>();
  for (const [name, patterns] of Object.entries(file.data)) {
    const bad = patterns.findIndex((pattern) => !isPattern(pattern));
    if (bad >= 0) throw file.mistake([name, bad], `"${patterns[bad]}" is not a regular expression`);
    vocabulary.set(name, new RegExp(`(?<![\\p{L}])(?:${patterns.join('|')})`, 'iu'));
  }
  for (const name of VOCABULARY) {
    if (!vocabulary.has(name)) throw file.mistake([], `the vocabulary "${name}" is missing`);
  }
  return vocabulary;
}

export function loadFindings(
  read: Read,
  facts: Readonly<Record<string, FactShape>>,
): Map<string, FindingWording> {
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
