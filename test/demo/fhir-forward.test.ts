import request from 'supertest';
import { demoRoutes } from '../../src/demo/demo-routes';
import { readSettings } from '../../src/settings';
import { send, startMockFhirServer, type MockFhirServer } from '../support/mock-fhir-server';
import { appForTest, FIXTURES, policyData } from '../support/service-for-test';

const PATIENT = { resourceType: 'Patient', id: 'p1' };
let mock: MockFhirServer;
beforeEach(async () => {
  mock = await startMockFhirServer([PATIENT]);
});
afterEach(() => mock.close());

function app() {
  return appForTest({ demo: demoRoutes(FIXTURES, policyData, `${mock.url}/`) });
}

test('reads and searches are answered by the other server', async () => {
  const { status, body, headers } = await request(app()).get('/fhir/Patient?_id=p1&_count=5');
  expect([status, (body as { entry: { resource: unknown }[] }).entry[0]?.resource]).toEqual([200, PATIENT]);
  expect(headers['content-type']).toContain('application/fhir+json');
  mock.behave('Patient/_search', (incoming, response) => {
    let form = '';
    incoming.on('data', (chunk: Buffer) => (form += chunk.toString()));
    incoming.on('end', () => send(response, { form, type: incoming.headers['content-type'] }));
  });
  const posted = await request(app()).post('/fhir/Patient/_search').type('form').send({ _id: 'p1' });
  expect(posted.body).toEqual({ form: '_id=p1', type: 'application/x-www-form-urlencoded' });
});

test('what it refuses is refused in its own words, and when it is gone that is said', async () => {
  mock.behave('*', (_incoming, response) => send(response, { resourceType: 'OperationOutcome' }, 410));
  const refused = await request(app()).get('/fhir?_getpages=gone');
  expect([refused.status, refused.body]).toEqual([410, { resourceType: 'OperationOutcome' }]);
  await mock.close();
  const gone = await request(app()).get('/fhir/metadata');
  expect([gone.status, JSON.stringify(gone.body)]).toEqual([502, expect.stringContaining('does not answer')]);
});

test('nothing is written, and no token is passed on', async () => {
  for (const method of ['put', 'post', 'delete'] as const)
    expect((await request(app())[method]('/fhir/Patient/p1')).status).toBe(405);
  await request(app()).get('/fhir/Patient?_id=p1').set('Authorization', 'Bearer secret');
  expect(mock.seen).toHaveLength(1);
  expect(mock.seen[0]?.headers).not.toHaveProperty('authorization');
});

test('DEMO_FHIR_SERVER must be a base URL', () => {
  expect(readSettings({ DEMO_FHIR_SERVER: 'http://hapi:8080/fhir/' }, ['guideline']).demoFhirServer).toBe(
    'http://hapi:8080/fhir/',
  );
  expect(() => readSettings({ DEMO_FHIR_SERVER: 'hapi' }, ['guideline'])).toThrow(/DEMO_FHIR_SERVER/u);
});
