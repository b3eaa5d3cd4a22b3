import { caseOf, type Case } from '../src/demo/scenario';
import { sign, taken, type Answered } from './support/closing';
import { FIXTURES, policyData } from './support/service-for-test';
import { wholeChart } from './support/whole-chart';

const PROFILES = [...policyData.profiles.keys()];

describe('from nothing documented to criteria met', () => {
  const CPT = 'http://www.ama-assn.org/go/cpt';
  const charts = [
    'base-lumbar',
    'base-cervical',
    'base-facet-lumbar',
    'base-facet-cervical',
    'base-ablation',
    'base-occipital',
    'base-trigeminal',
    'base-peripheral',
    'base-trigger-point',
  ];
  /** Orders that say what is to be done, where and why, for a patient of whom nothing else is known. */
  const bare = (chart: string): Case => {
    const whole = caseOf(wholeChart(chart), FIXTURES);
    return { ...whole, chart: whole.chart.filter(({ resourceType }) => resourceType === 'Patient') };
  };
  const lumbar = bare('base-lumbar');
  const interlaminar = {
    ...lumbar,
    orders: lumbar.orders.map(({ bodySite: _side, ...order }) => ({
      ...order,
      code: { coding: [{ system: CPT, code: '62323' }] },
      note: [{ text: 'L4-5' }],
    })),
  };
  const cases: [string, Case][] = [
    ...charts.map((chart): [string, Case] => [chart, bare(chart)]),
    ['an interlaminar epidural', interlaminar],
  ];

  /** Takes the first suggestion that adds to the record, again and again. */
  function walk(start: Case, profile: string): { end: Answered; steps: string[]; policies: string[] } {
    let at = sign(start, profile);
    const steps: string[] = [];
    const policies = at.cards.map(({ assessment }) => assessment.policy.id);
    for (let step = 0; step < 6; step += 1) {
      const open = at.cards.find(({ assessment }) => assessment.determination !== 'meets-criteria');
      const next = open?.card.suggestions?.find(({ label }) => !/^(?:Attach|Remove|Hold)/u.test(label));
      if (!open || !next) break;
      steps.push(next.label);
      at = sign(taken(at.of, open.assessment, next), profile);
    }
    return { end: at, steps, policies };
  }

  const ALL = cases.flatMap(([name, start]) => PROFILES.map((profile) => [name, profile, start] as const));
  /** Whether the profile opposes what is ordered, whatever the chart shows. */
  const isOpposed = ([, profile, start]: (typeof ALL)[number]): boolean =>
    sign(start, profile).cards.some(({ assessment: { policy } }) =>
      policy.criteria(profile).some(({ asked, cannotBe }) => asked && 'met' in cannotBe),
    );

  test.each(ALL.filter(isOpposed))(
    '%s under %s is opposed, and nothing is asked for',
    (_name, profile, start) => {
      const { cards } = sign(start, profile);
      expect(cards.map(({ assessment }) => assessment.determination)).toEqual(['criteria-not-met']);
      expect(cards.flatMap(({ card }) => card.suggestions ?? [])).toEqual([]);
    },
  );

  test.each(ALL.filter((one) => !isOpposed(one)))('%s under %s', (_name, profile, start) => {
    const first = sign(start, profile).cards.map(({ assessment }) => assessment.determination);
    expect(first).toEqual(['documentation-gaps']);
    const { end, steps } = walk(start, profile);
    expect([steps, end.cards.map(({ assessment }) => assessment.determination)]).toEqual([
      expect.arrayContaining([expect.stringMatching(/^Ask for: /u)]),
      ['meets-criteria'],
    ]);
    expect(end.cards.flatMap(({ card }) => card.suggestions ?? []).map(({ label }) => label)).toEqual([
      'Attach the evidence and a draft letter to the order',
    ]);
  });

  test('every policy is walked', () => {
    const walked = cases.flatMap(([, start]) => walk(start, 'guideline').policies);
    expect([...new Set(walked)].toSorted()).toEqual([...policyData.policies.keys()].toSorted());
  });
});
