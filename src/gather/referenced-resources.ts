import { FHIR_ID, isObject, objects, text, type Json } from '../fhir/read';
import { readSearch, type ChartServer } from './fhir-server/read-search';
import { ownerOf, usabilityOf } from './usable-resource';

/** As many as fit into an address that every server takes. */
const IDS_A_SEARCH = 40;
/** More than anybody has on file at once. */
const MOST_IDS = 200;

/** The id in a reference to a resource of the type on this server; undefined for one elsewhere. */
function idOn({ baseUrl }: ChartServer, type: string, reference: unknown): string | undefined {
  const literal = isObject(reference) ? (text(reference['reference']) ?? '') : '';
  const relative = literal.startsWith(baseUrl.href) ? literal.slice(baseUrl.href.length) : literal;
  const [named, id = '', ...rest] = relative.split('/');
  const isLiteral = rest.length === 0 || (rest.length === 2 && rest[0] === '_history');
  return named === type && isLiteral && FHIR_ID.test(id) ? id : undefined;
}

/** What a resource points at and cannot be understood without: the drug of a prescription, who pays for a coverage. */
function pointersOf(resource: Json): readonly (readonly [string, unknown])[] {
  return [
    ['Medication', resource['medicationReference']],
    ...objects(resource['payor']).map((payor) => ['Organization', payor] as const),
  ];
}

/** Reads the Medications and Organizations that resources point at and that did not come with them. */
export async function readReferenced(
  resources: readonly Json[],
  patientId: string,
  server: ChartServer,
): Promise<Json[]> {
  const present = new Set(resources.map(({ resourceType, id }) => `${text(resourceType)}/${text(id)}`));
  const missing = new Map<string, Set<string>>();
  const own = resources.filter(
    (resource) => usabilityOf(resource) !== 'left-out' && ownerOf(resource, patientId) === 'patient',
  );
  for (const [type, pointer] of own.flatMap(pointersOf)) {
    const id = idOn(server, type, pointer);
    if (id !== undefined && !present.has(`${type}/${id}`))
      missing.set(type, (missing.get(type) ?? new Set()).add(id));
  }
  const searches = [...missing].flatMap(([type, all]) => {
    const ids = [...all].slice(0, MOST_IDS);
    const parts = Array.from({ length: Math.ceil(ids.length / IDS_A_SEARCH) }, (_, i) =>
      ids.slice(i * IDS_A_SEARCH, (i + 1) * IDS_A_SEARCH),
    );
    return parts.map((part) => `${type}?_id=${part.join(',')}&_count=${IDS_A_SEARCH}`);
  });
  const reads = await Promise.all(searches.map((search) => readSearch(search, server)));
  return reads
    .flatMap(({ pages }) => pages.flatMap((page) => page.resources))
    .filter(({ resourceType }) => missing.has(text(resourceType) ?? ''));
}
