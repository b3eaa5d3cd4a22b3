import {
  codingsOf,
  concepts,
  isObject,
  objects,
  referenceOf,
  text,
  type Code,
  type Concept,
  type Json,
} from '../fhir/read';
import type { Selector } from '../policy/policy-data';
import { codeKey, type Member, type ValueSet } from '../policy/value-set';
import { isUsable, ownerOf } from './usable-resource';

/** Why the resources behind a prefetch key are not, or not all, known. */
export type UnreadReason = 'not-sent' | 'failed' | 'wrong-type' | 'incomplete';

/** What arrived for one evidence key: resources that may be null ("nothing on file"), and what is not known. */
export interface KeyAnswer {
  readonly key: string;
  readonly resourceType: string;
  readonly resources: readonly Json[];
  readonly unread?: UnreadReason;
}

/** A resource of the record with the concepts it is found by. */
export interface RecordEntry {
  readonly reference: string;
  readonly resource: Json;
  readonly concepts: readonly Concept[];
}

/** A record entry with the value-set member by which a selector chose it. */
export interface Selected extends RecordEntry {
  readonly member?: Member;
}

/** What a selector found, and the keys that could still hide more of it. */
export interface Selection {
  readonly items: readonly Selected[];
  readonly unread: readonly string[];
}

/** All that was read about the patient for this one call, indexed by resource type and code. */
export interface PatientRecord {
  readonly unread: ReadonlyMap<string, UnreadReason>;
  select(selector: Selector): Selection;
  find(reference: string): RecordEntry | undefined;
}

interface TypeIndex {
  readonly entries: RecordEntry[];
  readonly uncoded: RecordEntry[];
  readonly byCode: Map<string, RecordEntry[]>;
}

const CODE_ELEMENT = new Map(
  Object.entries({
    MedicationRequest: 'medicationCodeableConcept',
    MedicationStatement: 'medicationCodeableConcept',
    CarePlan: 'category',
    Goal: 'description',
  }),
);

function medicationConcepts(resource: Json, find: (reference: string) => Json | undefined): Concept[] {
  const link = resource['medicationReference'];
  const reference = isObject(link) ? text(link['reference']) : undefined;
  if (reference === undefined) return [];
  const contained = objects(resource['contained']).find((inner) => `#${text(inner['id'])}` === reference);
  const medication = contained ?? find(referenceOf(link) ?? '');
  if (medication) return concepts(medication['code']);
  const display = isObject(link) ? text(link['display']) : undefined;
  return display === undefined ? [] : [{ codings: [], text: display }];
}

function conceptsOf(resource: Json, find: (reference: string) => Json | undefined): Concept[] {
  const type = text(resource['resourceType']) ?? '';
  const own = concepts(resource[CODE_ELEMENT.get(type) ?? 'code']);
  if (type === 'Observation') {
    return [...own, ...objects(resource['component']).flatMap((component) => concepts(component['code']))];
  }
  if (type.startsWith('Medication') && own.length === 0) return medicationConcepts(resource, find);
  if (type === 'CarePlan') {
    const activities = objects(resource['activity']).flatMap((activity) => objects(activity['detail']));
    return [...own, ...activities.flatMap((detail) => concepts(detail['code']))];
  }
  return own;
}

function add(map: Map<string, RecordEntry[]>, key: string, entry: RecordEntry): void {
  const entries = map.get(key);
  if (!entries) map.set(key, [entry]);
  else if (entries.at(-1) !== entry) entries.push(entry);
}

/** A record entry; its concepts are read when somebody asks for them. */
function recordEntry(
  reference: string,
  resource: Json,
  find: (reference: string) => Json | undefined,
): RecordEntry {
  let known: readonly Concept[] | undefined;
  return {
    reference,
    resource,
    get concepts() {
      known ??= conceptsOf(resource, find);
      return known;
    },
  };
}

/** The codes an entry is found by, read without building concepts where the code element says it all. */
function codesOf(type: string, entry: RecordEntry): readonly Code[] {
  const { resource } = entry;
  if (CODE_ELEMENT.has(type)) return entry.concepts.flatMap((concept) => concept.codings);
  const own: readonly Code[] = codingsOf(resource['code']);
  return objects(resource['component']).reduce(
    (all, component) => all.concat(codingsOf(component['code'])),
    own,
  );
}

function indexEntry(index: TypeIndex, type: string, entry: RecordEntry): void {
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

const NOTHING: TypeIndex = { entries: [], uncoded: [], byCode: new Map() };

function memberOf(entry: RecordEntry, sets: readonly ValueSet[]): Member | undefined {
  for (const concept of entry.concepts) {
    for (const set of sets) {
      const member = set.memberOf(concept);
      if (member) return member;
    }
  }
  return undefined;
}

function candidates(type: string, index: TypeIndex, selector: Selector): readonly RecordEntry[] {
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

interface Received {
  readonly type: string;
  readonly key: string;
  readonly resource: Json;
}

function isNewer(a: Json, b: Json): boolean | undefined {
  const stampOf = (resource: Json): string => {
    const meta = isObject(resource['meta']) ? resource['meta'] : {};
    return text(meta['lastUpdated']) ?? '';
  };
  const [first, second] = [stampOf(a), stampOf(b)];
  return first === second ? undefined : first > second;
}

/**
 * Everything received that is not another patient's, once by `Type/id`. Of two versions the later one counts; when nothing says which is later, neither
 * does, and the key is incomplete. Resources without an id are told apart by their content, never by their place.
 */
function receivedByReference(
  patientId: string,
  answers: readonly KeyAnswer[],
  unread: Map<string, UnreadReason>,
): Map<string, Received> {
  const received = new Map<string, Received>();
  const contested = new Set<string>();
  const nameless: { readonly content: string; readonly item: Received }[] = [];
  for (const { key, resources } of answers) {
    for (const resource of resources) {
      const type = text(resource['resourceType']) ?? '';
      if (type !== 'Medication' && ownerOf(resource, patientId) === 'other') continue;
      const id = text(resource['id']);
      const item: Received = { type, key, resource };
      if (id === undefined) {
        nameless.push({ content: JSON.stringify(resource), item });
        continue;
      }
      const reference = `${type}/${id}`;
      const known = received.get(reference);
      const newer = known && isNewer(resource, known.resource);
      if (!known || newer === true) received.set(reference, item);
      else if (newer === undefined && JSON.stringify(known.resource) !== JSON.stringify(resource))
        contested.add(reference);
    }
  }
  for (const reference of contested) {
    const { key } = received.get(reference) ?? { key: '' };
    if (!unread.has(key)) unread.set(key, 'incomplete');
    received.delete(reference);
  }
  nameless
    .toSorted((a, b) => (a.content < b.content ? -1 : 1))
    .forEach(({ item }, i) => received.set(`${item.type}/#${i + 1}`, item));
  return received;
}

/**
 * Builds the record of one patient. Resources about anybody else, entered in error, refuted, draft or cancelled are
 * left out for good; a resource that does not say whose it is makes its key incomplete instead of counting as absent.
 */
export function buildPatientRecord(patientId: string, answers: readonly KeyAnswer[]): PatientRecord {
  const unread = new Map(
    answers.flatMap(({ key, unread: reason }) => (reason ? [[key, reason] as const] : [])),
  );
  const keyOfType = new Map(answers.map((answer) => [answer.resourceType, answer.key]));
  const received = receivedByReference(patientId, answers, unread);
  const medication = (reference: string): Json | undefined => {
    const found = received.get(reference);
    return found?.type === 'Medication' && found.resource['status'] !== 'entered-in-error'
      ? found.resource
      : undefined;
  };
  const indexes = new Map<string, TypeIndex>();
  const entries = new Map<string, RecordEntry>();
  for (const [reference, { type, key, resource }] of received) {
    if (!keyOfType.has(type) || !isUsable(resource)) continue;
    const owner = ownerOf(resource, patientId);
    if (owner === 'unknown' && !unread.has(key)) unread.set(key, 'incomplete');
    if (owner !== 'patient') continue;
    const entry = recordEntry(reference, resource, medication);
    // A drug that nothing names could be any drug.
    if (type.startsWith('Medication') && entry.concepts.length === 0 && !unread.has(key))
      unread.set(key, 'incomplete');
    entries.set(reference, entry);
    const index = indexes.get(type) ?? { entries: [], uncoded: [], byCode: new Map() };
    indexes.set(type, index);
    indexEntry(index, type, entry);
  }

  const cache = new Map<string, Selection>();
  const run = (selector: Selector): Selection => {
    const items: Selected[] = [];
    const hidden = new Set<string>();
    for (const type of selector.from) {
      const key = keyOfType.get(type);
      if (key === undefined || unread.has(key)) hidden.add(key ?? type);
      for (const entry of candidates(type, indexes.get(type) ?? NOTHING, selector)) {
        const status = text(entry.resource['status']) ?? '';
        if (selector.status ? !selector.status.has(status) : status === 'not-done') continue;
        const member = selector.codes.length > 0 ? memberOf(entry, selector.codes) : undefined;
        if (selector.codes.length > 0 && !member) continue;
        try {
          if (selector.where && !selector.where(entry.resource)) continue;
        } catch {
          // A resource on which the selector cannot be evaluated is not known to be absent.
          hidden.add(key ?? type);
          continue;
        }
        items.push(member ? { ...entry, member } : entry);
      }
    }
    return { items: items.toSorted((a, b) => (a.reference < b.reference ? -1 : 1)), unread: [...hidden] };
  };

  return {
    unread,
    select(selector) {
      const known = cache.get(selector.name) ?? run(selector);
      cache.set(selector.name, known);
      return known;
    },
    find: (reference) => entries.get(reference),
  };
}
