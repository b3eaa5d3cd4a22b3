import { demoCases } from '../../src/demo/demo-cases';
import { requestFor } from '../../src/demo/scenario';
import type { Json } from '../../src/fhir/read';
import { curlLine, orderSignRequest, type RequestParts } from '../../src/playground/hook-request';
import { playgroundVocabulary } from '../../src/demo/playground-vocabulary';
import { answer, FIXTURES, policyData } from '../support/service-for-test';

const cases = demoCases(FIXTURES).map((one) => ({ ...one, timeline: [] }));
const { prefetch: prefetchTypes } = playgroundVocabulary(policyData);

function parts(
  arrival: RequestParts['state']['arrival'],
  failing: string[] = [],
): Omit<RequestParts, 'draft'> {
  return {
    state: { arrival, failing },
    profile: 'guideline',
    prefetchTypes,
    origin: 'http://localhost:3000',
  };
}

function requestOf(i: number, given: Omit<RequestParts, 'draft'>, created: Json[] = []): Json {
  const one = cases[i];
  if (!one) throw new Error('no such case');
  return orderSignRequest(one, { ...given, draft: { orders: one.orders, created } });
}

test('with everything prefetched, the playground asks what the demo asks', () => {
  cases.forEach((one, i) => {
    expect(JSON.parse(JSON.stringify(requestOf(i, parts('prefetch'))))).toEqual(
      JSON.parse(JSON.stringify({ ...requestFor(one, 'guideline') })),
    );
  });
});

test('without prefetch the FHIR server of the same address is named', () => {
  const request = requestOf(0, parts('server'));
  expect(request).not.toHaveProperty('prefetch');
  expect(request['fhirServer']).toBe('http://localhost:3000/fhir');
});

test('partly: some keys come, the others are to be read', () => {
  const request = requestOf(0, parts('partly'));
  const sent = Object.keys(request['prefetch'] as Json);
  expect(sent.length).toBeGreaterThan(3);
  expect(sent.length).toBeLessThan(Object.keys(prefetchTypes).length - 3);
  expect(request).toHaveProperty('fhirServer');
});

test('what fails is an OperationOutcome, and the card says that it was not read', () => {
  const request = requestOf(1, parts('failing', ['observations']));
  expect(request).not.toHaveProperty('fhirServer');
  expect(request['prefetch']).toMatchObject({ observations: { resourceType: 'OperationOutcome' } });
  expect(JSON.stringify(answer(request))).toContain('not-assessed');
});

test('what a suggestion created is in the chart when the hook fires again', () => {
  const task = { resourceType: 'Task', id: 'new-1' };
  expect(requestOf(0, parts('prefetch'), [task])['prefetch']).toMatchObject({
    tasks: { entry: [{ resource: task }] },
  });
});

test('the command line carries the request unquoted', () => {
  expect(curlLine('http://x/y', { note: `it's "L5"` })).toBe(
    `curl -s -X POST http://x/y -H 'Content-Type: application/json' --data-binary @- <<'REQUEST'\n{"note":"it's \\"L5\\""}\nREQUEST`,
  );
});
