import { objects, text } from '../fhir/read';
import type { Selector } from '../policy/policy-data';
import { codeKey, memberOf } from '../policy/value-set';
import { TypeEntries, type CodeGroup, type RecordEntry, type Selected } from './record-entry';

/** The entries of one resource type, and the groups by each code that they carry. */
export class TypeIndex extends TypeEntries {
  #byCode: ReadonlyMap<string, readonly CodeGroup[]> | undefined;

  /** Made when a code is first looked for; nothing is added afterwards. */
  get byCode(): ReadonlyMap<string, readonly CodeGroup[]> {
    this.#byCode ??= this.#index();
    return this.#byCode;
  }

  #index(): Map<string, CodeGroup[]> {
    const byCode = new Map<string, CodeGroup[]>();
    for (const group of this.groups) {
      const codes = group.concepts.flatMap(({ codings }) => codings);
      for (const key of new Set(codes.map((code) => codeKey(code) ?? ''))) {
        const known = byCode.get(key);
        if (known) known.push(group);
        else byCode.set(key, [group]);
      }
    }
    return byCode;
  }
}

function isUncoded({ concepts: own }: CodeGroup): boolean {
  return own.every(({ codings }) => codings.length === 0);
}

/** The groups that may have one of the selector's codes. */
function candidates(type: string, index: TypeIndex, { codes }: Selector): Iterable<CodeGroup> {
  const isByName = codes.some((set) => set.hasNames);
  if (isByName && type !== 'Observation') return index.groups;
  // Observations are many: a name is looked for only in those that carry no code at all.
  const found = new Set(isByName ? index.groups.filter(isUncoded) : []);
  for (const set of codes) {
    for (const key of set.exact.keys()) for (const group of index.byCode.get(key) ?? []) found.add(group);
    if (set.prefixes.length === 0) continue;
    for (const [key, groups] of index.byCode) {
      if (set.prefixes.some((prefix) => key.startsWith(prefix.key)))
        for (const group of groups) found.add(group);
    }
  }
  return found;
}

/** Whether a category of the entry names the words, in its text, or in the code or display of a coding. */
function isOfCategory({ resource }: RecordEntry, words: string): boolean {
  const names = (value: unknown): boolean => text(value)?.toLowerCase().includes(words) === true;
  return objects(resource['category']).some(
    (category) =>
      names(category['text']) ||
      objects(category['coding']).some(
        ({ code, display }) => text(code) !== undefined && (names(code) || names(display)),
      ),
  );
}

/** The entries that the selector's codes choose, each with the member of the value set. */
function ofCodes(type: string, index: TypeIndex, selector: Selector): readonly Selected[] {
  if (selector.codes.length === 0) return index.all;
  const items: Selected[] = [];
  for (const { concepts, entries } of candidates(type, index, selector)) {
    const member = memberOf(concepts, selector.codes);
    if (!member) continue;
    for (const entry of entries) items.push({ ...entry, member });
  }
  return items;
}

/** The entries of a type that the selector's codes and category choose. */
export function selected(type: string, index: TypeIndex, selector: Selector): readonly Selected[] {
  const items = ofCodes(type, index, selector);
  const { category } = selector;
  return category === undefined ? items : items.filter((entry) => isOfCategory(entry, category));
}
