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
import { isUsable, subjectOf } from './usable-resource';

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

const CODE_ELEMENT: Readonly<Record<string, string>> = {
  MedicationRequest: 'medicationCodeableConcept',
  MedicationStatement: 'medicationCodeableConcept',
  CarePlan: 'category',
  Goal: 'description',
};

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
  const own = concepts(resource[CODE_ELEMENT[type] ?? 'code']);
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
  if (type in CODE_ELEMENT) return entry.concepts.flatMap((concept) => concept.codings);
  const codes = codingsOf(resource['code']);
  for (const component of objects(resource['component'])) codes.push(...codingsOf(component['code']));
  return codes;
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

/** One of the systems' spellings of the patient in context. */
function isPatient(subject: string, patientId: string): boolean {
  const reference = referenceOf({ reference: subject });
  return reference === undefined ? subject === `urn:uuid:${patientId}` : reference === `Patient/${patientId}`;
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

/**
 * Builds the record of one patient. Resources about anybody else, entered in error, refuted, draft or cancelled are
 * left out for good; a resource that does not say whose it is makes its key incomplete instead of counting as absent.
 */
export function buildPatientRecord(patientId: string, answers: readonly KeyAnswer[]): PatientRecord {
  const unread = new Map<string, UnreadReason>();
  const keyOfType = new Map(answers.map((answer) => [answer.resourceType, answer.key]));
  const byReference = new Map<string, Json>();
  const usable = new Map<string, { type: string; resource: Json }>();
  for (const answer of answers) {
    if (answer.unread) unread.set(answer.key, answer.unread);
    for (const resource of answer.resources) {
      const type = text(resource['resourceType']) ?? '';
      const reference = `${type}/${text(resource['id']) ?? `#${usable.size}`}`;
      byReference.set(reference, resource);
      if (!keyOfType.has(type) || usable.has(reference)) continue;
      const subject = subjectOf(resource);
      if (subject === undefined) {
        if (isUsable(resource) && !unread.has(answer.key)) unread.set(answer.key, 'incomplete');
        continue;
      }
      if (!isPatient(subject, patientId)) continue;
      if (isUsable(resource)) usable.set(reference, { type, resource });
    }
  }

  const indexes = new Map<string, TypeIndex>();
  const entries = new Map<string, RecordEntry>();
  for (const [reference, { type, resource }] of usable) {
    const entry = recordEntry(reference, resource, (other) => byReference.get(other));
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
