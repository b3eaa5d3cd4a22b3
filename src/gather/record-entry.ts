import {
  type Code,
  type Concept,
  type Json,
  codingsOf,
  concepts,
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

/** A record entry; its concepts are read when somebody asks for them. */
export function recordEntry(
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
export function codesOf(type: string, entry: RecordEntry): readonly Code[] {
  const { resource } = entry;
  if (CODE_ELEMENT.has(type)) return entry.concepts.flatMap((concept) => concept.codings);
  const own: readonly Code[] = codingsOf(resource['code']);
  return objects(resource['component']).reduce(
    (all, component) => all.concat(codingsOf(component['code'])),
    own,
  );
}
