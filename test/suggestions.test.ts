import { join } from 'node:path';
import { readScenarios, scenarioOrders, scenarioRequest } from '../src/demo/scenario';
import { isObject, objects, text, type Json } from '../src/fhir/read';
import type { HookResponse, Suggestion } from '../src/present/card';
import { applied, assessments, statuses } from './support/assessment';
import { answer, FIXTURES } from './support/service-for-test';

const scenarios = readScenarios(join(FIXTURES, 'scenarios'));

function scenario(id: string) {
  const found = scenarios.find((candidate) => candidate.id === id);
  if (!found) throw new Error(`no scenario ${id}`);
  return found;
}

function fire(id: string, profile: string, orders: readonly Json[]): HookResponse {
  const request = scenarioRequest(scenario(id), profile, FIXTURES);
  const entry = orders.map((resource) => ({ resource }));
  return answer({
    ...request,
    context: { ...request.context, draftOrders: { ...request.context.draftOrders, entry } },
  });
}

function suggestionsOf(response: HookResponse): Suggestion[] {
  return response.cards.flatMap((card) => card.suggestions ?? []);
}

function labelled(response: HookResponse, label: string): Suggestion {
  const found = suggestionsOf(response).find((suggestion) => suggestion.label === label);
  if (!found)
    throw new Error(
      `no suggestion "${label}" among ${suggestionsOf(response)
        .map((s) => s.label)
        .join(', ')}`,
    );
  return found;
}

function codingIssues(response: HookResponse): number {
  return assessments(response)
    .flatMap((assessment) => objects(assessment['criteria']))
    .filter((criterion) => criterion['severity'] === 'coding' && criterion['status'] === 'not-met').length;
}

/** What each suggestion promises to settle: afterwards the criterion is met, not applicable, or has nothing to say. */
const PROMISES: readonly { id: string; profile: string; label: string; settles: string }[] = [
  { id: '07-add-on-alone', profile: 'guideline', label: 'Add 64479 to the order', settles: 'ORD-ADD 64480' },
  { id: '07-add-on-alone', profile: 'guideline', label: 'Remove 64480', settles: 'ORD-ADD 64480' },
  { id: '08-wrong-region', profile: 'guideline', label: 'Change 64479 to 64483', settles: 'ORD-REG 64479' },
  { id: '13-side-missing', profile: 'guideline', label: 'Add the side: left', settles: 'ORD-LAT 64483' },
  { id: '13-side-missing', profile: 'guideline', label: 'Add the side: right', settles: 'ORD-LAT 64483' },
  {
    id: '02-seed-001',
    profile: 'medicare-lcd',
    label: 'Order 64483 as a diagnostic block (KX)',
    settles: 'TF-CORR 64483',
  },
];

test.each(PROMISES)(
  '$id ($profile): "$label" settles $settles and creates no coding issue',
  ({ id, profile, label, settles }) => {
    const orders = scenarioOrders(scenario(id), FIXTURES);
    const before = fire(id, profile, orders);
    expect(['not-met', 'not-documented']).toContain(statuses(before).get(settles));
    const after = fire(id, profile, applied(orders, labelled(before, label)));
    expect(['met', 'not-applicable', undefined]).toContain(statuses(after).get(settles));
    expect(codingIssues(after)).toBeLessThanOrEqual(Math.max(codingIssues(before) - 1, 0));
  },
);

test('every suggestion that any scenario offers is among the promises', () => {
  const promised = new Set(PROMISES.map((promise) => promise.label));
  const offered = scenarios.flatMap((item) =>
    Object.entries(item.expect).flatMap(([profile, expected]) =>
      expected.refused === undefined
        ? suggestionsOf(answer(scenarioRequest(item, profile, FIXTURES))).map((s) => s.label)
        : [],
    ),
  );
  expect(offered.filter((label) => !promised.has(label))).toEqual([]);
});

test('a wrong region is mended in one click and then meets the criteria', () => {
  const orders = scenarioOrders(scenario('08-wrong-region'), FIXTURES);
  const before = fire('08-wrong-region', 'guideline', orders);
  const after = fire(
    '08-wrong-region',
    'guideline',
    applied(orders, labelled(before, 'Change 64479 to 64483')),
  );
  expect(assessments(after).map((assessment) => assessment['determination'])).toEqual(['meets-criteria']);
});

test('an update changes only the member it is about and keeps the rest of the draft', () => {
  const [order] = scenarioOrders(scenario('13-side-missing'), FIXTURES);
  const before = fire('13-side-missing', 'guideline', [
    { ...order, extension: [{ url: 'https://x.example', valueBoolean: true }] },
  ]);
  const [action] = labelled(before, 'Add the side: left').actions;
  if (action?.type !== 'update') throw new Error('not an update');
  const { bodySite, ...rest } = action.resource as unknown as Json;
  expect(bodySite).toEqual([
    { coding: [{ system: 'http://snomed.info/sct', code: '7771000', display: 'Left' }] },
  ]);
  expect(rest).toEqual({ ...order, extension: [{ url: 'https://x.example', valueBoolean: true }] });
});

test('a side is recommended only when coded evidence names exactly one', () => {
  const orders = scenarioOrders(scenario('13-side-missing'), FIXTURES);
  const recommended = suggestionsOf(fire('13-side-missing', 'guideline', orders)).filter(
    (s) => s.isRecommended,
  );
  expect(recommended.map((s) => s.label)).toEqual(['Add the side: left']);

  const request = scenarioRequest(scenario('13-side-missing'), 'guideline', FIXTURES);
  const withoutImaging = answer({ ...request, prefetch: { ...request.prefetch, diagnosticReports: null } });
  expect(suggestionsOf(withoutImaging).map((s) => s.label)).toEqual([
    'Add the side: left',
    'Add the side: right',
  ]);
  expect(suggestionsOf(withoutImaging).some((s) => s.isRecommended)).toBe(false);
});

test('an order without an id gets no update or delete', () => {
  const orders = scenarioOrders(scenario('07-add-on-alone'), FIXTURES).map(({ id: _id, ...order }) => order);
  const types = suggestionsOf(fire('07-add-on-alone', 'guideline', orders)).flatMap((s) =>
    s.actions.map((a) => a.type),
  );
  expect(types).toEqual(['create']);
});

test('an add-on that shares its order with another code is taken off by an update', () => {
  const [order] = scenarioOrders(scenario('07-add-on-alone'), FIXTURES);
  const coding = [
    { system: 'http://www.ama-assn.org/go/cpt', code: '64480' },
    { system: 'http://www.ama-assn.org/go/cpt', code: '72141' },
  ];
  const response = fire('07-add-on-alone', 'guideline', [{ ...order, code: { coding } }]);
  const [action] = labelled(response, 'Remove 64480').actions;
  if (action?.type !== 'update') throw new Error('not an update');
  const code = (action.resource as unknown as Json)['code'];
  expect(isObject(code) && objects(code['coding']).map((c) => text(c['code']))).toEqual(['72141']);
});

test('both codes of a pair are switched together', () => {
  const code = (value: string) => ({ coding: [{ system: 'http://www.ama-assn.org/go/cpt', code: value }] });
  const orders = scenarioOrders(scenario('01-seed-000'), FIXTURES).map((order, i) => ({
    ...order,
    code: code(i === 0 ? '64483' : '64484'),
  }));
  const before = fire('01-seed-000', 'guideline', orders);
  const change = labelled(before, 'Change 64483 and 64484 to 64479 and 64480');
  const after = fire('01-seed-000', 'guideline', applied(orders, change));
  expect(codingIssues(before)).toBeGreaterThan(0);
  expect(codingIssues(after)).toBe(0);
});
