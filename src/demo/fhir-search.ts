import { codingsOf, isObject, objects, period, text, type Json } from '../fhir/read';
import { parseDays, type DayInterval } from '../time/days';

type Kind = 'token' | 'date' | 'reference' | 'string';

interface Parameter {
  readonly kind: Kind;
  /** The elements that it looks at. */
  readonly elements: readonly string[];
}

const token = (...elements: string[]): Parameter => ({ kind: 'token', elements });
const date = (...elements: string[]): Parameter => ({ kind: 'date', elements });
const patient = (...elements: string[]): Parameter => ({ kind: 'reference', elements });

/** FHIR R4, the search parameters of each resource that are answered here; every type has `_id` too. */
const PARAMETERS: Readonly<Record<string, Readonly<Record<string, Parameter>>>> = {
  Patient: { name: { kind: 'string', elements: ['name'] }, birthdate: date('birthDate') },
  Practitioner: { name: { kind: 'string', elements: ['name'] } },
  Organization: {},
  Medication: { code: token('code') },
  Condition: {
    patient: patient('subject'),
    code: token('code'),
    category: token('category'),
    'clinical-status': token('clinicalStatus'),
    'verification-status': token('verificationStatus'),
    'onset-date': date('onsetDateTime', 'onsetPeriod'),
    'recorded-date': date('recordedDate'),
  },
  Procedure: {
    patient: patient('subject'),
    code: token('code'),
    status: token('status'),
    date: date('performedDateTime', 'performedPeriod'),
  },
  Observation: {
    patient: patient('subject'),
    code: token('code'),
    category: token('category'),
    status: token('status'),
    date: date('effectiveDateTime', 'effectivePeriod'),
  },
  DiagnosticReport: {
    patient: patient('subject'),
    code: token('code'),
    category: token('category'),
    status: token('status'),
    date: date('effectiveDateTime', 'effectivePeriod'),
  },
  ServiceRequest: {
    patient: patient('subject'),
    code: token('code'),
    status: token('status'),
    authored: date('authoredOn'),
  },
  MedicationRequest: {
    patient: patient('subject'),
    code: token('medicationCodeableConcept'),
    status: token('status'),
    authoredon: date('authoredOn'),
  },
  MedicationStatement: {
    patient: patient('subject'),
    code: token('medicationCodeableConcept'),
    status: token('status'),
    effective: date('effectiveDateTime', 'effectivePeriod'),
  },
  AllergyIntolerance: {
    patient: patient('patient'),
    code: token('code'),
    'clinical-status': token('clinicalStatus'),
  },
  CarePlan: {
    patient: patient('subject'),
    category: token('category'),
    status: token('status'),
    date: date('period'),
  },
  Goal: {
    patient: patient('subject'),
    'lifecycle-status': token('lifecycleStatus'),
    'start-date': date('startDate'),
  },
  Coverage: { patient: patient('beneficiary'), status: token('status') },
  Task: { patient: patient('for'), code: token('code'), status: token('status') },
};

const ANY_TYPE: Readonly<Record<string, Parameter>> = { _id: token('id') };

export const SEARCHED_TYPES = Object.keys(PARAMETERS);

/** The parameters of a type by name. */
export function parametersOf(type: string): Readonly<Record<string, Parameter>> {
  return { ...ANY_TYPE, ...PARAMETERS[type] };
}

/** So much is searched for at once. */
const MOST = { parameters: 20, values: 100 };

/** What a search asks for that is not answered here. */
export class UnsupportedSearch extends Error {
  override readonly name = 'UnsupportedSearch';
}

/** The codes of an element: of a CodeableConcept, a Coding, or a code by itself. */
function tokensIn(element: unknown): { system: string; code: string }[] {
  if (typeof element === 'string') return [{ system: '', code: element }];
  const items = Array.isArray(element) ? (element as readonly unknown[]) : [element];
  return items.flatMap((item) => codingsOf(item));
}

function matchesToken(element: unknown, wanted: string): boolean {
  const bar = wanted.indexOf('|');
  const [system, code] = bar < 0 ? [undefined, wanted] : [wanted.slice(0, bar), wanted.slice(bar + 1)];
  return tokensIn(element).some(
    (found) => (system === undefined || found.system === system) && (code === '' || found.code === code),
  );
}

/** The days that an element may stand for; a period without an end goes on. */
function daysOf(element: unknown): DayInterval | undefined {
  if (!isObject(element)) return parseDays(element);
  const { start, end } = period(element);
  if (!start && !end) return undefined;
  return {
    earliest: start?.earliest ?? Number.NEGATIVE_INFINITY,
    latest: end?.latest ?? Number.POSITIVE_INFINITY,
  };
}

/** FHIR R4, Search, date: how the days of a resource are compared with those that are asked for. */
const COMPARISONS: Readonly<Record<string, (found: DayInterval, asked: DayInterval) => boolean>> = {
  eq: (found, asked) => found.earliest >= asked.earliest && found.latest <= asked.latest,
  gt: (found, asked) => found.latest > asked.latest,
  ge: (found, asked) => found.latest >= asked.earliest,
  lt: (found, asked) => found.earliest < asked.earliest,
  le: (found, asked) => found.earliest <= asked.latest,
};

function matchesDate(element: unknown, wanted: string): boolean {
  const [, prefix = 'eq', days = ''] = /^([a-z]{2})?(.*)$/su.exec(wanted) ?? [];
  const compare = COMPARISONS[prefix];
  const asked = parseDays(days);
  if (!compare || !asked) throw new UnsupportedSearch(`the date "${wanted}" cannot be searched for`);
  const found = daysOf(element);
  return found !== undefined && compare(found, asked);
}

function matchesReference(element: unknown, wanted: string): boolean {
  const reference = isObject(element) ? text(element['reference']) : undefined;
  return reference === (wanted.includes('/') ? wanted : `Patient/${wanted}`);
}

function matchesString(element: unknown, wanted: string): boolean {
  const words = objects(element).flatMap(({ given, family, text: whole }) => [given, family, whole].flat());
  return words.some((word) => text(word)?.toLowerCase().startsWith(wanted.toLowerCase()));
}

const MATCHES: Readonly<Record<Kind, (element: unknown, wanted: string) => boolean>> = {
  token: matchesToken,
  date: matchesDate,
  reference: matchesReference,
  string: matchesString,
};

/** Sorts by a date parameter, `-date` from the newest on; what has no date comes last. */
function sorted(resources: readonly Json[], by: string, parameters: Readonly<Record<string, Parameter>>) {
  const isDescending = by.startsWith('-');
  const name = isDescending ? by.slice(1) : by;
  const parameter = Object.hasOwn(parameters, name) ? parameters[name] : undefined;
  if (parameter?.kind !== 'date') throw new UnsupportedSearch(`nothing is sorted by "${by}"`);
  const dayOf = (resource: Json): number | undefined =>
    parameter.elements.flatMap((element) => daysOf(resource[element])?.earliest ?? [])[0];
  return resources.toSorted((a, b) => {
    const [first, second] = [dayOf(a), dayOf(b)];
    if (first === undefined || second === undefined)
      return Number(first === undefined) - Number(second === undefined);
    return isDescending ? second - first : first - second;
  });
}

/**
 * Searches resources of one type: every parameter must hold, and of values joined by commas one.
 * @throws UnsupportedSearch for a parameter or value that is not answered here
 */
export function search(resources: readonly Json[], type: string, query: URLSearchParams): readonly Json[] {
  const parameters = parametersOf(type);
  if (query.size > MOST.parameters) throw new UnsupportedSearch(`more than ${MOST.parameters} parameters`);
  let found = resources.filter(({ resourceType }) => resourceType === type);
  for (const [name, value] of query) {
    if (name === '_sort' || name === '_count' || name === '_format') continue;
    const parameter = Object.hasOwn(parameters, name) ? parameters[name] : undefined;
    if (!parameter) throw new UnsupportedSearch(`${type} is not searched by "${name}"`);
    const { kind, elements } = parameter;
    const wanted = value.split(',');
    if (wanted.length > MOST.values)
      throw new UnsupportedSearch(`more than ${MOST.values} values of "${name}"`);
    found = found.filter((resource) =>
      elements.some((element) => wanted.some((one) => MATCHES[kind](resource[element], one))),
    );
  }
  const by = query.get('_sort');
  return by === null ? found : sorted(found, by, parameters);
}
