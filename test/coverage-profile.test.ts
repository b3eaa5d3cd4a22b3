import { scenarioRequest } from '../src/demo/scenario';
import type { Json } from '../src/fhir/read';
import { assessments } from './support/assessment';
import { answer, FIXTURES } from './support/service-for-test';
import { wholeChart } from './support/whole-chart';

const CHART = wholeChart('base-lumbar');
const PATIENT = { reference: 'Patient/base-lumbar' };
const SOPT = 'https://nahdo.org/sopt';

const MEDICARE = { display: 'Medicare Part B' };
const ACME = { display: 'Acme Commercial' };

function coverage(members: Json): Json {
  return { resourceType: 'Coverage', status: 'active', beneficiary: PATIENT, payor: [ACME], ...members };
}

function bundle(...resources: Json[]): Json {
  return { resourceType: 'Bundle', type: 'searchset', entry: resources.map((resource) => ({ resource })) };
}

/** The profile that judges when the request names `named` and the coverage key holds the answer. */
function profileFor(answered: unknown, named?: string): unknown {
  const { extension: _named, ...request } = scenarioRequest(CHART, 'guideline', FIXTURES);
  const { cards } = answer({
    ...request,
    prefetch: { ...request.prefetch, coverage: answered },
    ...(named !== undefined && { extension: { 'org.nerve-block-cds.profile': named } }),
  });
  return assessments({ cards })[0]?.['profile'];
}

const organization = (members: Json): Json => ({ resourceType: 'Organization', id: 'payer', ...members });

test.each([
  ['the name of the payor', [coverage({ payor: [MEDICARE] })]],
  ['the identifier of the payor', [coverage({ payor: [{ identifier: { system: SOPT, value: '1' } }] })]],
  ['the code of its type', [coverage({ type: { coding: [{ system: SOPT, code: '112' }] } })]],
  ['the words of its type', [coverage({ type: { text: 'Medicare Advantage' } })]],
  [
    'the payor as an Organization beside it',
    [
      coverage({ payor: [{ reference: 'Organization/payer' }] }),
      organization({ name: 'Centers for Medicare & Medicaid Services' }),
    ],
  ],
  [
    'a version of the Organization beside it',
    [
      coverage({ payor: [{ reference: 'https://ehr.example/fhir/Organization/payer/_history/1' }] }),
      organization({ name: 'Medicare' }),
    ],
  ],
  ['the name of its class', [coverage({ class: [{ value: 'A', name: 'Medicare Part A' }] })]],
  [
    'the payor as an Organization inside it',
    [
      coverage({
        contained: [organization({ identifier: [{ system: SOPT, value: '1' }] })],
        payor: [{ reference: '#payer' }],
      }),
    ],
  ],
  ['the coverage that pays first', [coverage({ order: 2 }), coverage({ order: 1, payor: [MEDICARE] })]],
  ['any of several that do not say which pays first', [coverage({}), coverage({ payor: [MEDICARE] })]],
  ['a period that holds on the day', [coverage({ payor: [MEDICARE], period: { end: '2026-03-16' } })]],
] as const)('Medicare is known by %s', (_title, resources) => {
  expect(profileFor(bundle(...resources))).toBe('medicare-lcd');
});

test('one Coverage in place of a Bundle is read too', () => {
  expect(profileFor(coverage({ payor: [MEDICARE] }))).toBe('medicare-lcd');
});

test.each([
  ['another payor', [coverage({})]],
  ['a cancelled coverage', [coverage({ payor: [MEDICARE], status: 'cancelled' })]],
  ['a coverage that has ended', [coverage({ payor: [MEDICARE], period: { end: '2026-03-15' } })]],
  ['a coverage that has not begun', [coverage({ payor: [MEDICARE], period: { start: '2026-03-17' } })]],
  ["another patient's", [coverage({ payor: [MEDICARE], beneficiary: { reference: 'Patient/other' } })]],
  ['Medicare that pays second', [coverage({ order: 1 }), coverage({ order: 2, payor: [MEDICARE] })]],
  ['a supplement to Medicare', [coverage({ payor: [{ display: 'Acme Medicare Supplement' }] })]],
  ['a plan that says it is not Medicare', [coverage({ payor: [{ display: 'Retiree plan, non-Medicare' }] })]],
  [
    'Medicaid, which the same agency oversees',
    [
      coverage({
        type: { text: 'Medicaid' },
        payor: [{ display: 'Centers for Medicare and Medicaid Services' }],
      }),
    ],
  ],
  ['an end that cannot be read', [coverage({ payor: [MEDICARE], period: { end: '15/03/2020' } })]],
  [
    'an Organization with another name before its own',
    [
      coverage({ payor: [{ reference: 'https://x/XOrganization/payer' }] }),
      organization({ name: 'Medicare' }),
    ],
  ],
  ['a name that only contains the word', [coverage({ payor: [{ display: 'Intermedicarex' }] })]],
  ['nothing', []],
] as const)('%s leaves the default', (_title, resources) => {
  expect(profileFor(bundle(...resources))).toBe('guideline');
});

test.each([[null], ['garbage'], [[]], [{ resourceType: 'OperationOutcome' }], [{ entry: 'x' }]])(
  'a coverage key that cannot be read (%j) leaves the default',
  (answered) => {
    expect(profileFor(answered)).toBe('guideline');
  },
);

test('what the request names comes before the coverage', () => {
  expect(profileFor(bundle(coverage({ payor: [MEDICARE] })), 'guideline')).toBe('guideline');
});

test.each<[string, Json, boolean]>([
  ['an Organization that did not come', coverage({ payor: [{ reference: 'Organization/med' }] }), true],
  ['an Organization by name', coverage({ payor: [ACME] }), false],
  ['the patient', coverage({ payor: [PATIENT] }), false],
  [
    'an Organization that did not come, of a coverage that has ended',
    coverage({ payor: [{ reference: 'Organization/med' }], period: { end: '2025-12-31' } }),
    false,
  ],
])('the card says that the payer is not known where it is %s: %p', (_who, held, isSaid) => {
  const { extension: _, ...request } = scenarioRequest(CHART, 'guideline', FIXTURES);
  const prefetch = { ...request.prefetch, coverage: bundle(held) };
  const [card] = answer({ ...request, prefetch }).cards;
  expect(card?.detail.includes('Payer not known')).toBe(isSaid);
});
