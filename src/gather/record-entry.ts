import {
  type Concept,
  type Json,
  concepts,
  containedIn,
  isObject,
  objects,
  referenceOf,
  text,
} from '../fhir/read';
import type { Member } from '../policy/value-set';

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
  const medication = containedIn(resource, link) ?? find(referenceOf(link) ?? '');
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

function sameConcept(a: Json, b: Json): boolean {
  if (a['text'] !== b['text']) return false;
  const [codings, others] = [objects(a['coding']), objects(b['coding'])];
  return (
    codings.length === others.length &&
    codings.every((coding, i) => {
      const other = others[i];
      return (
        coding['code'] === other?.['code'] &&
        coding['system'] === other?.['system'] &&
        coding['display'] === other?.['display']
      );
    })
  );
}

function sameElement(a: unknown, b: unknown): boolean {
  if (isObject(a) && isObject(b)) return sameConcept(a, b);
  const [own, others] = [objects(a), objects(b)];
  return (
    own.length === others.length &&
    own.every((concept, i) => {
      const other = others[i];
      return other !== undefined && sameConcept(concept, other);
    })
  );
}

/** Whether two resources of one type have the same codes; a plan, or a drug named elsewhere, is like no other. */
function haveSameCodes(a: Json, b: Json): boolean {
  const type = text(a['resourceType']) ?? '';
  if (type === 'CarePlan' || a['medicationReference'] !== undefined || b['medicationReference'] !== undefined)
    return false;
  const element = CODE_ELEMENT.get(type) ?? 'code';
  if (!sameElement(a[element], b[element])) return false;
  const [components, others] = [objects(a['component']), objects(b['component'])];
  return (
    components.length === others.length &&
    components.every((component, i) => sameElement(component['code'], others[i]?.['code']))
  );
}

/**
 * Entries of one resource type whose codes say the same. A chart repeats few codes many times: what a code is, is found
 * once for all of them.
 */
export interface CodeGroup {
  readonly concepts: readonly Concept[];
  readonly entries: RecordEntry[];
}

/** Under which the groups of a resource are looked for: its first code, else its words. */
function firstWord(resource: Json): string {
  const element = resource[CODE_ELEMENT.get(text(resource['resourceType']) ?? '') ?? 'code'];
  const [concept] = objects(element);
  const [coding] = objects(concept?.['coding']);
  return text(coding?.['code']) ?? text(concept?.['text']) ?? '';
}

/** Groups that share their first code and differ otherwise; where there are more, nothing is compared any more. */
const MOST_ALIKE = 32;

/** The entries of one resource type, those of the same codes together. */
export class TypeEntries {
  readonly groups: CodeGroup[] = [];
  readonly all: RecordEntry[] = [];
  readonly #byFirstWord = new Map<string, CodeGroup[]>();

  /** Adds a resource to the group of its codes, and gives the entry that it became. */
  add(reference: string, resource: Json, find: (reference: string) => Json | undefined): RecordEntry {
    const group = this.#groupOf(resource) ?? this.#newGroup(resource, find);
    const entry = { reference, resource, concepts: group.concepts };
    group.entries.push(entry);
    this.all.push(entry);
    return entry;
  }

  #groupOf(resource: Json): CodeGroup | undefined {
    const alike = this.#byFirstWord.get(firstWord(resource)) ?? [];
    if (alike.length >= MOST_ALIKE) return undefined;
    return alike.find(({ entries: [first] }) => first && haveSameCodes(first.resource, resource));
  }

  #newGroup(resource: Json, find: (reference: string) => Json | undefined): CodeGroup {
    const group = { concepts: conceptsOf(resource, find), entries: [] };
    const word = firstWord(resource);
    const alike = this.#byFirstWord.get(word);
    if (alike) alike.push(group);
    else this.#byFirstWord.set(word, [group]);
    this.groups.push(group);
    return group;
  }
}
