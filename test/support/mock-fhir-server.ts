import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { isObject, type Json } from '../../src/fhir/read';
import { ownerOf } from '../../src/gather/usable-resource';

/** One request as the server saw it. */
export interface Seen {
  readonly method: string;
  /** Path and query, unescaped. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
}

export type Behaviour = (request: IncomingMessage, response: ServerResponse) => void;

/** A FHIR server on this machine that holds one chart, and misbehaves where it is told to. */
export interface MockFhirServer {
  /** The FHIR base URL. */
  readonly url: string;
  readonly origin: string;
  readonly seen: readonly Seen[];
  /** What happens to searches of a type, or with `*` to every request, in place of an answer. */
  behave(type: string, behaviour: Behaviour): void;
  /** How many resources a page holds. */
  pageSize: number;
  close(): Promise<void>;
}

export function send(
  response: ServerResponse,
  body: unknown,
  status = 200,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { 'Content-Type': 'application/fhir+json', ...headers });
  response.end(typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body));
}

export function searchset(resources: readonly Json[], links: readonly Json[] = []): Json {
  return {
    resourceType: 'Bundle',
    type: 'searchset',
    link: [{ relation: 'self', url: 'x' }, ...links],
    entry: resources.map((resource) => ({ resource, search: { mode: 'match' } })),
  };
}

/** Starts the server on a port of its own. Paging is opaque, at the root, as the HAPI FHIR server does it. */
export async function startMockFhirServer(chart: readonly Json[] = []): Promise<MockFhirServer> {
  const seen: Seen[] = [];
  const behaviours = new Map<string, Behaviour>();
  const results = new Map<string, readonly Json[]>();
  const answerPage = (response: ServerResponse, id: string, offset: number): void => {
    const found = results.get(id) ?? [];
    const next = offset + mock.pageSize;
    const links = [{ relation: 'next', url: `${mock.url}?_getpages=${id}&_getpagesoffset=${next}` }];
    send(response, searchset(found.slice(offset, next), next < found.length ? links : []));
  };
  const search = (type: string, query: URLSearchParams): readonly Json[] => {
    const ids = query.get('_id')?.split(',');
    if (ids) return chart.filter(({ resourceType, id }) => resourceType === type && ids.includes(String(id)));
    const patient = (query.get('patient') ?? '').replace('Patient/', '');
    return chart.filter(
      (resource) => resource['resourceType'] === type && ownerOf(resource, patient) === 'patient',
    );
  };
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', mock.origin);
    seen.push({
      method: request.method ?? '',
      path: decodeURIComponent(url.pathname + url.search),
      headers: request.headers,
    });
    const type = url.pathname.replace(/^\/fhir\/?/u, '');
    const behaviour = behaviours.get('*') ?? behaviours.get(type);
    const page = url.searchParams.get('_getpages');
    if (behaviour) behaviour(request, response);
    else if (page !== null) answerPage(response, page, Number(url.searchParams.get('_getpagesoffset')));
    else {
      results.set(type, search(type, url.searchParams));
      answerPage(response, type, 0);
    }
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const mock: MockFhirServer = {
    url: `${origin}/fhir`,
    origin,
    seen,
    behave: (type, behaviour) => void behaviours.set(type, behaviour),
    pageSize: 200,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return mock;
}

/** The types that were searched for, once each. */
export function typesSearched({ seen }: Pick<MockFhirServer, 'seen'>): string[] {
  return [...new Set(seen.flatMap(({ path }) => /\/fhir\/([A-Za-z]+)\?/u.exec(path)?.[1] ?? []))].toSorted();
}

/** The resources of every Bundle of a prefetch. */
export function chartOfPrefetch(prefetch: Json): Json[] {
  return Object.values(prefetch).flatMap((value) => {
    if (!isObject(value)) return [];
    if (value['resourceType'] !== 'Bundle') return [value];
    const entries = Array.isArray(value['entry']) ? (value['entry'] as { resource: Json }[]) : [];
    return entries.map(({ resource }) => resource);
  });
}
