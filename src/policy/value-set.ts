import { allWordsOf, wordsOf, type Code, type Concept } from '../fhir/read';
import { codeSystemOf, normalCode, type CodeSystem } from './code-systems';

/** One member of a value set, as a clinician reads it in `cds-services/value-sets`. */
export interface Member {
  readonly system: CodeSystem;
  readonly code?: string | undefined;
  readonly prefix?: string | undefined;
  readonly label: string;
  readonly region?: string | undefined;
  readonly side?: 'left' | 'right' | undefined;
  readonly scale?: string | undefined;
  readonly modality?: string | undefined;
  readonly level?: string | undefined;
  readonly kind?: string | undefined;
  readonly retiredOn?: string | undefined;
  readonly successors?: readonly string[] | undefined;
  /** Nobody has checked the code. */
  readonly verified?: false | undefined;
  /** Only its words say so, no code. */
  readonly isByName?: true;
}

export interface ValueSetSource {
  readonly id: string;
  readonly title: string;
  readonly concepts: readonly Member[];
  readonly names: readonly string[];
  readonly notNames: readonly string[];
  readonly nameExceptions: readonly string[];
  readonly excludes: readonly string[];
  readonly singleIngredient: boolean;
}

/** A compiled value set: exact codes, code prefixes, and names for resources that carry no known code. */
export interface ValueSet {
  readonly id: string;
  readonly title: string;
  readonly exact: ReadonlyMap<string, Member>;
  readonly prefixes: readonly { readonly key: string; readonly member: Member }[];
  /** What codes begin with that do not belong, though a prefix fits them. */
  readonly excludes: readonly string[];
  /** Whether words can take out what a code fits: products of two ingredients, names of other things. */
  readonly hasExceptions: boolean;
  /** False where words alone say what belongs. */
  readonly hasCodes: boolean;
  readonly hasNames: boolean;
  memberOfCode(code: Code): Member | undefined;
  memberOf(concept: Concept): Member | undefined;
}

/** The first member of the sets that the concepts name. */
export function memberOf(concepts: readonly Concept[], sets: readonly ValueSet[]): Member | undefined {
  for (const concept of concepts) {
    for (const set of sets) {
      const member = set.memberOf(concept);
      if (member) return member;
    }
  }
  return undefined;
}

/** The key under which a code is indexed: short system name and normal spelling. */
export function codeKey(code: Code): string | undefined {
  const system = codeSystemOf(code.system);
  return system && `${system}|${normalCode(system, code.code)}`;
}

/** The text as a regular expression that finds nothing else. */
export function literally(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/gu, '\\$&');
}

/** The words as a pattern that finds them whole, in any case; undefined for no words. */
export function wholeWords(words: readonly string[]): RegExp | undefined {
  if (words.length === 0) return undefined;
  return new RegExp(`(?<![\\p{L}\\p{N}])(?:${words.map(literally).join('|')})(?![\\p{L}\\p{N}])`, 'iu');
}

/** Longer words of a resource give way to the name that was looked for. */
const LONGEST_LABEL = 60;

/** "acetaminophen 325 MG / hydrocodone 5 MG"; a strength such as 5 MG/ML has no spaces. */
const TWO_INGREDIENTS = /\s\/\s\p{L}/u;

/** Compiles the value set once at start. */
export function compileValueSet(source: ValueSetSource): ValueSet {
  const exact = new Map<string, Member>();
  const prefixes: { key: string; member: Member }[] = [];
  for (const member of source.concepts) {
    if (member.code !== undefined)
      exact.set(`${member.system}|${normalCode(member.system, member.code)}`, member);
    if (member.prefix !== undefined)
      prefixes.push({ key: `${member.system}|${normalCode(member.system, member.prefix)}`, member });
  }
  prefixes.sort((a, b) => b.key.length - a.key.length);
  const names = wholeWords(source.names);
  const notNames = wholeWords(source.notNames);
  const nameExceptions = wholeWords(source.nameExceptions);
  const memberOfKey = (key: string | undefined): Member | undefined =>
    key === undefined
      ? undefined
      : (exact.get(key) ?? prefixes.find((prefix) => key.startsWith(prefix.key))?.member);
  const memberOfCode = (code: Code): Member | undefined => memberOfKey(codeKey(code));

  const firstMember = (concept: Concept): Member | undefined => {
    for (const coding of concept.codings) {
      const member = memberOfCode(coding);
      if (member) return member;
    }
    return undefined;
  };
  const isByWords =
    names !== undefined || notNames !== undefined || source.singleIngredient || source.excludes.length > 0;

  return {
    id: source.id,
    title: source.title,
    exact,
    prefixes,
    excludes: source.excludes,
    hasExceptions: source.singleIngredient || notNames !== undefined,
    hasCodes: exact.size + prefixes.length > 0,
    hasNames: names !== undefined,
    memberOfCode,
    memberOf(concept) {
      if (!isByWords) return firstMember(concept);
      const words = allWordsOf(concept);
      if (notNames?.test(words) || (source.singleIngredient && TWO_INGREDIENTS.test(words))) return undefined;
      if (concept.codings.some(({ code }) => source.excludes.some((prefix) => code.startsWith(prefix))))
        return undefined;
      const member = firstMember(concept);
      if (member) return member;
      const name = names?.exec(words)?.[0];
      if (name === undefined || nameExceptions?.test(words)) return undefined;
      const own = wordsOf(concept);
      return { system: 'local', label: own.length <= LONGEST_LABEL ? own : name, isByName: true };
    },
  };
}
