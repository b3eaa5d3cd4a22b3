import type { Request, Response } from 'express';
import request from 'supertest';
import type { Outcome } from '../../src/hooks/invocation';
import { watchOverload } from '../../src/operations/overload';
import { problem } from '../../src/problem';
import { readScenarios, scenarioRequest } from '../../src/demo/scenario';
import { startMockFhirServer } from '../support/mock-fhir-server';
import { appForTest, FIXTURES } from '../support/service-for-test';

const HOOK = '/cds-services/nerve-block-order-sign';
const [scenario] = readScenarios(`${FIXTURES}/scenarios`);
if (!scenario) throw new Error('there is no scenario');
const body = scenarioRequest(scenario, 'guideline', FIXTURES);

function expectRefused(response: request.Response): void {
  expect(response.status).toBe(503);
  expect(Number(response.headers['retry-after'])).toBeGreaterThan(0);
  expect(response.body).toMatchObject({ resourceType: 'OperationOutcome', issue: [{ code: 'throttled' }] });
}

test('while the event loop is far behind calls are refused before they are judged, and answered again when it is not', async () => {
  const overload = watchOverload(3200);
  const busy = (): Promise<Outcome> => {
    const until = performance.now() + 500;
    while (performance.now() < until);
    return Promise.resolve({ status: 200, body: '{"cards":[]}', headers: {} });
  };
  const app = appForTest({ overload, judging: { answer: busy } });
  const calls = await Promise.all(Array.from({ length: 6 }, () => request(app).post(HOOK).send(body)));
  const refused = calls.filter(({ status }) => status !== 200);
  expect(refused.length).toBeGreaterThan(0);
  refused.forEach(expectRefused);
  // One call that takes long is no overload.
  expect(calls.length - refused.length).toBeGreaterThan(0);
  await request(app).post(HOOK).send(body).expect(200);
  overload.stop();
});

test('what an operator asks is answered however far behind the event loop is', async () => {
  const behind = (): never => {
    throw problem(503, 'throttled', 'behind', { 'Retry-After': '2' });
  };
  const app = appForTest({ overload: { beforeBody: behind, afterBody: behind } });
  expectRefused(await request(app).post(HOOK).send(body));
  for (const path of ['/health/live', '/cds-services'])
    expect(await request(app).get(path)).toMatchObject({ status: 200 });
});

test('while as many calls as may be are waiting the next one is refused, and no longer than that', async () => {
  const server = await startMockFhirServer();
  let answer = (): void => {};
  const asked = new Promise<void>((resolve) => {
    server.behave('*', (_request, response) => {
      answer = () => response.destroy();
      resolve();
    });
  });
  const overload = watchOverload(4000, 1);
  const app = appForTest({ overload, deadlineMs: 1000 }).listen(0);
  const { prefetch, ...call } = body;
  expect(Object.keys(prefetch).length).toBeGreaterThan(0);
  const reading = request(app)
    .post(HOOK)
    .send({ ...call, fhirServer: server.url })
    .then(({ status }) => status);
  await asked;
  expectRefused(await request(app).post(HOOK).send(body));
  answer();
  expect(await reading).toBe(412);
  await request(app).post(HOOK).send(body).expect(200);
  app.close();
  overload.stop();
  await server.close();
});

test('whoever leaves before the call is looked at is not counted', async () => {
  const overload = watchOverload(4000, 1);
  const left = { closed: true, once: jest.fn() };
  const next = jest.fn();
  for (let i = 0; i < 5; i += 1) await overload.afterBody({} as Request, left as unknown as Response, next);
  expect(next).not.toHaveBeenCalled();
  await request(appForTest({ overload })).post(HOOK).send(body).expect(200);
  overload.stop();
});
