import { jointsOfBranches, levelName, readLevels } from '../src/anatomy/spine-level';
import { scenarioRequest } from '../src/demo/scenario';
import { muscleCountIn } from '../src/gather/order-words';
import { changedStatuses, statuses } from './support/assessment';
import { answer, FIXTURES } from './support/service-for-test';
import { wholeChart } from './support/whole-chart';

/** What becomes of a chart's criteria when its order is worded otherwise, by both main profiles. */
function changes(chart: string, code: string, note: string, members: object = {}) {
  const base = wholeChart(chart);
  const orders = {
    without: [],
    change: { [`ServiceRequest/order-${code}`]: { note: [{ text: note }], ...members } },
    with: [],
  };
  return ['guideline', 'medicare-lcd'].map((profile) =>
    changedStatuses(
      answer(scenarioRequest(base, profile, FIXTURES)),
      answer(scenarioRequest({ ...base, orders }, profile, FIXTURES)),
    ),
  );
}

test.each([
  ['base-cervical', '64479', 'Previous ESI at C6-7 in 2025. Now C5-6, fluoroscopy'],
  ['base-cervical', '64479', 'C7 dermatome pain. C5-6, fluoroscopy'],
  ['base-cervical', '64479', 'Diagnostic imaging reviewed with the patient. C5-6, fluoroscopy'],
  ['base-cervical', '64479', 'C5-6, fluoroscopy, diagnostic and therapeutic'],
  ['base-cervical', '64479', 'C5-6, fluoroscopy. Ultrasound of the shoulder normal.'],
  ['base-lumbar', '64483', 'not L5-S1; L4-5, fluoroscopy'],
  ['base-lumbar', '64483', 'L5-S1 fused in 2019. L4-5, fluoroscopy'],
  ['base-lumbar', '64483', 's/p L5-S1 discectomy; L4-5, fluoroscopy'],
  ['base-lumbar', '64483', 'Previous ESI at L5-S1 2025 without benefit. L4-5, fluoroscopy'],
  ['base-lumbar', '64483', 'C5-6 ACDF 2018. L4-5, fluoroscopy'],
  ['base-lumbar', '64483', 'S1 numbness. L4-5, fluoroscopy'],
  ['base-lumbar', '64483', 'L4-5 stenosis, fluoroscopy'],
  ['base-lumbar', '64483', 'Repeat of the previous L4-5 block, fluoroscopy'],
  ['base-facet-lumbar', '64493', 'Failed therapeutic exercise. L4-5, fluoroscopy'],
  ['base-facet-lumbar', '64493', 'L4-5, fluoroscopy. On therapeutic anticoagulation until May.'],
  ['base-ablation', '64635', 'Right L5-S1 RFA done previously. Now L4-5, fluoroscopy'],
  ['base-occipital', '64405', 'Takes propranolol for migraine prevention.'],
  ['base-occipital', '64405', 'failed preventive medication'],
  ['base-occipital', '64405', 'on prophylactic propranolol'],
  ['base-occipital', '64405', 'DVT prophylaxis held'],
  ['base-occipital', '64405', 'Completed 12 PT sessions, 2x weekly for 6 weeks, without lasting benefit.'],
  ['base-occipital', '64405', 'Botox q12 weeks'],
  ['base-occipital', '64405', 'Follow-up every 3 months'],
  ['base-occipital', '64405', 'injections every 3 months in the past'],
  ['base-occipital', '64405', 'No pain on the left'],
  ['base-occipital', '64405', 'Previously treated on the left with good result'],
  ['base-occipital', '64405', 'symptoms on the left have resolved'],
  ['base-occipital', '64405', 'IV in left arm'],
  ['base-occipital', '64405', 'Patient left work because of pain'],
  ['base-peripheral', '64450', 'right knee replacement 2019'],
])('%s %s: "%s" changes nothing', (chart, code, note) => {
  expect(changes(chart, code, note)).toEqual([{}, {}]);
});

test.each([
  ['base-cervical', '64479', 'C5-6, US-guided', { 'ORD-GUIDE 64479': 'not-met' }],
  ['base-cervical', '64479', 'C5-6, ultrasound instead of fluoroscopy', { 'ORD-GUIDE 64479': 'not-met' }],
  ['base-cervical', '64479', 'C5-6, fluoroscopy not available; ultrasound', { 'ORD-GUIDE 64479': 'not-met' }],
  ['base-cervical', '64479', 'C5-6, no fluoroscopy, ultrasound', { 'ORD-GUIDE 64479': 'not-met' }],
  ['base-cervical', '64479', 'C5-6 under ultrasound guidance. CT reviewed', { 'ORD-GUIDE 64479': 'not-met' }],
  ['base-occipital', '64405', 'GON block for prevention of attacks', { 'ON-INT 64405': 'not-documented' }],
  ['base-occipital', '64405', 'block every 2 weeks x 6', { 'ON-INT 64405': 'not-documented' }],
  ['base-occipital', '64405', 'on the left', { 'ORD-LAT 64405': 'not-met' }],
])('%s %s: "%s" is noticed', (chart, code, note, expected) => {
  expect(changes(chart, code, note)[0]).toMatchObject(expected);
});

test('what is said of imaging makes no block diagnostic', () => {
  const base = wholeChart('base-trigger-point');
  const request = (note: string) =>
    scenarioRequest(
      {
        ...base,
        without: ['MedicationRequest/ibuprofen'],
        orders: {
          without: [],
          change: { 'ServiceRequest/order-20552': { note: [{ text: note }] } },
          with: [],
        },
      },
      'medicare-lcd',
      FIXTURES,
    );
  const [plain, ofImaging] = ['trapezius', 'trapezius. Diagnostic imaging of the neck unremarkable.'].map(
    (note) => answer(request(note)),
  );
  if (!plain || !ofImaging) throw new Error('there is no answer');
  expect(changedStatuses(plain, ofImaging)).toEqual({});
});

test('for migraine the history of prevention is no purpose', () => {
  const migraine = {
    reasonCode: [{ coding: [{ system: 'http://hl7.org/fhir/sid/icd-10-cm', code: 'G43.719' }] }],
  };
  for (const note of [
    'Preventive agents failed; block for acute attack',
    'Failed topiramate prophylaxis. Acute migraine attack now.',
    'not for prevention, acute attack',
  ]) {
    const [guideline] = changes('base-occipital', '64405', note, migraine);
    expect(guideline).not.toHaveProperty(['ON-INT 64405']);
  }
});

test.each([
  ['more than two muscles', undefined],
  ['less than three muscles', undefined],
  ['Previously injected two muscles; now 4 muscles', 4],
  ['two muscles on each side, 4 muscles total', 4],
  ['two muscles on each side', undefined],
  ['1 muscle: trapezius', 1],
  ['single muscle', 1],
  ['Number of muscles: 3', 3],
  ['muscles: 4', 4],
  ['4 muscle groups', 4],
  ['3+ muscles', 3],
  ['three upper back muscles', 3],
  ['C5-6 muscles', undefined],
])('"%s" counts %s muscles', (words, count) => {
  expect(muscleCountIn(words)).toBe(count);
});

test('a Condition that came inside the order dates the pain', () => {
  const base = wholeChart('base-occipital');
  const held = {
    resourceType: 'Condition',
    id: 'r',
    clinicalStatus: { coding: [{ code: 'active' }] },
    verificationStatus: { coding: [{ code: 'confirmed' }] },
    subject: { reference: 'Patient/base-occipital' },
    onsetDateTime: '2025-08-01',
    code: { coding: [{ system: 'http://hl7.org/fhir/sid/icd-10-cm', code: 'M54.81' }] },
  };
  const order = { contained: [held], reasonReference: [{ reference: '#r' }], reasonCode: null };
  const orders = { without: [], change: { 'ServiceRequest/order-64405': order }, with: [] };
  const request = scenarioRequest(
    { ...base, without: ['Condition/neuralgia'], orders },
    'guideline',
    FIXTURES,
  );
  expect(statuses(answer(request)).get('ON-DUR 64405')).toBe('met');
});

test('a code of the other region without guidance is changed to the one that fits both', () => {
  const base = wholeChart('base-cervical');
  const cpt = (code: string) => ({ coding: [{ system: 'http://www.ama-assn.org/go/cpt', code }] });
  const orders = {
    without: [],
    change: { 'ServiceRequest/order-64479': { code: cpt('62322'), bodySite: null } },
    with: [],
  };
  const { cards } = answer(scenarioRequest({ ...base, orders }, 'guideline', FIXTURES));
  const labels = (cards[0]?.suggestions ?? []).map(({ label }) => label);
  expect(labels).toContain('Change 62322 to 62321 (with image guidance)');
  expect(labels).not.toContain('Change 62322 to 62323 (with image guidance)');
});

test('a diagnosis of the problem list is suggested where it also settles what rests on the diagnosis', () => {
  const base = wholeChart('base-occipital');
  const reasonCode = [{ coding: [{ system: 'http://hl7.org/fhir/sid/icd-10-cm', code: 'G43.719' }] }];
  const orders = { without: [], change: { 'ServiceRequest/order-64405': { reasonCode } }, with: [] };
  const { cards } = answer(scenarioRequest({ ...base, orders }, 'medicare-lcd', FIXTURES));
  expect((cards[0]?.suggestions ?? []).map(({ label }) => label).join('\n')).toContain('M54.81');
});

describe('medial branches stand for the joints that they supply', () => {
  test.each([
    ['base-facet-lumbar', '64493', 'L3 and L4 medial branch block, fluoroscopy'],
    ['base-facet-lumbar', '64493', 'MBB L3, L4; fluoroscopy'],
    ['base-facet-cervical', '64490', 'C4 and C5 medial branches, fluoroscopy'],
    ['base-ablation', '64635', 'RFA of L3 and L4 medial branches, fluoroscopy'],
  ])('%s %s: "%s" is the order as it was', (chart, code, note) => {
    expect(changes(chart, code, note)).toEqual([{}, {}]);
  });

  test.each([
    [
      ['L3', 'L4', 'L5'],
      ['L4-5', 'L5-S1'],
    ],
    [['L4', 'L5'], ['L5-S1']],
    [
      ['C4', 'C5', 'C6'],
      ['C4-5', 'C5-6'],
    ],
    [['T12', 'L1'], ['L1-2']],
    [['L3'], undefined],
    [['L2', 'L4'], undefined],
    [['L3', 'L4', 'C5'], undefined],
  ])('%s: %s', (branches, joints) => {
    expect(jointsOfBranches(branches.flatMap((label) => readLevels(label)))?.map(levelName)).toEqual(joints);
  });
});
