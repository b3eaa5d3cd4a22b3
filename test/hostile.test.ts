import { scenarioRequest, type Scenario } from '../src/demo/scenario';
import { statesBefore, statementsOf } from '../src/fhir/narrative';
import { isObject, type Json } from '../src/fhir/read';
import { assessments, statuses } from './support/assessment';
import { answer, answerAsReceived, FIXTURES } from './support/service-for-test';
import { wholeChart } from './support/whole-chart';

const BASE = wholeChart('base-lumbar');

function statusOf(changed: Partial<Scenario>, criterion: string, profile = 'guideline'): string | undefined {
  return statuses(answer(scenarioRequest({ ...BASE, ...changed }, profile, FIXTURES))).get(
    `${criterion} 64483`,
  );
}

const CPT = 'http://www.ama-assn.org/go/cpt';
const LOCAL = 'https://nerve-block-cds.example/fhir/CodeSystem/evidence';
const WARFARIN = { coding: [{ system: 'http://www.nlm.nih.gov/research/umls/rxnorm', code: '855332' }] };

function condition(code: string, more: Json): Json {
  return {
    resourceType: 'Condition',
    id: 'c',
    code: { coding: [{ system: 'http://hl7.org/fhir/sid/icd-10-cm', code }] },
    ...more,
  };
}

function warfarin(more: Json): Json {
  return {
    resourceType: 'MedicationRequest',
    id: 'w',
    intent: 'order',
    medicationCodeableConcept: WARFARIN,
    ...more,
  };
}

describe('words of the language are no words of the record', () => {
  test.each(['constructor', '__proto__', 'toString', 'hasOwnProperty'])(
    'a relief of 1 %s is unknown',
    (unit) => {
      const observation = (code: string, valueQuantity: Json): Json => ({
        resourceType: 'Observation',
        id: code,
        status: 'final',
        code: { coding: [{ system: LOCAL, code }] },
        partOf: [{ reference: 'Procedure/b' }],
        effectiveDateTime: '2026-01-10',
        valueQuantity,
      });
      const block = {
        resourceType: 'Procedure',
        id: 'b',
        status: 'completed',
        code: { coding: [{ system: CPT, code: '64483' }] },
        performedDateTime: '2025-10-01',
      };
      const relief = [
        observation('pain-relief-percent', { value: 60, code: '%' }),
        observation('pain-relief-duration', { value: 1, unit }),
      ];
      expect(statusOf({ with: [block, ...relief] }, 'TF-RESP', 'medicare-lcd')).toBe('not-documented');
    },
  );

  test.each(['constructor', '__proto__', 'toString'])('a resource of type %s is none', (resourceType) => {
    expect(statusOf({ with: [warfarin({ resourceType, status: 'active' })] }, 'SAF-ACOAG')).toBe('met');
  });

  test.each(['constructor', '__proto__', '7771000'])(
    'a body site coded %s in no system states no side',
    (code) => {
      const bodySite = [{ coding: [{ code }] }];
      const orders = { ...BASE.orders, change: { 'ServiceRequest/order-64483': { bodySite } } };
      expect(statusOf({ orders }, 'ORD-LAT')).toBe('not-documented');
    },
  );
});

describe('what cannot be told counts as not read, never as absent', () => {
  test.each([
    '#p',
    'patient/base-lumbar',
    'Patient?identifier=5',
    'urn:uuid:11111111-1111-4111-8111-111111111111',
  ])('an infection of %s', (reference) => {
    expect(statusOf({ with: [condition('L03.312', { subject: { reference } })] }, 'SAF-INF')).toBe(
      'not-assessed',
    );
  });

  test('an infection of another patient is not looked at', () => {
    const foreign = condition('L03.312', { subject: { reference: 'Patient/other' } });
    expect(statusOf({ with: [foreign] }, 'SAF-INF')).toBe('met');
  });

  test('a page that announces more than it holds', () => {
    const request = scenarioRequest(BASE, 'guideline', FIXTURES);
    const medicationStatements = { resourceType: 'Bundle', type: 'searchset', total: 7, entry: [] };
    const response = answer({ ...request, prefetch: { ...request.prefetch, medicationStatements } });
    expect(statuses(response).get('SAF-ACOAG 64483')).toBe('not-assessed');
  });

  test('two versions of one resource that differ, and nothing says which is later', () => {
    const versions = [warfarin({ status: 'active' }), warfarin({ status: 'stopped' })];
    expect(statusOf({ with: versions }, 'SAF-ACOAG')).toBe('not-assessed');
    expect(statusOf({ with: versions.toReversed() }, 'SAF-ACOAG')).toBe('not-assessed');
  });

  test('of two versions the later one counts, in either sequence', () => {
    const old = condition('L03.312', { meta: { lastUpdated: '2026-02-01T00:00:00Z' } });
    const entered = { coding: [{ code: 'entered-in-error' }] };
    const corrected = condition('L03.312', {
      meta: { lastUpdated: '2026-03-01T00:00:00Z' },
      verificationStatus: entered,
    });
    expect(statusOf({ with: [old, corrected] }, 'SAF-INF')).toBe('met');
    expect(statusOf({ with: [corrected, old] }, 'SAF-INF')).toBe('met');
  });

  test('of three versions the latest one counts, in whatever sequence they come', () => {
    const at = (lastUpdated: string, clinicalStatus: string): Json =>
      condition('L03.312', {
        meta: { lastUpdated },
        clinicalStatus: { coding: [{ code: clinicalStatus }] },
      });
    const [a, b, c] = [
      at('2026-02-01T00:00:00Z', 'active'),
      at('2026-02-01T00:00:00Z', 'inactive'),
      at('2026-03-01T00:00:00Z', 'resolved'),
    ];
    for (const versions of [
      [a, b, c],
      [a, c, b],
      [c, a, b],
    ])
      expect(statusOf({ with: versions }, 'SAF-INF')).toBe('met');
    for (const versions of [
      [a, b],
      [b, a],
    ])
      expect(statusOf({ with: versions }, 'SAF-INF')).toBe('not-assessed');
  });

  test.each([
    ['unknown', 'not-assessed'],
    ['Active', 'not-assessed'],
    [undefined, 'not-assessed'],
    ['stopped', 'met'],
    ['draft', 'met'],
    ['cancelled', 'met'],
  ])('an anticoagulant of status %s: %s', (status, expected) => {
    const drug = warfarin(status === undefined ? {} : { status });
    expect(statusOf({ with: [drug] }, 'SAF-ACOAG')).toBe(expected);
    // What is looked for under other codes is not hidden by it.
    expect(statusOf({ with: [drug] }, 'TF-CC')).toBe('met');
  });

  test('a block of unknown status is not known to be none', () => {
    const block = {
      resourceType: 'Procedure',
      id: 'b',
      status: 'unknown',
      code: { coding: [{ system: CPT, code: '64483' }] },
      performedDateTime: '2026-03-10',
    };
    expect(statusOf({}, 'TF-RESP')).toBe('not-applicable');
    expect(statusOf({ with: [block] }, 'TF-RESP')).toBe('not-assessed');
  });

  test.each(['unknown', 'Active'])('an infection of clinical status %s has to be looked at', (code) => {
    const infection = condition('A41.9', { clinicalStatus: { coding: [{ code }] } });
    expect(statusOf({ with: [infection] }, 'SAF-INF')).toBe('not-documented');
  });

  test.each([
    ['>', 'not-documented'],
    ['≥', 'not-documented'],
    ['ad', 'not-documented'],
    ['<', 'met'],
  ])('an INR that is %s 1.2: %s', (comparator, expected) => {
    const inr = {
      resourceType: 'Observation',
      id: 'inr',
      status: 'final',
      code: { coding: [{ system: 'http://loinc.org', code: '6301-6' }] },
      effectiveDateTime: '2026-03-10',
      valueQuantity: { value: 1.2, comparator },
    };
    expect(statusOf({ with: [inr] }, 'SAF-COAG')).toBe(expected);
  });

  test.each([
    ['2026-03-01T09:30:00Z', '2026-03-01T10:00:00+02:00'],
    ['2026-03-01T09:30:00.500Z', '2026-03-01T09:30:00Z'],
  ])('the version of %s is later than that of %s', (later, earlier) => {
    const active = condition('L03.312', { meta: { lastUpdated: later } });
    const wrong = condition('L03.312', {
      meta: { lastUpdated: earlier },
      verificationStatus: { coding: [{ code: 'entered-in-error' }] },
    });
    expect(statusOf({ with: [active, wrong] }, 'SAF-INF')).toBe('not-met');
    expect(statusOf({ with: [wrong, active] }, 'SAF-INF')).toBe('not-met');
  });
});

test("a medication reference does not make another patient's resource speak", () => {
  const foreign = condition('I48.91', {
    id: 'foreign',
    subject: { reference: 'Patient/other' },
    code: { text: 'warfarin' },
  });
  const drug = {
    resourceType: 'MedicationRequest',
    id: 'd',
    status: 'active',
    intent: 'order',
    medicationReference: { reference: 'Condition/foreign' },
  };
  // The drug stays without a name, so it could be any drug.
  expect(statusOf({ with: [foreign, drug] }, 'SAF-ACOAG')).toBe('not-assessed');
});

test('orders that share an id get no suggestion that would hit both', () => {
  const request = scenarioRequest(BASE, 'guideline', FIXTURES);
  const [first] = request.context.draftOrders.entry;
  const resource = { ...first?.resource, code: { coding: [{ system: CPT, code: '64480' }] } };
  const entry = [...request.context.draftOrders.entry, { resource }];
  const response = answer({
    ...request,
    context: { ...request.context, draftOrders: { resourceType: 'Bundle', entry } },
  });
  const actions = response.cards
    .flatMap((card) => card.suggestions ?? [])
    .flatMap((suggestion) => suggestion.actions);
  expect(actions.filter((action) => action.type !== 'create')).toEqual([]);
});

test('two add-ons on one order are taken off together', () => {
  const request = scenarioRequest(BASE, 'guideline', FIXTURES);
  const [first] = request.context.draftOrders.entry;
  const coding = ['64480', '64484', '99213'].map((code) => ({ system: CPT, code }));
  const entry = [{ resource: { ...first?.resource, code: { coding } } }];
  const response = answer({
    ...request,
    context: { ...request.context, draftOrders: { resourceType: 'Bundle', entry } },
  });
  const removal = response.cards
    .flatMap((card) => card.suggestions ?? [])
    .find((s) => s.label.startsWith('Remove'));
  expect(removal?.actions.map((action) => action.type)).toEqual(['update']);
  const [action] = removal?.actions ?? [];
  const code =
    action?.type === 'update' && isObject(action.resource)
      ? (action.resource as unknown as Json)['code']
      : undefined;
  expect(code).toEqual({ coding: [{ system: CPT, code: '99213' }] });
});

test('more blocks than one signature can mean are refused', () => {
  const request = scenarioRequest(BASE, 'guideline', FIXTURES);
  const [first] = request.context.draftOrders.entry;
  const entry = Array.from({ length: 101 }, (_, i) => ({ resource: { ...first?.resource, id: `o-${i}` } }));
  const many = {
    ...request,
    context: { ...request.context, draftOrders: { resourceType: 'Bundle', entry } },
  };
  expect(() => answer(many)).toThrow('at most 100');
});

test('thousands of codings on one resource are read', () => {
  const coding = Array.from({ length: 200_000 }, () => ({ code: '1' }));
  const observation = {
    resourceType: 'Observation',
    id: 'o',
    status: 'final',
    code: { text: 'x' },
    component: [{ code: { coding } }],
  };
  expect(
    assessments(answer(scenarioRequest({ ...BASE, with: [observation] }, 'guideline', FIXTURES))),
  ).toHaveLength(1);
});

test('long texts reach a card short, in one line and without markup or invisible characters', () => {
  const valueString = `<script>\n\u202e\u200b${'weak '.repeat(20_000)}`;
  const change = { 'Observation/neuro': { valueString } };
  const request = scenarioRequest({ ...BASE, change }, 'guideline', FIXTURES);
  const body = JSON.stringify(answer(request));
  expect(body).not.toMatch(/\\n\\u|\u202e|\u200b/u);
  expect(body.length).toBeLessThan(30_000);
});

describe('long texts that only look like lists are read to their end', () => {
  test.each(['stenosis, ', 'L4-5 stenosis, ', 'no a, ', 'not a, ', 'no a, b or c, ', '. ', '.'])(
    '"%s" again and again',
    (piece) => {
      const text = `${piece.repeat(20_000)}\nLeft protrusion.`;
      expect(statementsOf(text, /protrusion/iu).map((statement) => statement.clause)).toEqual([
        'Left protrusion',
      ]);
      expect(statesBefore(text, /protrusion/iu)).toBe(true);
    },
  );
});

test('a resource without an id that is nested too deep to be written down makes its key incomplete', () => {
  const request = scenarioRequest(BASE, 'guideline', FIXTURES);
  let deep: Json = {};
  for (let i = 0; i < 100_000; i += 1) deep = { extension: deep };
  const resource = {
    resourceType: 'Procedure',
    status: 'completed',
    subject: { reference: 'Patient/base-lumbar' },
    ...deep,
  };
  const { cards } = answerAsReceived({
    ...request,
    prefetch: { ...request.prefetch, procedures: { resourceType: 'Bundle', entry: [{ resource }] } },
  });
  expect(statuses({ cards }).get('TF-CC 64483')).toBe('not-assessed');
});

test('an order with more reasons than any order has is refused', () => {
  const request = scenarioRequest(BASE, 'guideline', FIXTURES);
  const { entry } = request.context.draftOrders;
  const reasonCode = Array.from({ length: 201 }, () => ({ text: 'pain' }));
  const draftOrders = {
    ...request.context.draftOrders,
    entry: [{ resource: { ...entry[0]?.resource, reasonCode } }],
  };
  expect(() => answer({ ...request, context: { ...request.context, draftOrders } })).toThrow(
    expect.objectContaining({ status: 400 }),
  );
});
