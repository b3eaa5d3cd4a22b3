import { scenarioRequest, type Scenario } from '../src/demo/scenario';
import { withoutHistory } from '../src/fhir/narrative';
import { objects, type Json } from '../src/fhir/read';
import { purposesIn } from '../src/gather/order-words';
import { sideInText } from '../src/anatomy/side';
import { assessments, statuses } from './support/assessment';
import { answer, FIXTURES } from './support/service-for-test';
import { wholeChart } from './support/whole-chart';

const LUMBAR = wholeChart('base-lumbar');
const LOCAL = 'https://nerve-block-cds.example/fhir/CodeSystem/evidence';
const RXNORM = 'http://www.nlm.nih.gov/research/umls/rxnorm';

function statusIn(base: Scenario, changed: Partial<Scenario>, name: string): string | undefined {
  return statuses(answer(scenarioRequest({ ...base, ...changed }, 'guideline', FIXTURES))).get(name);
}

function observation(id: string, code: string, valueString: string): Json {
  return {
    resourceType: 'Observation',
    id,
    status: 'final',
    code: { coding: [{ system: LOCAL, code }] },
    effectiveDateTime: '2026-03-10',
    valueString,
  };
}

const APIXABAN = {
  resourceType: 'MedicationRequest',
  id: 'apixaban',
  status: 'active',
  intent: 'order',
  authoredOn: '2025-12-01',
  medicationCodeableConcept: { coding: [{ system: RXNORM, code: '1364445', display: 'apixaban 5 MG' }] },
};

describe('what a plan for an anticoagulant says', () => {
  const PLANS: Readonly<Record<string, readonly string[]>> = {
    met: [
      'Hold apixaban 72 h before the block',
      'Hold apixaban 72 h. Do not stop aspirin.',
      'Hold apixaban 72 h; do not stop beta blocker',
      'Hold 3 days. Aspirin must not be stopped.',
      'Hold apixaban 72 h before; no need for bridging',
      'Hold apixaban 72 h; cardiologist informed',
      'Stop apixaban 3 days before, continue aspirin throughout',
      'Hold 72 h. Anti-Xa level not done.',
      'Never stop apixaban for more than 72 hours; hold 3 days before the block',
      'Should never be stopped longer than 3 days; hold 72 h',
      'Interruption not possible before 1 April, then hold 72 h',
      'Hold apixaban 3 days. Pharmacist recommends against stopping aspirin',
      'Hold 72 h. Statins must not be stopped',
    ],
    'not-met': [
      'Must not be interrupted',
      'Never stop apixaban',
      'Must never be stopped',
      'Do not stop the anticoagulant',
      "Don't stop apixaban",
      'Not to be stopped',
      'Interruption contraindicated',
      'Interruption not advised by cardiology',
      'Cardiology advises against interruption',
    ],
    'not-documented': [
      'no',
      'None',
      'not yet',
      'unknown',
      'N/A',
      'false',
      'Plan missing',
      'Continue apixaban through the procedure',
      'Uninterrupted apixaban',
      'No need to interrupt apixaban',
      'Plan: no change',
      'Prescriber contacted',
      'Interruption plan: none',
      'N/A ',
      'No interruption',
      'Continue apixaban',
    ],
  };
  test.each(Object.entries(PLANS).flatMap(([status, plans]) => plans.map((plan) => [plan, status] as const)))(
    '"%s": %s',
    (plan, status) => {
      const changed = { with: [APIXABAN, observation('plan', 'interruption-plan', plan)] };
      expect(statusIn(LUMBAR, changed, 'SAF-ACOAG 64483')).toBe(status);
    },
  );

  test('a Task whose output says no is no plan', () => {
    const task = {
      resourceType: 'Task',
      id: 'plan',
      status: 'completed',
      intent: 'order',
      authoredOn: '2026-03-10',
      code: { coding: [{ system: LOCAL, code: 'interruption-plan' }] },
      output: [{ type: { text: 'agreed' }, valueBoolean: false }],
    };
    expect(statusIn(LUMBAR, { with: [APIXABAN, task] }, 'SAF-ACOAG 64483')).toBe('not-documented');
  });

  test('what another prescription says of itself is not said of the anticoagulant', () => {
    const note = [{ text: 'Do not stop without asking cardiology' }];
    const changed = { with: [{ ...APIXABAN, note }, observation('plan', 'interruption-plan', 'hold 72 h')] };
    expect(statusIn(LUMBAR, changed, 'SAF-ACOAG 64483')).toBe('met');
  });
});

test.each([
  [{ coding: [{ system: 'http://hl7.org/fhir/sid/ndc', code: '00003089421' }] }, 'not-assessed'],
  [{ coding: [{ system: 'urn:oid:1.2.3', code: 'MED123' }] }, 'not-assessed'],
  [{ coding: [{ system: 'urn:oid:1.2.3', code: 'MED123', display: 'Lisinopril 10 mg' }] }, 'met'],
  [{ coding: [{ system: RXNORM, code: '314076' }] }, 'met'],
])('a drug by %j: %s', (medicationCodeableConcept, status) => {
  const drug = { ...APIXABAN, medicationCodeableConcept };
  expect(statusIn(LUMBAR, { with: [drug] }, 'SAF-ACOAG 64483')).toBe(status);
});

describe('the report of a study', () => {
  const report = (conclusion: string): Partial<Scenario> => ({
    without: ['DiagnosticReport/mri'],
    with: [
      {
        resourceType: 'DiagnosticReport',
        id: 'mr',
        status: 'final',
        code: { coding: [{ system: 'http://loinc.org', code: '30679-5' }] },
        effectiveDateTime: '2026-02-01',
        conclusion,
      },
    ],
  });

  test.each([
    'Indication: left L4-5 disc herniation. Impression: unremarkable study.',
    'CLINICAL HISTORY: L4-5 disc protrusion on prior CT. IMPRESSION: No disc protrusion or stenosis.',
    'Reason for exam: spinal stenosis. Impression: unremarkable.',
    'Comparison: 2024 MRI with left L4-5 herniation. Now completely regressed.',
    'Status post resection of L4-5 disc herniation, no residual.',
    'Resolved L4-5 herniation',
    'Neither stenosis nor herniation',
    'Ruled out: stenosis',
    'disc herniation - none; stenosis - none',
    'Disc bulge? No.',
    'Family history of scoliosis',
  ])('shows nothing by "%s"', (conclusion) => {
    expect(statusIn(LUMBAR, report(conclusion), 'TF-CORR 64483')).toBe('not-documented');
  });

  test.each([
    'Indication: back pain. Comparison: none. Left L4-5 disc protrusion.',
    'TECHNIQUE: MRI without contrast FINDINGS: left L4-5 disc protrusion',
    'Reason for exam: radiculopathy\nLeft L4-5 disc herniation with root contact',
    'Status post fusion L5-S1, recurrent left L4-5 disc herniation',
    'Indication: sciatica Report: left L4-5 disc protrusion',
    'INDICATION: low back pain L4-5: left disc herniation',
    'Comparison: CT 2024 - left L4-5 disc herniation has progressed.',
    'In comparison: stable left L4-5 disc protrusion',
    'Resolved edema with persistent left L4-5 disc herniation',
    'Infection ruled out and left L4-5 disc herniation shown',
    'Left L4-5 disc protrusion has partially regressed',
    'Left L4-5 disc protrusion, root contact, of what clinical relevance for this patient?',
  ])('shows something by "%s"', (conclusion) => {
    expect(statusIn(LUMBAR, report(conclusion), 'TF-CORR 64483')).toBe('met');
  });
});

test.each([
  'rash',
  'Stevens-Johnson syndrome',
  'hyponatremia',
  'dizziness, ataxia',
  'elevated liver enzymes',
  'lack of efficacy',
  'inadequate pain control',
])('an anticonvulsant that was stopped for "%s" has failed', (reason) => {
  const base = wholeChart('base-trigeminal');
  const drug = {
    ...APIXABAN,
    id: 'carbamazepine',
    status: 'stopped',
    medicationCodeableConcept: { coding: [{ system: RXNORM, code: '308979', display: 'carbamazepine' }] },
    statusReason: { text: reason },
  };
  const without = ['MedicationRequest/carbamazepine', 'MedicationRequest/gabapentin'];
  expect(statusIn(base, { without, with: [{ ...drug, statusReason: undefined }] }, 'TN-MED 64400')).toBe(
    'not-documented',
  );
  expect(statusIn(base, { without, with: [drug] }, 'TN-MED 64400')).toBe('met');
});

test.each([
  'New foot drop since Friday, cauda equina?',
  'Saddle anesthesia, cauda equina syndrome?',
  'Leg pain has resolved and now progressive weakness of the left leg',
  'Two weeks after resection of the L4-5 disc new foot drop',
  'After removal of the drain progressive weakness',
])('the red flag in "%s" is seen', (said) => {
  const changed = {
    with: [{ ...observation('exam', 'neurologic-exam', said), effectiveDateTime: '2026-03-15' }],
  };
  expect(statusIn(LUMBAR, changed, 'SAF-RED 64483')).toBe('not-documented');
});

test.each([
  ['Numbness resolved while pain persists', 'met'],
  ['Leg pain unchanged', 'met'],
  ['Relief resolved within days only', 'met'],
  ['Pain resolved, medication unchanged.', 'not-documented'],
  ['Goals met. Pain relapse prevention discussed', 'not-documented'],
  ['Pain improved with the same exercises', 'not-documented'],
])('therapy that ended with "%s": %s', (said, status) => {
  const change = {
    'Procedure/pt-7': { outcome: undefined, note: [{ text: said }] },
    'MedicationRequest/naproxen': { statusReason: undefined },
    'MedicationRequest/gabapentin': { statusReason: undefined },
  };
  expect(statusIn(LUMBAR, { change }, 'TF-CC 64483')).toBe(status);
});

test.each([
  ['Sitting tolerance 10 minutes; no difficulty walking', true],
  ['Has not been able to work, no cognitive impairment', true],
  ['Bathing: none. Walking: 50 m', true],
  ['Patient denies any functional limitation', false],
  ['None. Works full time, no limitation.', false],
  ['Neck rotation not restricted', false],
  ['Cannot stand for more than ten minutes', true],
  ['No limitation in walking but cannot lift her child', true],
])('functional limits: "%s"', (said, counts) => {
  const base = wholeChart('base-facet-lumbar');
  const changed = {
    without: ['Observation/odi'],
    with: [observation('limits', 'functional-limitation', said)],
  };
  expect(statusIn(base, changed, 'FJ-FUNC 64493')).toBe(counts ? 'met' : 'not-documented');
});

test.each([
  ['Therapeutic facet injection with steroid after failed physical therapy', 'therapeutic'],
  ['Therapeutic block next week', 'therapeutic'],
  ['Diagnostic imaging reviewed with the patient', ''],
  ['Failed therapeutic exercise. L4-5', ''],
  ['On therapeutic anticoagulation', ''],
  ['Following two diagnostic blocks, therapeutic injection', 'therapeutic'],
  ['Previous diagnostic block gave 80 % relief', ''],
  ['Therapeutic ESI, pain prevents walking', 'therapeutic'],
  ['Diagnostic block under CT - can you do Tuesday?', 'diagnostic'],
])('the purpose in "%s" is %s', (words, purpose) => {
  expect([...purposesIn(words)].join()).toBe(purpose);
});

test('what is said before a word of history does not depend on it', () => {
  expect(withoutHistory('L4-5 block after failed therapy; prior block at L5-S1.').trim()).toBe('L4-5 block');
});

test.each([
  ['L4-5, not the right', undefined],
  ['left, not the right', 'left'],
  ['Patient to come right after lunch', undefined],
  ['Right after failed PT', 'right'],
  ['whether or not left', 'left'],
  ['right L4-5', 'right'],
])('the side in "%s" is %s', (words, side) => {
  expect(sideInText(words)).toBe(side);
});

test('a further level needs a level of its own', () => {
  const base = wholeChart('base-facet-lumbar');
  const request = scenarioRequest(base, 'guideline', FIXTURES);
  const [first] = request.context.draftOrders.entry;
  const ofCode = (code: string): Json => ({
    resource: {
      ...first?.resource,
      id: `order-${code}`,
      code: { coding: [{ system: 'http://www.ama-assn.org/go/cpt', code }] },
    },
  });
  const entry = ['64493', '64494'].map(ofCode);
  const found = statuses(
    answer({ ...request, context: { ...request.context, draftOrders: { resourceType: 'Bundle', entry } } }),
  );
  expect(found.get('ORD-LVL 64493')).toBe('met');
  expect(found.get('ORD-LVL 64494')).toBe('not-met');
});

test('an order for something else has a day of its own', () => {
  const request = scenarioRequest(LUMBAR, 'guideline', FIXTURES);
  const [first] = request.context.draftOrders.entry;
  const { occurrenceDateTime: _, ...undated } = { ...first?.resource } as Json;
  const other = {
    resourceType: 'ServiceRequest',
    id: 'ct',
    status: 'draft',
    intent: 'order',
    subject: undated['subject'],
    code: { coding: [{ system: 'http://loinc.org', code: '24627-2' }] },
    occurrenceDateTime: '2026-06-01',
  };
  const dayOf = (orders: readonly Json[]): unknown => {
    const entry = orders.map((resource) => ({ resource }));
    const draftOrders = { resourceType: 'Bundle', entry };
    const response = answer({ ...request, context: { ...request.context, draftOrders } });
    return assessments(response)[0]?.['evaluatedOn'];
  };
  expect(dayOf([undated, other])).toBe(dayOf([undated]));
});

describe('of one day the later time counts, whatever the ids are', () => {
  const inr = (id: string, effectiveDateTime: string, value: number): Json => ({
    resourceType: 'Observation',
    id,
    status: 'final',
    code: { coding: [{ system: 'http://loinc.org', code: '6301-6' }] },
    effectiveDateTime,
    valueQuantity: { value },
  });

  test.each([
    ['a', 'b'],
    ['b', 'a'],
  ])('INR results %s and %s', (early, late) => {
    const at = (first: number, second: number): Partial<Scenario> => ({
      with: [inr(early, '2026-03-10T08:00:00Z', first), inr(late, '2026-03-10T16:00:00Z', second)],
    });
    expect(statusIn(LUMBAR, at(1.2, 2.5), 'SAF-COAG 64483')).toBe('not-met');
    expect(statusIn(LUMBAR, at(2.5, 1.2), 'SAF-COAG 64483')).toBe('met');
  });

  test.each([
    ['a', 'b'],
    ['b', 'a'],
  ])('without times the more dangerous of %s and %s', (one, other) => {
    const changed = { with: [inr(one, '2026-03-10', 1.2), inr(other, '2026-03-10', 2.5)] };
    expect(statusIn(LUMBAR, changed, 'SAF-COAG 64483')).toBe('not-met');
  });

  test.each([
    ['a', 'b'],
    ['b', 'a'],
  ])('plans %s and %s', (early, late) => {
    const plan = (id: string, time: string, said: string): Json => ({
      ...observation(id, 'interruption-plan', said),
      effectiveDateTime: `2026-03-10T${time}Z`,
    });
    const changed = {
      with: [
        APIXABAN,
        plan(early, '08:00:00', 'Hold 3 days'),
        plan(late, '16:00:00', 'must not be interrupted'),
      ],
    };
    expect(statusIn(LUMBAR, changed, 'SAF-ACOAG 64483')).toBe('not-met');
  });

  test.each([
    ['a', 'z'],
    ['z', 'a'],
  ])('pain scores %s and %s before a block', (early, late) => {
    const score = (id: string, effectiveDateTime: string, value: number, more: Json = {}): Json => ({
      resourceType: 'Observation',
      id,
      status: 'final',
      code: { coding: [{ system: 'http://loinc.org', code: '72514-3' }] },
      effectiveDateTime,
      valueQuantity: { value, code: '{score}' },
      ...more,
    });
    const partOf = [{ reference: 'Procedure/block' }];
    const changed = {
      with: [
        {
          resourceType: 'Procedure',
          id: 'block',
          status: 'completed',
          code: { coding: [{ system: 'http://www.ama-assn.org/go/cpt', code: '64483' }] },
          performedDateTime: '2026-02-01',
        },
        score(early, '2026-01-20T08:00:00Z', 4),
        score(late, '2026-01-20T16:00:00Z', 8),
        score('after', '2026-02-08', 4, { partOf }),
        {
          ...observation('lasted', 'pain-relief-duration', ''),
          valueString: undefined,
          valueQuantity: { value: 14, code: 'd' },
          partOf,
        },
      ],
    };
    expect(statusIn(LUMBAR, changed, 'TF-RESP 64483')).toBe('met');
  });
});

test('what the order or a report holds itself is read', () => {
  const axial = {
    resourceType: 'Condition',
    id: 'c1',
    code: { coding: [{ system: 'http://hl7.org/fhir/sid/icd-10-cm', code: 'M54.50' }] },
  };
  const order = {
    reasonCode: undefined,
    contained: [axial],
    reasonReference: [{ reference: '#c1' }],
  };
  const orders = { ...LUMBAR.orders, change: { 'ServiceRequest/order-64483': order } };
  expect(statusIn(LUMBAR, { orders }, 'TF-DX 64483')).toBe('not-documented');
  const refuted = { ...axial, verificationStatus: { coding: [{ code: 'refuted' }] } };
  const refutedOrder = { ...order, contained: [refuted] };
  const refutedOrders = { ...LUMBAR.orders, change: { 'ServiceRequest/order-64483': refutedOrder } };
  expect(statusIn(LUMBAR, { orders: refutedOrders }, 'TF-DX 64483')).toBe('met');
  const stenosis = {
    resourceType: 'Observation',
    id: 'f',
    status: 'final',
    code: { text: 'finding' },
    bodySite: { text: 'left L4-5' },
    valueCodeableConcept: { coding: [{ system: 'http://snomed.info/sct', code: '20021007' }] },
  };
  const report = {
    resourceType: 'DiagnosticReport',
    id: 'mr',
    status: 'final',
    code: { coding: [{ system: 'http://loinc.org', code: '30679-5' }] },
    effectiveDateTime: '2026-02-01',
    contained: [stenosis],
    result: [{ reference: '#f' }],
  };
  const changed = { without: ['DiagnosticReport/mri'], with: [report] };
  expect(statusIn(LUMBAR, changed, 'TF-CORR 64483')).toBe('met');
});

test('whether care helped is not known where care was not read', () => {
  const base = wholeChart('base-lumbar');
  const silent = { outcome: undefined, note: undefined, statusReason: undefined };
  const treatments = ['Procedure/pt-7', 'MedicationRequest/naproxen', 'MedicationRequest/gabapentin'];
  const withoutResult = {
    notSent: ['carePlans'],
    change: Object.fromEntries(treatments.map((reference) => [reference, silent])),
  };
  expect(statusIn(base, withoutResult, 'TF-CC 64483')).toBe('not-assessed');
  expect(statusIn(base, { ...withoutResult, notSent: [] }, 'TF-CC 64483')).toBe('met');
});

test('a score of a month that may lie after the order is not known to be current', () => {
  const pain = {
    resourceType: 'Observation',
    id: 'pain-of-march',
    status: 'final',
    code: { coding: [{ system: 'http://loinc.org', code: '72514-3' }] },
    effectiveDateTime: '2026-03',
    valueQuantity: { value: 7, code: '{score}' },
  };
  const changed = { without: ['Observation/pain'], with: [pain] };
  expect(statusIn(LUMBAR, changed, 'TF-BASE 64483')).toBe('not-documented');
  const ofFebruary = { ...pain, effectiveDateTime: '2026-02' };
  expect(statusIn(LUMBAR, { ...changed, with: [ofFebruary] }, 'TF-BASE 64483')).toBe('met');
});

test('a count of one and a half findings is no count', () => {
  const base = wholeChart('base-trigger-point');
  const counted = (value: number): Partial<Scenario> => ({
    with: [
      {
        resourceType: 'Observation',
        id: 'counted',
        status: 'final',
        code: { coding: [{ system: LOCAL, code: 'trigger-point-findings' }] },
        effectiveDateTime: '2026-03-15',
        valueQuantity: { value },
      },
    ],
  });
  expect(statusIn(base, counted(2), 'TP-EXAM 20552')).toBe('met');
  expect(statusIn(base, counted(1.5), 'TP-EXAM 20552')).toBe('not-documented');
});

test('care that begins after it was last known to go on has no end before its start', () => {
  const orders = {
    ...LUMBAR.orders,
    change: { 'ServiceRequest/order-64483': { occurrenceDateTime: '2026-03-30' } },
  };
  const exercise = {
    resourceType: 'CarePlan',
    id: 'later',
    status: 'active',
    intent: 'plan',
    category: [{ text: 'home exercise' }],
    period: { start: '2026-03-20' },
  };
  const without = ['pt-eval', 'pt-1', 'pt-2', 'pt-3', 'pt-4', 'pt-5', 'pt-6', 'pt-7'].map(
    (id) => `Procedure/${id}`,
  );
  const changed = { orders, without, with: [exercise] };
  const response = answer(scenarioRequest({ ...LUMBAR, ...changed }, 'guideline', FIXTURES));
  const [assessment] = assessments(response);
  const found = objects(assessment?.['criteria']).find(({ id }) => id === 'TF-CC')?.['found'];
  expect(found).toContain('2026-03-20 to 2026-03-20');
});
