import { join } from 'node:path';
import { caseOf, readScenarios, type Case } from '../src/demo/scenario';
import type { Json } from '../src/fhir/read';
import { createdBy } from './support/performed';
import { sign } from './support/closing';
import { FIXTURES } from './support/service-for-test';
import { wholeChart } from './support/whole-chart';

const CPT = 'http://www.ama-assn.org/go/cpt';
const scenarios = readScenarios(join(FIXTURES, 'scenarios'));

function scenario(id: string): Case {
  const found = scenarios.find((candidate) => candidate.id === id);
  if (!found) throw new Error(`no scenario ${id}`);
  return caseOf(found, FIXTURES);
}

const whole = (chart: string): Case => caseOf(wholeChart(chart), FIXTURES);

function withRecords(of: Case, ...resources: readonly Json[]): Case {
  const own = resources.map((resource, i) => ({
    subject: { reference: `Patient/${of.patientId}` },
    id: `added-${i}`,
    ...resource,
  }));
  return { ...of, chart: [...of.chart, ...own] };
}

function withOrders(of: Case, ...changes: readonly Json[]): Case {
  const orders = changes.map((members, i) => ({ ...of.orders[0], id: `order-${i}`, ...members }));
  return { ...of, orders };
}

const code = (...codes: string[]) => ({
  code: { coding: codes.map((value) => ({ system: CPT, code: value })) },
});
const HIGH_INR: Json = {
  resourceType: 'Observation',
  status: 'final',
  code: { coding: [{ system: 'http://loinc.org', code: '6301-6' }] },
  effectiveDateTime: '2026-03-14',
  valueQuantity: { value: 2.1, unit: '{INR}', system: 'http://unitsofmeasure.org', code: '{INR}' },
};
const LEFT = {
  bodySite: [{ coding: [{ system: 'http://snomed.info/sct', code: '7771000' }], text: 'Left L4-5' }],
};
const RIGHT = {
  bodySite: [{ coding: [{ system: 'http://snomed.info/sct', code: '24028007' }], text: 'Right L5-S1' }],
};

/** What each card offers; a star marks what is recommended. */
function offers(of: Case, profile = 'guideline'): string[][] {
  return sign(of, profile).cards.map(({ card }) =>
    (card.suggestions ?? []).map(({ label, isRecommended }) => `${label}${isRecommended ? ' *' : ''}`),
  );
}

describe('where the block must not be done, nothing is offered but to hold it and what makes it safe', () => {
  test.each([
    [
      'no side',
      withOrders(whole('base-lumbar'), { bodySite: null, note: [{ text: 'L4-5' }] }),
      'Hold 64483 *',
    ],
    ['an add-on alone', scenario('07-add-on-alone'), 'Hold 64480 *'],
    ['the code of another region', scenario('08-wrong-region'), 'Hold 64479 *'],
  ])('%s', (_name, of, hold) => {
    const [first, ...others] = offers(withRecords(of, HIGH_INR)).flat();
    expect([first, others]).toEqual([hold, expect.arrayContaining(['Order: INR'])]);
    expect(others.filter((label) => !label.startsWith('Order: '))).toEqual([]);
  });

  test('an add-on of the other side goes with its primary', () => {
    const of = withRecords(
      withOrders(whole('base-lumbar'), { ...code('64483'), ...LEFT }, { ...code('64484'), ...RIGHT }),
      HIGH_INR,
    );
    const deleted = sign(of, 'guideline').cards.map(({ card }) =>
      card.suggestions?.[0]?.actions.map((action) => action.type === 'delete' && action.resourceId),
    );
    const both = ['ServiceRequest/order-0', 'ServiceRequest/order-1'];
    expect(deleted).toEqual([both, both]);
  });

  test('what only accompanies the block goes with it', () => {
    const of = withRecords(withOrders(whole('base-lumbar'), code('64483', '99152')), HIGH_INR);
    expect(sign(of, 'guideline').cards[0]?.card.suggestions?.[0]?.actions).toMatchObject([
      { type: 'delete', resourceId: 'ServiceRequest/order-0' },
    ]);
  });

  test('a red flag leaves only the way to the surgeon', () => {
    const flagged = scenario('14-red-flag');
    const [draft] = flagged.orders;
    const unclear = { ...flagged, orders: [{ ...draft, bodySite: null, note: [{ text: 'ultrasound' }] }] };
    for (const flaggedCase of [flagged, unclear])
      expect(offers(flaggedCase)).toEqual([['Order: Urgent referral to spine surgery *']]);
  });

  test('a referral to somebody else is no referral to a surgeon', () => {
    const podiatry = {
      resourceType: 'ServiceRequest',
      status: 'active',
      intent: 'order',
      code: {
        coding: [{ system: 'http://snomed.info/sct', code: '3457005' }],
        text: 'Referral to podiatry',
      },
    };
    expect(offers(withRecords(scenario('14-red-flag'), podiatry))[0]).toHaveLength(1);
  });
});

test('a drug with a plan is told as handled, not as absent', () => {
  const plan = {
    resourceType: 'Observation',
    status: 'final',
    code: {
      coding: [
        { system: 'https://nerve-block-cds.example/fhir/CodeSystem/evidence', code: 'interruption-plan' },
      ],
    },
    effectiveDateTime: '2026-03-12',
    valueString: 'Apixaban paused three days before',
  };
  const [card] = sign(withRecords(scenario('06-anticoagulant'), plan), 'guideline').cards;
  const detail = card?.card.detail ?? '';
  expect(detail).toContain('| Anticoagulants handled (SAF-ACOAG) | apixaban, plan of 2026-03-12 |');
  expect(detail).not.toMatch(/Nothing on file against it:[^\n]*anticoagulants/u);
});

test('the same level twice is one level: one of the two comes off', () => {
  const same = withOrders(whole('base-facet-lumbar'), {}, {});
  expect(offers(same)[0]?.join()).toContain('Remove 64493');
  expect(offers(same)[0]?.join()).not.toContain('Change the further');
});

test('guidance by ultrasound is reworded, an ultrasound examination is not', () => {
  const noted = (note: string) => withOrders(whole('base-lumbar'), { note: [{ text: note }] });
  const reworded = sign(noted('L4-5. Under ultrasound. Renal ultrasound 2025 normal.'), 'guideline');
  expect(offers(noted('L4-5. Renal ultrasound 2025 normal.')).flat()).not.toContain('Ask for fluoroscopy *');
  expect(JSON.stringify(reworded.cards[0]?.card.suggestions ?? [])).not.toContain('Renal fluoroscopy');
  expect(offers(noted('L4-5, ultrasound-guided')).flat()).toContain('Ask for fluoroscopy *');
});

describe('what is under way is not asked for again', () => {
  const bare = (): Case => {
    const of = whole('base-lumbar');
    return { ...of, chart: of.chart.filter(({ resourceType }) => resourceType === 'Patient') };
  };

  test('a task that somebody has', () => {
    const [first] = sign(bare(), 'guideline').cards;
    const tasks = createdBy({ actions: first?.card.suggestions?.[0]?.actions ?? [] });
    expect(tasks.length).toBeGreaterThan(2);
    const asked = withRecords(
      bare(),
      ...tasks.map((task, i) => ({ ...task, id: `task-${i}`, status: 'requested' })),
    );
    expect(
      offers(asked)
        .flat()
        .filter((label) => label.startsWith('Ask for')),
    ).toEqual([]);
  });

  test.each([
    [
      'by a code of another system',
      { code: { coding: [{ system: 'http://loinc.org', code: '30679-5' }] } },
      false,
    ],
    ['of another region', { code: { coding: [{ system: 'http://loinc.org', code: '30667-0' }] } }, true],
    ['of another modality', { code: { coding: [{ system: 'http://loinc.org', code: '24972-2' }] } }, true],
    ['that was revoked', { ...code('72148'), status: 'revoked' }, true],
  ])('imaging that is ordered %s', (_name, members, isOffered) => {
    const order = { resourceType: 'ServiceRequest', status: 'active', intent: 'order', ...members };
    expect(offers(withRecords(bare(), order)).flat().includes('Order: MRI of the low back')).toBe(isOffered);
  });
});

test('of several diagnoses on the problem list the clinician chooses', () => {
  const of = whole('base-lumbar');
  const silent = withOrders(of, { reasonCode: null });
  const label = 'State the diagnosis: M54.16 lumbar radiculopathy';
  expect(offers(silent).flat()).toContain(label);
  const second = {
    ...of.chart.find(({ resourceType }) => resourceType === 'Condition'),
    id: 'second',
    code: { coding: [{ system: 'http://hl7.org/fhir/sid/icd-10-cm', code: 'M51.16' }] },
  };
  expect(
    offers({ ...silent, chart: [...silent.chart, second] })
      .flat()
      .join(),
  ).not.toContain('State the diagnosis');
});

test('only what belongs to the session moves with it', () => {
  const of = whole('base-lumbar');
  const recent = of.chart.map((resource) =>
    resource['resourceType'] === 'Condition' ? { ...resource, onsetDateTime: '2026-03-01' } : resource,
  );
  const undated = of.orders.map(({ occurrenceDateTime: _day, ...order }) => order);
  const laboratory = { ...undated[0], id: 'laboratory', ...code('85610') };
  const orders = [...undated, laboratory];
  const [first] = sign({ ...of, chart: recent, orders }, 'medicare-lcd').cards;
  const [move] = first?.card.suggestions ?? [];
  expect(move?.label).toMatch(/^Move the block to/u);
  const moved = move?.actions.flatMap((action) => (action.type === 'update' ? [action.resource.id] : []));
  expect(moved).toEqual(of.orders.map(({ id }) => id));
});

test('of two cards that should not share a session one stays and the other moves', () => {
  const of = withOrders(whole('base-lumbar'), {}, { ...code('64493') });
  const staged = offers(of, 'medicare-lcd').map((labels) =>
    labels.filter((label) => label.startsWith('Give')),
  );
  expect(staged.map((labels) => labels.length)).toEqual([0, 1]);
});
