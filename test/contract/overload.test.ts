import type { Request, Response } from 'express';
import request from 'supertest';
import { watchOverload } from '../../src/operations/overload';
import { readScenarios, scenarioRequest } from '../../src/demo/scenario';
import { startMockFhirServer } from '../support/mock-fhir-server';
import { appForTest, FIXTURES } from '../support/service-for-test';

const HOOK = '/cds-services/nerve-block-order-sign';
const [scenario] = readScenarios(`${FIXTURES}/scenarios`);
if (!scenario) throw new Error('there is no scenario');
const body = scenarioRequest(scenario, 'guideline', FIXTURES);

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, milliseconds);
  });
}

function expectRefused(response: request.Response): void {
  expect(response.status).toBe(503);
  expect(Number(response.headers['retry-after'])).toBeGreaterThan(0);
  expect(response.body).toMatchObject({ resourceType: 'OperationOutcome', issue: [{ code: 'throttled' }] });
}

test('while the event loop is far behind calls are refused at once, and answered again when it is not', async () => {
  const overload = watchOverload(3200);
  const app = appForTest({ overload });
  await request(app).post(HOOK).send(body).expect(200);
  const block = async (): Promise<void> => {
    const until = performance.now() + 400;
    while (performance.now() < until);
    await pause(0);
  };
  await pause(200);
  await block();
  // One call that took long is no overload.
  await request(app).post(HOOK).send(body).expect(200);
  await block();
  await block();
  await block();
  expectRefused(await request(app).post(HOOK).send(body));
  // What an operator asks, and what a clinician said, is answered all the same.
  await request(app).get('/health/live').expect(200);
  await request(app).get('/cds-services').expect(200);
  await pause(500);
  await request(app).post(HOOK).send(body).expect(200);
  overload.stop();
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
