import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import JSONSchemaValidator from '@asymmetrik/fhir-json-schema-validator';
import request, { type Response } from 'supertest';
import { demoCases } from '../../src/demo/demo-cases';
import { demoRoutes } from '../../src/demo/demo-routes';
import { KEY_OF_TYPE, requestFor } from '../../src/demo/scenario';
import { ownerOf } from '../../src/gather/usable-resource';
import { post, withoutIds, type Json } from '../contract/support';
import { appForTest, FIXTURES, policyData } from '../support/service-for-test';

const app = appForTest({ demo: demoRoutes(FIXTURES, policyData), deadlineMs: 20_000 });
const cases = demoCases(FIXTURES);
const schema = new JSONSchemaValidator();
const PATIENT = '04-care-too-short';

let server: Server;
let base = '';
beforeAll(async () => {
  server = createServer(app);
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  await new Promise((resolve) => {
    server.close(resolve);
    server.closeAllConnections();
  });
});

function get(path: string): Promise<Response> {
  return Promise.resolve(request(base).get(`/fhir${path}`));
}

interface Searchset {
  readonly total: number;
  readonly link: readonly { readonly relation: string; readonly url: string }[];
  readonly entry?: readonly { readonly resource: Json }[];
}

async function searchset(path: string): Promise<Searchset> {
  const { status, body } = await get(path);
  expect([path, status, schema.validate(body)]).toEqual([path, 200, []]);
  return body as Searchset;
}

async function idsOf(path: string): Promise<string[]> {
  const { entry = [] } = await searchset(path);
  return entry.map(({ resource }) => String(resource['id']));
}

/** All resources of a search, by its next links. */
async function everyPage(path: string): Promise<Json[]> {
  const { link, entry = [] } = await searchset(path);
  const next = link.find(({ relation }) => relation === 'next')?.url.replace(`${base}/fhir`, '');
  return [...entry.map(({ resource }) => resource), ...(next === undefined ? [] : await everyPage(next))];
}

describe('the demo FHIR server', () => {
  test('says what it can do, and can do it', async () => {
    const { body } = await get('/metadata');
    // The validator's list of versions ends before this one.
    expect(schema.validate({ ...(body as Json), fhirVersion: '4.0.0' })).toEqual([]);
    const { fhirVersion, rest } = body as {
      fhirVersion: string;
      rest: { resource: { type: string; searchParam: { name: string; type: string }[] }[] }[];
    };
    expect(fhirVersion).toBe('4.0.1');
    const values: Readonly<Record<string, string>> = {
      token: 'x',
      date: 'ge2026-01-01',
      reference: 'x',
      string: 'x',
    };
    for (const { type, searchParam } of rest[0]?.resource ?? [])
      for (const parameter of searchParam)
        await searchset(`/${type}?${parameter.name}=${values[parameter.type] ?? ''}`);
  });

  test.each([
    ['?foo=1', 'Observation is not searched by \\"foo\\"'],
    ['?date=soon', 'the date \\"soon\\" cannot be searched for'],
    ['?date=ap2026-01-01', 'cannot be searched for'],
    ['?_sort=code', 'nothing is sorted by \\"code\\"'],
    ['?_count=many', '_count must be a number'],
    ['?__proto__=x', 'is not searched by'],
    ['?constructor=x', 'is not searched by'],
    ['?_sort=toString', 'nothing is sorted by'],
    [`?${'code=x&'.repeat(21)}`, 'more than 20 parameters'],
    [`?code=${'x,'.repeat(100)}`, 'more than 100 values'],
  ])('refuses what it cannot do: Observation%s', async (query, words) => {
    const { status, body } = await get(`/Observation${query}`);
    expect([status, JSON.stringify(body)]).toEqual([400, expect.stringContaining(words)]);
  });

  test('finds by patient, with and without the type, and nobody else', async () => {
    const own = await idsOf(`/Observation?patient=${PATIENT}`);
    expect(own.length).toBeGreaterThan(2);
    expect(await idsOf(`/Observation?patient=Patient/${PATIENT}`)).toEqual(own);
    expect(own.every((id) => id.startsWith(PATIENT))).toBe(true);
    expect(await idsOf('/Observation?patient=nobody')).toEqual([]);
  });

  test.each([
    ['code=72514-3', 1],
    ['code=http://loinc.org%7C72514-3', 1],
    ['code=http://loinc.org%7C', 1],
    ['code=http://snomed.info/sct%7C72514-3', 0],
    ['code=72514-3,oswestry-total', 2],
    ['category=vital-signs', 1],
    ['status=final&code=72514-3', 1],
    ['status=amended', 0],
  ])('finds by token: %s', async (query, count) => {
    expect(await idsOf(`/Observation?patient=${PATIENT}&${query}`)).toHaveLength(count);
  });

  test('finds by date, and sorts by it', async () => {
    const dates = async (query: string) =>
      (await everyPage(`/Observation?patient=${PATIENT}&${query}`)).map(({ effectiveDateTime }) =>
        String(effectiveDateTime),
      );
    const all = await dates('_sort=date');
    const byDate = all.toSorted((a, b) => a.localeCompare(b));
    expect(all).toEqual(byDate);
    expect(await dates('_sort=-date')).toEqual(byDate.toReversed());
    const [first = '', last = ''] = [all[0], all.at(-1)];
    expect(await dates(`date=ge${first}&_sort=date`)).toEqual(all);
    expect(await dates(`date=gt${last}`)).toEqual([]);
    expect(await dates(`date=lt${first}`)).toEqual([]);
    expect((await dates(`date=${last}`)).every((date) => date === last)).toBe(true);
  });

  test('gives pages by opaque links, and none that it did not make', async () => {
    const all = await idsOf(`/Procedure?_count=500`);
    const paged = await everyPage('/Procedure?_count=7');
    expect(paged.map(({ id }) => id)).toEqual(all);
    expect(all.length).toBeGreaterThan(50);
    const made = ['{"type":"Secret"}', '{"type":"Procedure","query":"","offset":1.5}'];
    for (const word of ['x', '', ...made.map((place) => Buffer.from(place).toString('base64url'))])
      expect((await get(`?_page=${word}`)).status).toBe(410);
    expect(await searchset('/Procedure?_count=0')).toMatchObject({ total: all.length });
  });

  test('answers a search by POST as it does by GET', async () => {
    const { body } = await request(base)
      .post('/fhir/Observation/_search')
      .type('form')
      .send({ patient: PATIENT, _count: '2' });
    const byGet = await searchset(`/Observation?patient=${PATIENT}&_count=2`);
    expect((body as Searchset).entry).toEqual(byGet.entry);
    const asJson = await request(base).post('/fhir/Observation/_search').send({ patient: PATIENT });
    expect(asJson.status).toBe(415);
  });

  test('reads a record, changes none, and lets any page read it', async () => {
    const { status, body, headers } = await get(`/Patient/${PATIENT}`);
    expect([
      status,
      (body as Json)['id'],
      headers['access-control-allow-origin'],
      headers['content-type'],
    ]).toEqual([200, PATIENT, '*', expect.stringContaining('application/fhir+json')]);
    expect((await get('/Patient/nobody')).status).toBe(404);
    expect((await get('/Binary/x')).status).toBe(404);
    for (const method of ['put', 'delete', 'patch'] as const) {
      const refused = await request(base)[method](`/fhir/Patient/${PATIENT}`);
      expect([refused.status, refused.headers['allow']]).toEqual([405, 'GET, HEAD, OPTIONS']);
    }
  });
});

describe('a service that reads it', () => {
  const keys = new Map(Object.entries(KEY_OF_TYPE).map(([type, key]) => [key, type]));

  const { patient: patientTemplate = '', ...searches } = policyData.discovery.prefetch;

  test('reads the patient by its own template', async () => {
    const path = `/${patientTemplate.replaceAll('{{context.patientId}}', PATIENT)}`;
    expect((await get(path)).body).toMatchObject({ resourceType: 'Patient', id: PATIENT });
  });

  test.each(Object.entries(searches))('finds %s by its own template', async (key, template) => {
    const path = `/${template.replaceAll('{{context.patientId}}', PATIENT)}`;
    const onFile = cases
      .flatMap(({ chart }) => chart)
      .filter(
        (resource) => resource['resourceType'] === keys.get(key) && ownerOf(resource, PATIENT) === 'patient',
      );
    expect(await idsOf(path)).toHaveLength(onFile.length);
  });

  const answerable = cases.filter(({ orders, notSent }) => orders.length > 0 && notSent.length === 0);
  test.each(answerable.map((of) => [of.id, of] as const))(
    'gives the same cards as prefetch: %s',
    async (_id, of) => {
      const body = requestFor(of, 'guideline');
      const sent = await post(body, app);
      const read = await post({ ...body, prefetch: undefined, fhirServer: `${base}/fhir` }, app);
      expect([read.status, withoutIds(read.body)]).toEqual([sent.status, withoutIds(sent.body)]);
    },
  );
});

test('in production there is no FHIR server', async () => {
  expect((await request(appForTest()).get('/fhir/metadata')).status).toBe(404);
});
