import request from 'supertest';
import { demoRoutes } from '../../src/demo/demo-routes';
import { appForTest, FIXTURES, policyData } from '../support/service-for-test';

const app = appForTest({ demo: demoRoutes(FIXTURES, policyData) });

test('the page allows nothing inline and nothing from elsewhere', async () => {
  const { status, headers, text } = await request(app).get('/');
  expect(status).toBe(200);
  expect(headers['content-security-policy']).toContain("default-src 'self'");
  expect(headers['content-security-policy']).not.toContain('unsafe');
  expect(text).not.toMatch(/<script(?![^>]*\bsrc=)|<style|\bstyle=|\bon\w+=/u);
});

test.each(['/playground/playground.css', '/playground/lib/markdown-it.js', '/playground/lib/purify.js'])(
  '%s is there',
  async (path) => {
    expect((await request(app).get(path)).status).toBe(200);
  },
);

test('the list names cases, patients and codes; one case is whole', async () => {
  const { body: cases } = await request(app).get('/playground/cases');
  expect(cases).toContainEqual({
    id: '04-care-too-short',
    name: 'Home exercise for 28 of 42 days',
    patient: 'Joan Brandt',
    codes: ['64483'],
  });
  const { body: one } = await request(app).get('/playground/cases/04-care-too-short');
  expect(one.timeline).toContainEqual({
    row: 'care',
    reference: 'CarePlan/04-care-too-short-home-exercise',
    label: 'Home exercise',
    start: '2026-01-05',
    end: '2026-02-02',
  });
});

test('the vocabulary says what each profile asks for', async () => {
  const { body } = await request(app).get('/playground/vocabulary');
  const { windows } = body.policies['transforaminal-epidural'];
  expect(windows['guideline']).toContainEqual(
    expect.objectContaining({ label: '42 days of active care asked' }),
  );
  expect(windows['medicare-lcd']).toContainEqual(
    expect.objectContaining({ label: '28 days of active care asked' }),
  );
});

test.each([
  '/playground/cases/owl',
  '/playground/lib/owl.js',
  '/playground/modules/owl',
  '/playground/lib/..%2Fapp',
])('%s is not there, and an OperationOutcome says so', async (path) => {
  const { status, body } = await request(app).get(path);
  expect([status, body.resourceType]).toEqual([404, 'OperationOutcome']);
});

test('without a demo there is no page', async () => {
  for (const path of ['/', '/playground/cases'])
    expect((await request(appForTest()).get(path)).status).toBe(404);
});
