import { type Concept, type Json, text } from '../fhir/read';
import { codeSystemOf } from '../policy/code-systems';
import type { KeyAnswer, UnreadReason } from './key-answer';
import { receivedByReference, type Received } from './received-resources';
import type { RecordEntry, Selected } from './record-entry';
import { TypeIndex, selected } from './record-index';
import { usabilityOf } from './usable-resource';
import type { Selector } from '../policy/policy-data';

/** What a selector found, and the keys that could still hide more of it. */
export interface Selection {
  readonly items: readonly Selected[];
  readonly unread: readonly string[];
}

/** All that was read about the patient for this one call, indexed by resource type and code. */
export interface PatientRecord {
  readonly unread: ReadonlyMap<string, UnreadReason>;
  /** The key behind a resource type, if its resources are not, or not all, known. */
  unreadOf(resourceType: string): readonly string[];
  select(selector: Selector): Selection;
  find(reference: string): RecordEntry | undefined;
  /** Whether the resource arrived and was left out: another patient's, or entered in error. */
  isLeftOut(reference: string): boolean;
}

const NOTHING = new TypeIndex();

/** Whether a concept can be told from others: by words, or by a code of a system that the policies use. */
function isReadable({ codings, text: words }: Concept): boolean {
  return (
    words !== undefined ||
    codings.some(({ system, display }) => display !== undefined || codeSystemOf(system) !== undefined)
  );
}

function referenceTo(resource: Json): string {
  return `${text(resource['resourceType'])}/${text(resource['id'])}`;
}

/**
 * Builds the record of one patient. Resources about anybody else, entered in error, refuted, draft or cancelled are
 * left out for good; a resource that does not say whose it is makes its key incomplete instead of counting as absent, one
 * whose status says nothing only hides what is looked for under its code.
 */
export function buildPatientRecord(patientId: string, answers: readonly KeyAnswer[]): PatientRecord {
  const unread = new Map(
    answers.flatMap(({ key, unread: reason }) => (reason ? [[key, reason] as const] : [])),
  );
  const keyOfType = new Map(answers.map((answer) => [answer.resourceType, answer.key]));
  /** The key under which a resource came, and the one under which its type is looked for. */
  const markIncomplete = ({ type, key }: Pick<Received, 'type' | 'key'>): void => {
    for (const lacking of [key, keyOfType.get(type) ?? key])
      if (!unread.has(lacking)) unread.set(lacking, 'incomplete');
  };
  const received = receivedByReference(patientId, answers, markIncomplete);
  const medication = (reference: string): Json | undefined => {
    const found = received.get(reference);
    return found?.type === 'Medication' && found.resource['status'] !== 'entered-in-error'
      ? found.resource
      : undefined;
  };
  const indexes = new Map<string, TypeIndex>();
  const entries = new Map<string, RecordEntry>();
  const unclear = new Set<string>();
  for (const [reference, { type, key, resource, owner }] of received) {
    const usability = usabilityOf(resource);
    if (!keyOfType.has(type) || usability === 'left-out') continue;
    if (owner === 'unknown') markIncomplete({ type, key });
    if (owner !== 'patient') continue;
    let index = indexes.get(type);
    if (!index) indexes.set(type, (index = new TypeIndex()));
    const entry = index.add(reference, resource, medication);
    // A drug that nothing names, or only a code that nobody else knows, could be any drug.
    const isPast = ['completed', 'stopped'].includes(text(resource['status']) ?? '');
    const isNamed = entry.concepts.some(isReadable);
    if (type.startsWith('Medication') && !isNamed && !(isPast && entry.concepts.length > 0))
      markIncomplete({ type, key });
    if (usability === 'unclear') unclear.add(reference);
    else entries.set(reference, entry);
  }

  const unreadOf = (type: string): string[] => {
    const key = keyOfType.get(type);
    return key === undefined || unread.has(key) ? [key ?? type] : [];
  };
  let arrived: ReadonlySet<string> | undefined;
  const cache = new Map<string, Selection>();
  /** Whether a selector finds an entry that has its code; undefined where that cannot be said. */
  const finds = (selector: Selector, { reference, resource }: Selected): boolean | undefined => {
    const isUnclear = unclear.has(reference);
    const status = text(resource['status']) ?? '';
    const isOfStatus = selector.status ? selector.status.has(status) : status !== 'not-done';
    if (!isUnclear && !isOfStatus) return false;
    try {
      if (selector.where && !selector.where(resource)) return false;
    } catch {
      return undefined;
    }
    return isUnclear ? undefined : true;
  };
  const run = (selector: Selector): Selection => {
    const items: Selected[] = [];
    const hidden = new Set<string>();
    for (const type of selector.from) {
      unreadOf(type).forEach((key) => hidden.add(key));
      for (const entry of selected(type, indexes.get(type) ?? NOTHING, selector)) {
        const isFound = finds(selector, entry);
        // What nobody can tell is not known to be absent.
        if (isFound === undefined) hidden.add(keyOfType.get(type) ?? type);
        else if (isFound) items.push(entry);
      }
    }
    return { items: items.toSorted((a, b) => (a.reference < b.reference ? -1 : 1)), unread: [...hidden] };
  };

  return {
    unread,
    unreadOf,
    select(selector) {
      const known = cache.get(selector.name) ?? run(selector);
      cache.set(selector.name, known);
      return known;
    },
    find: (reference) => entries.get(reference),
    isLeftOut: (reference) => {
      arrived ??= new Set(answers.flatMap(({ resources }) => resources.map(referenceTo)));
      return !entries.has(reference) && arrived.has(reference);
    },
  };
}
