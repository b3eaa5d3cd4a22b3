import { join } from 'node:path';
import { caseOf, readScenarios, type Case } from '../src/demo/scenario';
import { isObject, objects, type Json } from '../src/fhir/read';
import { sign } from './support/closing';
import { FIXTURES } from './support/service-for-test';
import { wholeChart } from './support/whole-chart';

const scenarios = readScenarios(join(FIXTURES, 'scenarios'));

function scenario(id: string): Case {
  const found = scenarios.find((candidate) => candidate.id === id);
  if (!found) throw new Error(`no scenario ${id}`);
  return caseOf(found, FIXTURES);
}

function chart(name: string, keep: (resource: Json) => boolean, ...added: readonly Json[]): Case {
  const whole = caseOf(wholeChart(name), FIXTURES);
  const own = added.map((resource) => ({ subject: { reference: `Patient/${name}` }, ...resource }));
  return { ...whole, chart: [...whole.chart.filter(keep), ...own] };
}

/** The steps of the only line of a case, as `effort criterion: what (from)`. */
function steps(of: Case, profile: string): string[] {
  return sign(of, profile).cards.flatMap(({ card }) => {
    const assessment = card.extension['org.nerve-block-cds.assessment'];
    return objects(isObject(assessment) ? assessment['whatWouldChange'] : [])
      .flatMap((line) => objects(line['steps']))
      .map(({ effort, criterion, what, from }) =>
        [
          `${String(effort)} ${String(criterion)}: ${String(what)}`,
          ...(typeof from === 'string' ? [`from ${from}`] : []),
        ].join(' '),
      );
  });
}

function lineOf(of: Case, profile: string): string | undefined {
  const [first] = sign(of, profile).cards;
  return first?.card.detail.split('\n').find((text) => text.startsWith('**To meet every criterion:**'));
}

const CPT = 'http://www.ama-assn.org/go/cpt';
const withoutTherapy = ({ id, resourceType }: Json): boolean =>
  !(resourceType === 'Procedure' && String(id).includes('-pt-')) && resourceType !== 'CarePlan';

/** A course of therapy that goes on. */
function goingOn(start: string): Json {
  return {
    resourceType: 'Procedure',
    id: 'course',
    status: 'in-progress',
    code: { coding: [{ system: CPT, code: '97110' }] },
    performedPeriod: { start },
  };
}

/** A first diagnostic block at the ordered joints, with 85 % relief. */
function firstBlock(performedDateTime: string): Json[] {
  return [
    {
      resourceType: 'Procedure',
      id: 'first',
      status: 'completed',
      code: { coding: [{ system: CPT, code: '64493' }] },
      performedDateTime,
      bodySite: [{ coding: [{ system: 'http://snomed.info/sct', code: '24028007' }], text: 'Right L4-5' }],
    },
    {
      resourceType: 'Observation',
      id: 'relief',
      status: 'final',
      code: {
        coding: [
          {
            system: 'https://nerve-block-cds.example/fhir/CodeSystem/evidence',
            code: 'pain-relief-percent',
          },
        ],
      },
      effectiveDateTime: performedDateTime,
      partOf: [{ reference: 'Procedure/first' }],
      valueQuantity: { value: 85, unit: '%', system: 'http://unitsofmeasure.org', code: '%' },
    },
  ];
}

test('nothing, where every criterion is met', () => {
  expect(steps(scenario('17-seed-002'), 'guideline')).toEqual([]);
});

test.each(['05-infection', '09-imaging-of-the-other-side', '16-axial-diagnosis'])(
  'nothing, where what is on file contradicts a criterion (%s)',
  (id) => {
    expect(steps(scenario(id), 'medicare-lcd')).toEqual([]);
  },
);

test('what is said on the order comes before what is recorded, and a test comes last', () => {
  const bare = chart('base-lumbar', ({ resourceType }) => resourceType === 'Patient');
  const unsaid = { ...bare, orders: bare.orders.map(({ bodySite: _site, note: _note, ...order }) => order) };
  expect(steps(unsaid, 'guideline')).toEqual([
    'state ORD-LAT: side',
    'state ORD-LVL: level',
    'record TF-CC: therapy or exercise done',
    'record TF-CC: pain drugs tried',
    'record TF-EXAM: neurologic examination',
    'record TF-BASE: pain score',
    'record TF-BASE: function score',
    'obtain TF-CORR: spine MRI',
  ]);
});

describe('the day on which it is long enough', () => {
  test('of care that goes on: 42 days after it began', () => {
    const of = chart('base-lumbar', withoutTherapy, goingOn('2026-02-14'));
    expect(steps(of, 'guideline')).toEqual(['wait TF-CC: conservative care from 2026-03-28']);
    expect(lineOf(of, 'guideline')).toBe(undefined);
  });

  test('of care that ended: as many days from now as are missing', () => {
    expect(steps(scenario('04-care-too-short'), 'guideline')).toEqual([
      'wait TF-CC: conservative care from 2026-03-30',
    ]);
  });

  test('of chronic pain: the day after three months', () => {
    const of = chart('base-facet-cervical', () => true);
    const later = {
      ...of,
      chart: of.chart.map((resource) =>
        resource['resourceType'] === 'Condition' ? { ...resource, onsetDateTime: '2025-12-31' } : resource,
      ),
    };
    expect(steps(later, 'guideline')).toEqual(['wait FJ-DUR: duration of the pain from 2026-04-01']);
    expect(steps(later, 'medicare-lcd')).toEqual(['wait FJ-DUR: duration of the pain from 2026-03-31']);
  });

  test('of a second block: two weeks after the first, and one click moves it there', () => {
    const of = chart('base-facet-lumbar', () => true, ...firstBlock('2026-03-10'));
    expect(steps(of, 'medicare-lcd')).toEqual(['wait FJ-STG2: relief after the first block from 2026-03-24']);
    const [first] = sign(of, 'medicare-lcd').cards;
    const recommended = first?.card.suggestions?.find(({ isRecommended }) => isRecommended);
    expect(recommended?.label).toBe('Move the block to 2026-03-24');
    const orders = objects(recommended?.actions).flatMap(({ resource }) =>
      isObject(resource) ? [resource] : [],
    );
    expect(orders.map((order) => order['occurrenceDateTime'])).toEqual(of.orders.map(() => '2026-03-24'));
    const after = sign({ ...of, orders }, 'medicare-lcd');
    expect(after.cards.map(({ assessment }) => assessment.determination)).toEqual(['meets-criteria']);
  });

  test('of a session over the limit: when the oldest one in the way has left the window, also for 29 February', () => {
    const blocks = ['2024-02-29', '2024-05-01', '2024-08-01', '2024-11-01'].map((performedDateTime, i) => ({
      resourceType: 'Procedure',
      id: `block-${i}`,
      status: 'completed',
      code: { coding: [{ system: CPT, code: '64483' }] },
      performedDateTime,
    }));
    const relief = blocks.flatMap(({ id, performedDateTime }) =>
      [['pain-relief-percent', 85, '%'] as const, ['pain-relief-duration', 100, 'd'] as const].map(
        ([code, value, unit]) => ({
          resourceType: 'Observation',
          id: `${id}-${code}`,
          status: 'final',
          code: { coding: [{ system: 'https://nerve-block-cds.example/fhir/CodeSystem/evidence', code }] },
          effectiveDateTime: performedDateTime,
          partOf: [{ reference: `Procedure/${id}` }],
          valueQuantity: { value, unit, system: 'http://unitsofmeasure.org', code: unit },
        }),
      ),
    );
    const of = chart('base-lumbar', () => true, ...blocks, ...relief);
    const moved = (day: string): Case => ({
      ...of,
      orders: of.orders.map((order) => ({ ...order, occurrenceDateTime: day })),
    });
    const statusOn = (day: string) =>
      sign(moved(day), 'medicare-lcd').cards[0]?.assessment.lines[0]?.results.find(
        ({ criterion }) => criterion.id === 'TF-FREQ',
      )?.status;
    expect(steps(moved('2025-02-20'), 'medicare-lcd')).toContain(
      'wait TF-FREQ: earlier blocks from 2025-03-01',
    );
    expect(['2025-02-28', '2025-03-01'].map(statusOn)).toEqual(['not-met', 'met']);
  });
});

test('of alternatives only the easiest: a limit of movement in place of a whole course of care', () => {
  const without = chart(
    'base-trigger-point',
    (resource) => withoutTherapy(resource) && resource['resourceType'] !== 'MedicationRequest',
  );
  expect(steps(without, 'medicare-lcd')).toEqual([
    'record TP-CC: limits of movement',
    'record TP-PROG: exercise program',
  ]);
});
