import { concepts } from '../fhir/read';
import { type RecordEntry, codesOf } from './record-entry';
import type { Selector } from '../policy/policy-data';
import { codeKey } from '../policy/value-set';

export interface TypeIndex {
  readonly entries: RecordEntry[];
  readonly uncoded: RecordEntry[];
  readonly byCode: Map<string, RecordEntry[]>;
}

function add(map: Map<string, RecordEntry[]>, key: string, entry: RecordEntry): void {
  const entries = map.get(key);
  if (!entries) map.set(key, [entry]);
  else if (entries.at(-1) !== entry) entries.push(entry);
}

export function indexEntry(index: TypeIndex, type: string, entry: RecordEntry): void {
  index.entries.push(entry);
  const codes = codesOf(type, entry);
  if (codes.length === 0) index.uncoded.push(entry);
  for (const code of codes) {
    const key = codeKey(code);
    if (key !== undefined) add(index.byCode, key, entry);
  }
}

/** The entries of which a category names the words, in its text, code or display. */
function ofCategory(entries: readonly RecordEntry[], words: string): RecordEntry[] {
  return entries.filter(({ resource }) =>
    concepts(resource['category']).some((category) =>
      [category.text ?? '', ...category.codings.flatMap((c) => [c.code, c.display ?? ''])].some((name) =>
        name.toLowerCase().includes(words),
      ),
    ),
  );
}

export const NOTHING: TypeIndex = { entries: [], uncoded: [], byCode: new Map() };

export function candidates(type: string, index: TypeIndex, selector: Selector): readonly RecordEntry[] {
  if (selector.category !== undefined) return ofCategory(index.entries, selector.category);
  if (selector.codes.length === 0) return index.entries;
  const isByName = selector.codes.some((set) => set.hasNames);
  if (isByName && type !== 'Observation') return index.entries;
  // Observations are many: a name is looked for only in those that carry no code at all.
  const found = new Set<RecordEntry>(isByName ? index.uncoded : []);
  for (const set of selector.codes) {
    for (const key of set.exact.keys()) for (const entry of index.byCode.get(key) ?? []) found.add(entry);
    if (set.prefixes.length === 0) continue;
    for (const [key, entries] of index.byCode) {
      if (set.prefixes.some((prefix) => key.startsWith(prefix.key))) entries.forEach((e) => found.add(e));
    }
  }
  return [...found];
}
