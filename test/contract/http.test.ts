import { gzipSync } from 'node:zlib';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import request, { type Response } from 'supertest';
import type { Express } from 'express';
import { appForTest, ROOT } from '../support/service-for-test';
import {
  answerableRequest,
  draftOrder,
  emptyPaths,
  issuesOf,
  minimalRequest,
  PROFILE,
  SERVICE,
  withContext,
  withoutIds,
} from './support';

const app = appForTest();
const smallApp = appForTest({ bodyLimit: 1024 });
const ORIGIN = 'https://sandbox.cds-hooks.org';
const BIG = { ...answerableRequest(), padding: 'x'.repeat(2000) };

/** A service with a bug in it. */
const brokenApp = appForTest({
  newId: () => {
    throw new Error('secret of /srv/app/node_modules/thing.js:12:34');
  },
});

/** Sends exactly these bytes; without a type no Content-Type goes out at all. */
function send(body: string | Buffer, type: string | undefined, to: Express = app): Promise<Response> {
  const typed = request(to)
    .post(SERVICE)
    .set('Origin', ORIGIN)
    .set('Content-Type', type ?? 'text/plain');
  const test = type === undefined ? typed.unset('Content-Type') : typed;
  test.write(body);
  return Promise.resolve(test);
}

const JSON_TYPE = 'application/json';
const valid = JSON.stringify(answerableRequest());

function get(path: string): Promise<Response> {
  return Promise.resolve(request(app).get(path).set('Origin', ORIGIN));
}

function postTo(path: string, body: object, to: Express = app): Promise<Response> {
  return Promise.resolve(request(to).post(path).set('Origin', ORIGIN).send(body));
}

interface Refusal {
  readonly name: string;
  readonly status: number;
  readonly of: () => Promise<Response>;
}

const REFUSALS: readonly Refusal[] = [
  { name: 'malformed JSON', status: 400, of: () => send('{"hook": "order-sign",}', JSON_TYPE) },
  { name: 'JSON that breaks off', status: 400, of: () => send(valid.slice(0, -5), JSON_TYPE) },
  { name: 'JSON with a comment', status: 400, of: () => send(`/* ours */ ${valid}`, JSON_TYPE) },
  {
    name: 'a letter that is no UTF-8',
    status: 400,
    of: () => send(Buffer.from(valid.replace('order-sign', 'order-s\u00EDgn'), 'latin1'), JSON_TYPE),
  },
  { name: 'an empty body', status: 400, of: () => send('', JSON_TYPE) },
  { name: 'a body that is an array', status: 400, of: () => send('[]', JSON_TYPE) },
  { name: 'a body that is a string', status: 400, of: () => send('"order-sign"', JSON_TYPE) },
  { name: 'a body that is null', status: 400, of: () => send('null', JSON_TYPE) },
  { name: 'a request without anything required', status: 400, of: () => postTo(SERVICE, {}) },
  {
    name: 'the hook of another service',
    status: 400,
    of: () => postTo(SERVICE, { ...answerableRequest(), hook: 'patient-view' }),
  },
  {
    name: 'an order of another patient',
    status: 400,
    of: () =>
      postTo(SERVICE, answerableRequest(draftOrder({ subject: { reference: 'Patient/somebody-else' } }))),
  },
  {
    name: 'an unknown profile',
    status: 400,
    of: () => postTo(SERVICE, { ...answerableRequest(), extension: { [PROFILE]: 'unheard-of' } }),
  },
  { name: 'a malformed percent-encoding', status: 400, of: () => get('/cds-services/%E0%A4%A') },
  {
    name: 'a gzip stream that is none',
    status: 400,
    of: () =>
      Promise.resolve(
        request(app)
          .post(SERVICE)
          .set('Origin', ORIGIN)
          .set('Content-Type', JSON_TYPE)
          .set('Content-Encoding', 'gzip')
          .send('not gzip'),
      ),
  },
  { name: 'an unknown path', status: 404, of: () => get('/nothing/here') },
  { name: 'the root', status: 404, of: () => get('/') },
  { name: 'an unknown service', status: 404, of: () => postTo('/cds-services/unheard-of', minimalRequest()) },
  { name: 'a GET of the service', status: 405, of: () => get(SERVICE) },
  { name: 'a POST to discovery', status: 405, of: () => postTo('/cds-services', minimalRequest()) },
  {
    name: 'a PUT to the service',
    status: 405,
    of: () => Promise.resolve(request(app).put(SERVICE).set('Origin', ORIGIN).send({})),
  },
  {
    name: 'a DELETE of discovery',
    status: 405,
    of: () => Promise.resolve(request(app).delete('/cds-services').set('Origin', ORIGIN)),
  },
  { name: 'nothing of the chart', status: 412, of: () => postTo(SERVICE, minimalRequest()) },
  { name: 'a body beyond the limit', status: 413, of: () => postTo(SERVICE, BIG, smallApp) },
  { name: 'text/plain', status: 415, of: () => send(valid, 'text/plain') },
  { name: 'a form', status: 415, of: () => send('hook=order-sign', 'application/x-www-form-urlencoded') },
  { name: 'XML', status: 415, of: () => send('<Bundle/>', 'application/fhir+xml') },
  { name: 'no content type', status: 415, of: () => send(valid, undefined) },
  {
    name: 'UTF-16',
    status: 415,
    of: () => send(Buffer.from(valid, 'utf16le'), 'application/json; charset=utf-16le'),
  },
  {
    name: 'a character set that is no Unicode',
    status: 415,
    of: () => send(Buffer.from(valid, 'latin1'), 'application/json; charset=iso-8859-1'),
  },
  {
    name: 'an unknown content encoding',
    status: 415,
    of: () =>
      Promise.resolve(
        request(app)
          .post(SERVICE)
          .set('Origin', ORIGIN)
          .set('Content-Type', JSON_TYPE)
          .set('Content-Encoding', 'zip')
          .send(valid),
      ),
  },
  { name: 'a bug of ours', status: 500, of: () => postTo(SERVICE, answerableRequest(), brokenApp) },
];

const cases = REFUSALS.map((refusal) => [refusal.name, refusal.status, refusal.of] as const);

describe.each(cases)('the refusal of %s', (_name, status, of) => {
  test(`[B9 B10] is a ${status} with an OperationOutcome`, async () => {
    const issues = issuesOf(await of(), status);
    for (const issue of issues) {
      expect(['error', 'fatal']).toContain(issue.severity);
      expect(issue.code).toMatch(/^[a-z-]+$/u);
      expect(issue.diagnostics).toMatch(/^[A-Z"a-z][^<>{}]+$/u);
    }
  });

  test('[B1 B10] is JSON and never HTML', async () => {
    const response = await of();
    expect(response.headers['content-type']).toMatch(/^application\/json/u);
    expect(response.text).not.toMatch(/<\/?[a-z!]/iu);
  });

  test('[B3 B4] has nothing empty in it', async () => {
    expect(emptyPaths((await of()).body)).toEqual([]);
  });

  test('[B13 B14] can be read by a browser of any origin, without credentials', async () => {
    const { headers } = await of();
    expect(headers['access-control-allow-origin']).toBe('*');
    expect(headers['access-control-allow-credentials']).toBeUndefined();
  });

  test('[B10] tells nothing about the inside of the service', async () => {
    const { text, headers } = await of();
    const versions = readFileSync(join(ROOT, 'package.json'), 'utf8').match(/\d+\.\d+\.\d+/gu) ?? [];
    for (const secret of [ROOT, '/srv', 'node_modules', 'secret', 'Error', 'Unexpected', ...versions]) {
      expect(text).not.toContain(secret);
    }
    expect(text).not.toMatch(/\.[jt]s\b|\bat \S+ \(|:\d+:\d+|stack|\bexpress\b|body-parser/iu);
    expect(headers['x-powered-by']).toBeUndefined();
    expect(headers['server']).toBeUndefined();
  });
});

describe('what may be sent', () => {
  const accepted: readonly (readonly [string, string | Buffer, string])[] = [
    ['application/json', valid, 'application/json'],
    ['a charset of UTF-8', valid, 'application/json; charset=utf-8'],
    ['a charset in capitals', valid, 'application/json;charset=UTF-8'],
    ['a type in capitals', valid, 'Application/JSON'],
    ['application/fhir+json', valid, 'application/fhir+json'],
    ['application/fhir+json with a FHIR version', valid, 'application/fhir+json; fhirVersion=4.0'],
    ['a byte order mark', `\uFEFF${valid}`, 'application/json'],
    ['a byte order mark and a charset', `\uFEFF${valid}`, 'application/json; charset=utf-8'],
    ['white space around', `\n  ${valid}\n`, 'application/json'],
  ];

  test.each(accepted)('[B2] %s gets the same answer', async (_name, body, type) => {
    const plain = await postTo(SERVICE, answerableRequest());
    const response = await send(body, type);
    expect(response.status).toBe(200);
    expect(withoutIds(response.body)).toEqual(withoutIds(plain.body));
  });

  test('[B2] a compressed body gets the same answer', async () => {
    const plain = await postTo(SERVICE, answerableRequest());
    const sent = request(app).post(SERVICE).set('Content-Type', JSON_TYPE).set('Content-Encoding', 'gzip');
    sent.write(gzipSync(valid));
    const response = await sent;
    expect(withoutIds(response.body)).toEqual(withoutIds(plain.body));
  });

  test('[B2] letters beyond ASCII arrive unharmed', async () => {
    const note = [{ text: 'ü 漢' }];
    const response = await postTo(SERVICE, answerableRequest(draftOrder({ note })));
    expect(JSON.stringify(response.body)).toContain('ü 漢');
  });

  test('[B9] a body within the limit that is larger than 100 kB is answered', async () => {
    const response = await postTo(SERVICE, { ...answerableRequest(), padding: 'x'.repeat(2_000_000) });
    expect(response.status).toBe(200);
  });

  test('[B9] a compressed body is measured as it unpacks', async () => {
    const sent = request(smallApp)
      .post(SERVICE)
      .set('Content-Type', JSON_TYPE)
      .set('Content-Encoding', 'gzip');
    sent.write(gzipSync(JSON.stringify({ ...answerableRequest(), padding: 'x'.repeat(100_000) })));
    expect(issuesOf(await sent, 413)).toHaveLength(1);
  });
});

describe('what is answered', () => {
  test('[B7] success is a 200 with cards', async () => {
    const response = await postTo(SERVICE, answerableRequest());
    expect(response.status).toBe(200);
    expect(response.body).toHaveProperty('cards');
  });

  test('[B2] success is application/json', async () => {
    const response = await postTo(SERVICE, answerableRequest());
    expect(response.headers['content-type']).toMatch(/^application\/json/u);
  });

  test('[B6] the answer is strict JSON', async () => {
    const response = await postTo(SERVICE, answerableRequest());
    expect(JSON.parse(response.text)).toEqual(response.body);
  });

  test('[B11 B14] success can be read by a browser of any origin, without credentials', async () => {
    const { headers } = await postTo(SERVICE, answerableRequest());
    expect(headers['access-control-allow-origin']).toBe('*');
    expect(headers['access-control-allow-credentials']).toBeUndefined();
  });

  test('[B9] the header does not name the software', async () => {
    const { headers } = await get('/cds-services');
    expect(headers['x-powered-by']).toBeUndefined();
  });
});

describe('methods and addresses', () => {
  const allowed: readonly (readonly [string, string, readonly string[]])[] = [
    ['get', SERVICE, ['POST']],
    ['put', SERVICE, ['POST']],
    ['patch', SERVICE, ['POST']],
    ['delete', SERVICE, ['POST']],
    ['post', '/cds-services', ['GET']],
    ['put', '/cds-services', ['GET']],
    ['delete', '/cds-services', ['GET']],
    ['post', '/health/live', ['GET']],
  ];

  test.each(allowed)('[B9] %s of %s is a 405 that names what is allowed', async (method, path, methods) => {
    const client = request(app);
    const verbs = {
      get: () => client.get(path),
      put: () => client.put(path),
      patch: () => client.patch(path),
      delete: () => client.delete(path),
      post: () => client.post(path),
    };
    const response = await verbs[method as keyof typeof verbs]();
    issuesOf(response, 405);
    const named = String(response.headers['allow']).split(/,\s*/u);
    expect(named).toEqual(expect.arrayContaining([...methods]));
    expect(named).not.toContain(method.toUpperCase());
  });

  test('[B9] HEAD of discovery is answered', async () => {
    const response = await request(app).head('/cds-services');
    expect(response.status).toBe(200);
  });

  test.each([
    '/cds-services/',
    '//cds-services',
    '/cds-services//',
    '/cds-services?x=1',
    '/cds-services/?x=//',
  ])('[A13 B9] discovery is also found at %s', async (path) => {
    const response = await get(path);
    expect(response.status).toBe(200);
    expect(response.body).toEqual((await get('/cds-services')).body);
  });

  test.each([
    `${SERVICE}/`,
    '/cds-services//nerve-block-order-sign',
    '//cds-services//nerve-block-order-sign//',
    `${SERVICE}?a=//b`,
  ])('[A13 B9] the service is also found at %s', async (path) => {
    const response = await postTo(path, answerableRequest());
    expect(response.status).toBe(200);
  });

  test.each(['/cds-services/nerve-block-order-sign/more', '/cds-services/../etc/passwd', '/cds', '/CDS'])(
    '[B9] there is nothing at %s',
    async (path) => {
      expect(issuesOf(await postTo(path, answerableRequest()), 404)).toHaveLength(1);
    },
  );

  test.each(['constructor', '__proto__', 'toString'])('[A5] %s is no service', async (id) => {
    expect(issuesOf(await postTo(`/cds-services/${id}`, answerableRequest()), 404)).toHaveLength(1);
  });
});

describe('preflight', () => {
  test.each(['/cds-services', SERVICE, `${SERVICE}/feedback`])(
    '[B12] a preflight of %s succeeds without credentials',
    async (path) => {
      const response = await request(app)
        .options(path)
        .set('Origin', ORIGIN)
        .set('Access-Control-Request-Method', 'POST')
        .set('Access-Control-Request-Headers', 'authorization,content-type');
      expect(response.status).toBe(204);
      expect(response.text).toBe('');
      expect(response.headers['access-control-allow-origin']).toBe('*');
      expect(response.headers['access-control-allow-credentials']).toBeUndefined();
    },
  );

  const listed = (header: unknown): string[] => String(header).toLowerCase().split(/,\s*/u);

  test('[B12] a preflight allows the methods of the protocol', async () => {
    const { headers } = await request(app).options(SERVICE).set('Origin', ORIGIN);
    expect(listed(headers['access-control-allow-methods'])).toEqual(
      expect.arrayContaining(['get', 'post', 'options']),
    );
  });

  test('[B12] a preflight names Authorization and Content-Type', async () => {
    const { headers } = await request(app)
      .options(SERVICE)
      .set('Origin', ORIGIN)
      .set('Access-Control-Request-Headers', 'content-type');
    expect(listed(headers['access-control-allow-headers'])).toEqual(
      expect.arrayContaining(['authorization', 'content-type']),
    );
  });
});

describe('what comes first answers first', () => {
  const foreign = draftOrder({ subject: { reference: 'Patient/somebody-else' } });
  const drug = { resourceType: 'MedicationRequest', id: 'm1', subject: { reference: 'Patient/pt1' } };
  const broken = '{'.repeat(2000);
  const neighbours: readonly (readonly [string, number, () => Promise<Response>])[] = [
    ['preflight before route', 204, () => Promise.resolve(request(app).options('/nothing/here'))],
    [
      'route before content type',
      404,
      () => Promise.resolve(request(app).post('/cds-services/none').type('text/plain').send('x')),
    ],
    [
      'method before content type',
      405,
      () => Promise.resolve(request(app).put(SERVICE).type('text/plain').send('x')),
    ],
    ['content type before size', 415, () => send(JSON.stringify(BIG), 'text/plain', smallApp)],
    ['size before JSON', 413, () => send(broken, JSON_TYPE, smallApp)],
    [
      'envelope before relevance',
      400,
      () => postTo(SERVICE, { ...minimalRequest(drug), hookInstance: undefined }),
    ],
    [
      'patient before relevance',
      400,
      () => postTo(SERVICE, minimalRequest({ ...drug, subject: foreign['subject'] })),
    ],
    ['patient before chart', 400, () => postTo(SERVICE, minimalRequest(foreign))],
    [
      'profile before chart',
      400,
      () => postTo(SERVICE, { ...minimalRequest(), extension: { [PROFILE]: 'none' } }),
    ],
    ['relevance before chart', 200, () => postTo(SERVICE, minimalRequest(drug))],
    [
      'context before chart',
      400,
      () => postTo(SERVICE, withContext(minimalRequest(), { userId: undefined })),
    ],
    ['chart last', 412, () => postTo(SERVICE, minimalRequest())],
  ];

  test.each(neighbours)('[N5] %s: %i', async (_name, status, of) => {
    expect((await of()).status).toBe(status);
  });
});
