import { isObject, objects, text, type Json } from '../fhir/read';
import { readSearch, type ChartServer } from './fhir-server/read-search';

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
  return named === type && isLiteral && /^[A-Za-z0-9\-.]{1,64}$/u.test(id) ? id : undefined;
}

/** Reads the resources of one type that references point at and that are not there yet. */
async function readReferenced(
  type: string,
  references: readonly unknown[],
  present: readonly Json[],
  server: ChartServer,
): Promise<Json[]> {
  const there = new Set(present.flatMap(({ resourceType, id }) => (resourceType === type ? [id] : [])));
  const ids = [...new Set(references.flatMap((reference) => idOn(server, type, reference) ?? []))]
    .filter((id) => !there.has(id))
    .slice(0, MOST_IDS);
  const searches: string[] = [];
  for (let i = 0; i < ids.length; i += IDS_A_SEARCH)
    searches.push(`${type}?_id=${ids.slice(i, i + IDS_A_SEARCH).join(',')}&_count=${IDS_A_SEARCH}`);
  const reads = await Promise.all(searches.map((search) => readSearch(search, server)));
  return reads
    .flatMap(({ pages }) => pages.flatMap(({ resources }) => resources))
    .filter(({ resourceType }) => resourceType === type);
}

/** The Medications that prescriptions and statements name only by reference. */
export function readMedications(resources: readonly Json[], server: ChartServer): Promise<Json[]> {
  const references = resources.map((resource) => resource['medicationReference']);
  return readReferenced('Medication', references, resources, server);
}

/** The Organizations that coverages name only by reference. */
export function readPayors(coverage: readonly Json[], server: ChartServer): Promise<Json[]> {
  const references = coverage.flatMap(({ payor }) => objects(payor));
  return readReferenced('Organization', references, coverage, server);
}
