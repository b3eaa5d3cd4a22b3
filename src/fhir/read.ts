import { parseDays, type DayInterval } from '../time/days';

/** A JSON object from outside: every element is unknown until it is read. */
export type Json = Readonly<Record<string, unknown>>;

export interface Code {
  readonly system: string;
  readonly code: string;
  readonly display?: string;
}

/** A CodeableConcept with only what could be read of it. */
export interface Concept {
  readonly codings: readonly Code[];
  readonly text?: string;
}

/** What a CodeableConcept or Coding says in words: its text, else its displays. */
export function wordsOf(concept: Concept): string {
  return concept.text ?? concept.codings.flatMap((coding) => coding.display ?? []).join(', ');
}

/** All words of a concept: its text and its displays. */
export function allWordsOf(concept: Concept): string {
  return [concept.text ?? '', ...concept.codings.map((coding) => coding.display ?? '')].join('; ');
}

/** FHIR R4, id. */
export const FHIR_ID = /^[A-Za-z0-9\-.]{1,64}$/u;

export function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The objects of a repeating element; one object in place of a list counts as a list of one. */
export function objects(value: unknown): readonly Json[] {
  if (Array.isArray(value)) return value.every(isObject) ? value : value.filter(isObject);
  return isObject(value) ? [value] : [];
}

/** A string with something in it. */
export function text(value: unknown): string | undefined {
  return typeof value === 'string' && value.trim() !== '' ? value : undefined;
}

export function number(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

function readCoding(value: Json): Code | undefined {
  const code = text(value['code']);
  if (code === undefined) return undefined;
  const display = text(value['display']);
  return {
    system: text(value['system']) ?? '',
    code: code.trim(),
    ...(display !== undefined && { display }),
  };
}

function sortedBy<T>(items: T[], key: (item: T) => string): T[] {
  return items.length < 2 ? items : items.toSorted((a, b) => (key(a) < key(b) ? -1 : 1));
}

function codingKey({ system, code }: Code): string {
  return `${system}|${code}`;
}

function conceptKey(concept: Concept): string {
  return [...concept.codings.map(codingKey), concept.text ?? ''].join(' ');
}

/** The codings of a CodeableConcept element, repeating or not, as they stand there. */
export function codingsOf(value: unknown): Code[] {
  const codings: Code[] = [];
  for (const concept of objects(value)) {
    for (const coding of objects(concept['coding'])) {
      const read = readCoding(coding);
      if (read) codings.push(read);
    }
  }
  return codings;
}

/**
 * Reads the concepts of a CodeableConcept element, repeating or not; concepts that say nothing are passed over. The
 * sequence in which a sender lists codings and concepts means nothing, so both are sorted.
 */
export function concepts(value: unknown): Concept[] {
  const read: Concept[] = [];
  for (const concept of objects(value)) {
    const codings = sortedBy(codingsOf(concept), codingKey);
    const words = text(concept['text']);
    if (words !== undefined) read.push({ codings, text: words });
    else if (codings.length > 0) read.push({ codings });
  }
  return sortedBy(read, conceptKey);
}

/** `Type/id` of a relative, absolute or versioned literal reference. */
export function referenceOf(value: unknown): string | undefined {
  const reference = isObject(value) ? text(value['reference']) : undefined;
  const match =
    reference && /(?:^|\/)([A-Z][A-Za-z]+)\/([A-Za-z0-9\-.]{1,64})(?:\/_history\/[^/]+)?$/u.exec(reference);
  return match ? `${match[1]}/${match[2]}` : undefined;
}

/** The contained resource that a reference of its container means (`#id`). */
export function containedIn(container: Json, link: unknown): Json | undefined {
  const reference = isObject(link) ? text(link['reference']) : undefined;
  if (!reference?.startsWith('#')) return undefined;
  return objects(container['contained']).find((inner) => `#${text(inner['id'])}` === reference);
}

/** The texts of a repeating Annotation element. */
export function notes(value: unknown): string[] {
  return objects(value).flatMap((note) => text(note['text']) ?? []);
}

/** A period whose bounds are dates of any precision. */
export interface Dates {
  readonly start?: DayInterval;
  readonly end?: DayInterval;
}

/** Reads a Period element. */
export function period(value: unknown): Dates {
  if (!isObject(value)) return {};
  const start = parseDays(value['start']);
  const end = parseDays(value['end']);
  return { ...(start && { start }), ...(end && { end }) };
}
