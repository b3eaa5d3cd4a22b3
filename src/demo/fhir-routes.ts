import express, { Router, type Request, type Response } from 'express';
import { text, type Json } from '../fhir/read';
import { notAllowed, problem } from '../problem';
import { parametersOf, search, SEARCHED_TYPES, UnsupportedSearch } from './fhir-search';

const FHIR_JSON = 'application/fhir+json';
const PAGE = { usual: 100, largest: 500 };

/** What the endpoint can do, and nothing more. */
function capabilityStatement(url: string): Json {
  return {
    resourceType: 'CapabilityStatement',
    status: 'active',
    date: '2026-01-01',
    kind: 'instance',
    software: { name: 'nerve-block-cds demo records' },
    implementation: { description: 'Read-only demo records of invented patients', url },
    fhirVersion: '4.0.1',
    format: [FHIR_JSON],
    rest: [
      {
        mode: 'server',
        resource: SEARCHED_TYPES.map((type) => ({
          type,
          interaction: [{ code: 'read' }, { code: 'search-type' }],
          searchParam: Object.entries(parametersOf(type)).map(([name, { kind }]) => ({ name, type: kind })),
        })),
      },
    ],
  };
}

function baseUrlOf(request: Request): string {
  return `${request.protocol}://${request.get('host') ?? ''}${request.baseUrl}`;
}

/** A search and where in its result a page begins, as one opaque word. */
interface Place {
  readonly type: string;
  readonly query: string;
  readonly offset: number;
}

function opaque(place: Place): string {
  return Buffer.from(JSON.stringify(place)).toString('base64url');
}

function placeOf(word: string): Place {
  try {
    const place = JSON.parse(Buffer.from(word, 'base64url').toString('utf8')) as Partial<Place>;
    const { type = '', query = '', offset = 0 } = place;
    if (
      SEARCHED_TYPES.includes(type) &&
      typeof query === 'string' &&
      Number.isSafeInteger(offset) &&
      offset >= 0
    )
      return { type, query, offset };
  } catch {
    // Not one of ours.
  }
  throw problem(410, 'expired', 'There is no such page.');
}

function sizeOf(query: URLSearchParams): number {
  const asked = query.get('_count');
  if (asked === null) return PAGE.usual;
  if (!/^\d{1,6}$/u.test(asked)) throw problem(400, 'invalid', '_count must be a number.');
  return Math.min(Number(asked), PAGE.largest);
}

/** One page of a search. */
function searchset(records: readonly Json[], place: Place, base: string): Json {
  const query = new URLSearchParams(place.query);
  const found = search(records, place.type, query);
  const size = sizeOf(query);
  const end = place.offset + size;
  const self = `${base}/${place.type}${place.query === '' ? '' : `?${place.query}`}`;
  const next = `${base}?_page=${opaque({ ...place, offset: end })}`;
  return {
    resourceType: 'Bundle',
    type: 'searchset',
    total: found.length,
    link: [
      { relation: 'self', url: self },
      ...(size > 0 && end < found.length ? [{ relation: 'next', url: next }] : []),
    ],
    ...(size > 0 && {
      entry: found.slice(place.offset, end).map((resource) => ({
        fullUrl: `${base}/${text(resource['resourceType'])}/${text(resource['id'])}`,
        resource,
        search: { mode: 'match' },
      })),
    }),
  };
}

/**
 * A FHIR R4 server over records that nobody can change: read, search by type with GET or POST, and pages (FHIR R4,
 * RESTful API). For demos and tests; it knows no access control.
 */
export function fhirRoutes(records: readonly Json[]): Router {
  const router = Router();
  const send = (response: Response, body: object): void => {
    response.type(FHIR_JSON).send(JSON.stringify(body));
  };
  const answerSearch = (request: Request, response: Response, place: Place): void => {
    try {
      send(response, searchset(records, place, baseUrlOf(request)));
    } catch (error) {
      if (!(error instanceof UnsupportedSearch)) throw error;
      throw problem(400, 'not-supported', `This demo cannot answer: ${error.message}.`);
    }
  };
  const queryOf = (request: Request): string =>
    new URL(request.originalUrl, 'http://localhost').search.slice(1);
  const typeOf = (request: Request): string => {
    const type = String(request.params['type']);
    if (!SEARCHED_TYPES.includes(type))
      throw problem(404, 'not-supported', `There are no ${type} records here.`);
    return type;
  };

  router
    .route('/')
    .get((request, response) => {
      answerSearch(request, response, placeOf(text(request.query['_page']) ?? ''));
    })
    .all(notAllowed('GET, HEAD, OPTIONS'));
  router
    .route('/metadata')
    .get((request, response) => {
      send(response, capabilityStatement(baseUrlOf(request)));
    })
    .all(notAllowed('GET, HEAD, OPTIONS'));
  router
    .route('/:type')
    .get((request, response) => {
      answerSearch(request, response, { type: typeOf(request), query: queryOf(request), offset: 0 });
    })
    .all(notAllowed('GET, HEAD, OPTIONS'));
  router
    .route('/:type/_search')
    .post(express.text({ type: 'application/x-www-form-urlencoded' }), (request, response) => {
      const body: unknown = request.body;
      if (!request.is('application/x-www-form-urlencoded') && Number(request.get('content-length') ?? 0) > 0)
        throw problem(415, 'not-supported', 'A search is posted as application/x-www-form-urlencoded.');
      const query = [queryOf(request), text(body) ?? ''].filter((part) => part !== '').join('&');
      answerSearch(request, response, { type: typeOf(request), query, offset: 0 });
    })
    .all(notAllowed('POST, OPTIONS'));
  router
    .route('/:type/:id')
    .get((request, response) => {
      const { id } = request.params;
      const found = records.find(
        (record) => record['resourceType'] === typeOf(request) && record['id'] === id,
      );
      if (!found) throw problem(404, 'not-found', 'There is no such record.');
      send(response, found);
    })
    .all(notAllowed('GET, HEAD, OPTIONS'));
  return router;
}
