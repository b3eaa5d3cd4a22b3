import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { readScenarios, scenarioChart, scenarioOrders, scenarioRequest } from '../src/demo/scenario';
import { codingsOf, isObject, objects, text, type Json } from '../src/fhir/read';
import type { HookResponse, Suggestion } from '../src/present/card';
import { applied, assessments, statuses } from './support/assessment';
import { answer, FIXTURES, policyData } from './support/service-for-test';
import { wholeChart } from './support/whole-chart';

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

function labelled(response: HookResponse, label: string | RegExp): Suggestion {
  const found = suggestionsOf(response).find((suggestion) =>
    typeof label === 'string' ? suggestion.label === label : label.test(suggestion.label),
  );
  if (!found)
    throw new Error(
      `no suggestion "${String(label)}" among ${suggestionsOf(response)
        .map((s) => s.label)
        .join(', ')}`,
    );
  return found;
}

/** With a letter, where every criterion is met. */
const ATTACH = /^Attach the evidence (?:and a draft letter )?to the order$/u;

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
  { id: '05-infection', profile: 'guideline', label: 'Hold 64483', settles: 'SAF-INF 64483' },
  { id: '15-ultrasound', profile: 'guideline', label: 'Ask for fluoroscopy', settles: 'ORD-GUIDE 64483' },
  {
    id: '20-seed-004',
    profile: 'medicare-lcd',
    label: 'Give 20553 a session of its own, on 2026-03-30',
    settles: 'ORD-MULTI 20553',
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

interface CodingRule {
  readonly rule: string;
  readonly id: string;
  readonly profile: string;
  /** Changes to the scenario's orders, one after the other; an order that is added is a copy of the first. */
  readonly orders: readonly Readonly<Record<string, unknown>>[];
  readonly labels: readonly string[];
  readonly settles: string;
}

const CPT = 'http://www.ama-assn.org/go/cpt';
const HCPCS = 'http://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets';
const ICD = 'http://hl7.org/fhir/sid/icd-10-cm';
const cpt = (code: string) => ({ coding: [{ system: CPT, code }] });
const reasons = (...codes: string[]) => codes.map((code) => ({ coding: [{ system: ICD, code }] }));
const KX = { coding: [{ system: HCPCS, code: 'KX' }] };

/** Every coding rule has a suggestion that mends what breaks it. */
const CODING_RULES: readonly CodingRule[] = [
  {
    rule: 'a third-level code needs both primaries',
    id: '17-seed-002',
    profile: 'guideline',
    orders: [{}, { code: cpt('64492') }],
    labels: ['Add 64491 to the order', 'Remove 64492'],
    settles: 'ORD-ADD 64492',
  },
  {
    rule: 'a lumbar order with the codes of the neck',
    id: '22-third-facet-level',
    profile: 'guideline',
    orders: [{ code: cpt('64490') }, { code: cpt('64491') }, { code: cpt('64492') }],
    labels: ['Change 64490 and 64491 and 64492 to 64493 and 64494 and 64495'],
    settles: 'ORD-REG 64490',
  },
  {
    rule: 'a first-level code twice on one side',
    id: '17-seed-002',
    profile: 'guideline',
    orders: [{}, { code: cpt('64490') }],
    labels: ['Change the further 64490 to 64491', 'Remove 64490'],
    settles: 'ORD-UNIT 64490',
  },
  {
    rule: 'a third level under Medicare',
    id: '22-third-facet-level',
    profile: 'medicare-lcd',
    orders: [],
    labels: ['Remove 64495'],
    settles: 'FJ-LVL 64495',
  },
  {
    rule: 'a diagnostic block without KX',
    id: '17-seed-002',
    profile: 'medicare-lcd',
    orders: [
      { orderDetail: null, note: [{ text: 'C4-5, diagnostic' }] },
      { orderDetail: null, note: [{ text: 'C5-6, diagnostic' }] },
    ],
    labels: ['Order 64490 and 64491 as a diagnostic block (KX)'],
    settles: 'FJ-STG1 64490',
  },
  {
    rule: 'both sides without a modifier',
    id: '17-seed-002',
    profile: 'guideline',
    orders: [
      { bodySite: [{ coding: [{ system: 'http://snomed.info/sct', code: '51440002' }] }] },
      { status: 'revoked' },
    ],
    labels: ['Add modifier 50 for both sides'],
    settles: 'ORD-M50 64490',
  },
  {
    rule: 'modifier 50 on a code without sides',
    id: '04-care-too-short',
    profile: 'guideline',
    orders: [
      {
        code: cpt('62323'),
        bodySite: null,
        orderDetail: [{ coding: [{ system: CPT, code: '50' }] }],
      },
    ],
    labels: ['Remove modifier 50'],
    settles: 'ORD-M50 62323',
  },
  {
    rule: 'body site and modifier name different sides',
    id: '17-seed-002',
    profile: 'guideline',
    orders: [{ orderDetail: [KX, { coding: [{ system: HCPCS, code: 'LT' }] }] }],
    labels: ['Say right everywhere', 'Say left everywhere'],
    settles: 'ORD-LAT 64490',
  },
  {
    rule: 'an epidural without image guidance',
    id: '04-care-too-short',
    profile: 'medicare-lcd',
    orders: [{ code: cpt('62322'), bodySite: null }],
    labels: ['Change 62322 to 62323 (with image guidance)'],
    settles: 'ORD-GUIDE 62322',
  },
  {
    rule: 'ultrasound billed beside a facet block',
    id: '17-seed-002',
    profile: 'guideline',
    orders: [{}, {}, { code: cpt('76942') }],
    labels: ['Remove 76942'],
    settles: 'ORD-GUIDE 64490',
  },
  {
    rule: 'sedation beside a facet block',
    id: '17-seed-002',
    profile: 'guideline',
    orders: [{}, {}, { code: cpt('01991') }],
    labels: ['Remove 01991'],
    settles: 'SAF-SED 64490',
  },
  {
    rule: 'image guidance beside a trigger point injection',
    id: '26-trigger-points',
    profile: 'guideline',
    orders: [{}, { code: cpt('76942') }],
    labels: ['Remove 76942'],
    settles: 'TP-NOIMG 20552',
  },
  {
    rule: 'both trigger point codes in one session',
    id: '26-trigger-points',
    profile: 'guideline',
    orders: [{}, { code: cpt('20553') }],
    labels: ['Remove 20552', 'Remove 20553'],
    settles: 'TP-CODE 20552',
  },
  {
    rule: 'more muscles than the code is for',
    id: '26-trigger-points',
    profile: 'guideline',
    orders: [{ note: [{ text: 'four muscles of the neck' }] }],
    labels: ['Change 20552 to 20553, for this number of muscles'],
    settles: 'TP-CODE 20552',
  },
  {
    rule: 'a nerve with a code of its own',
    id: '28-peripheral-nerve',
    profile: 'guideline',
    orders: [
      {
        bodySite: [
          { coding: [{ system: 'http://snomed.info/sct', code: '7771000' }], text: 'Left sciatic nerve' },
        ],
      },
    ],
    labels: ['Change 64450 to 64445, the code of this nerve'],
    settles: 'PN-NERVE 64450',
  },
  {
    rule: 'a retired diagnosis code',
    id: '22-third-facet-level',
    profile: 'guideline',
    orders: [{ reasonCode: reasons('M54.5') }],
    labels: [
      'Change the diagnosis M54.5 to M54.50 low back pain not further specified',
      'Change the diagnosis M54.5 to M54.59 other low back pain',
    ],
    settles: 'ORD-ICD 64493',
  },
  {
    rule: 'two diagnosis codes that exclude each other',
    id: '26-trigger-points',
    profile: 'guideline',
    orders: [{ reasonCode: reasons('M79.12', 'M79.7') }],
    labels: ['Keep M79.12, drop M79.7'],
    settles: 'ORD-EXC1 20552',
  },
];

const PROBLEM_LIST: readonly CodingRule[] = [
  {
    rule: 'an add-on on another day than its primary',
    id: '17-seed-002',
    profile: 'guideline',
    orders: [{}, { occurrenceDateTime: '2026-03-23' }],
    labels: ['Move 64491 to the session of 64490'],
    settles: 'ORD-ADD 64491',
  },
  {
    rule: 'order and problem list disagree',
    id: '23-occipital-neuralgia',
    profile: 'guideline',
    orders: [{ reasonCode: reasons('M54.2') }],
    labels: ['Use M54.81 occipital neuralgia of the problem list as the diagnosis'],
    settles: 'ON-DX 64405',
  },
];

function changedOrders(rule: CodingRule): Json[] {
  const orders = scenarioOrders(scenario(rule.id), FIXTURES);
  const [first] = orders;
  const added = rule.orders.slice(orders.length).map((_, i) => ({ ...first, id: `added-${i}` }));
  return [...orders, ...added].map((order, i) =>
    Object.fromEntries(Object.entries({ ...order, ...rule.orders[i] }).filter(([, value]) => value !== null)),
  );
}

test.each(
  [...CODING_RULES, ...PROBLEM_LIST].flatMap((rule) =>
    rule.labels.map((label) => [rule.rule, label, rule] as const),
  ),
)('%s: "%s" mends it', (_rule, label, rule) => {
  const orders = changedOrders(rule);
  const before = fire(rule.id, rule.profile, orders);
  expect(['not-met', 'not-documented']).toContain(statuses(before).get(rule.settles));
  const after = fire(rule.id, rule.profile, applied(orders, labelled(before, label)));
  expect(['met', 'not-applicable', undefined]).toContain(statuses(after).get(rule.settles));
  expect(codingIssues(after)).toBeLessThanOrEqual(codingIssues(before));
});

/** Changes under which a suggestion would do harm, and what must not be offered. */
const HARMFUL: readonly (CodingRule & { readonly why: string })[] = [
  {
    rule: 'the note names another side than the coded body site',
    why: 'words are not overruled by a click, and neither is the coded side',
    id: '17-seed-002',
    profile: 'guideline',
    orders: [{ note: [{ text: 'C4-5, left, fluoroscopy' }] }],
    labels: ['Say left everywhere', 'Say right everywhere'],
    settles: 'ORD-LAT 64490',
  },
  {
    rule: 'the order is for a series',
    why: 'removing it would remove the only order',
    id: '26-trigger-points',
    profile: 'guideline',
    orders: [{ note: [{ text: 'series of 3 injections' }] }],
    labels: ['Remove 20552'],
    settles: 'ORD-UNIT 20552',
  },
  {
    rule: 'a retired code of disc degeneration on an epidural',
    why: 'leg pain that nobody recorded would make the order meet the criteria',
    id: '04-care-too-short',
    profile: 'guideline',
    orders: [{ reasonCode: reasons('M51.36') }],
    labels: ['Change the diagnosis M51.36 to M51.361 lumbar disc degeneration with leg pain only'],
    settles: 'ORD-ICD 64483',
  },
  {
    rule: 'a block that calls itself therapeutic',
    why: 'KX would call it diagnostic',
    id: '21-second-facet-block-of-60-percent',
    profile: 'medicare-lcd',
    orders: [],
    labels: ['Order 64490 as a diagnostic block (KX)'],
    settles: 'FJ-STG3 64490',
  },
];

test.each(HARMFUL.map((rule) => [rule.rule, rule.why, rule] as const))(
  '%s: nothing is offered, because %s',
  (_rule, _why, rule) => {
    const before = fire(rule.id, rule.profile, changedOrders(rule));
    expect(['not-met', 'not-documented']).toContain(statuses(before).get(rule.settles));
    const offered = suggestionsOf(before).map(({ label }) => label);
    expect(rule.labels.filter((label) => offered.includes(label))).toEqual([]);
  },
);

test('saying one side everywhere keeps the level and the other modifiers', () => {
  const [order] = scenarioOrders(scenario('17-seed-002'), FIXTURES);
  const site = { coding: [{ system: 'http://snomed.info/sct', code: '24028007' }], text: 'Right C4-5' };
  const detail = { coding: [{ system: HCPCS, code: 'LT' }, KX.coding[0]], text: 'C4-5' };
  const drafts = [{ ...order, bodySite: [site], orderDetail: [detail], note: [] }];
  const before = fire('17-seed-002', 'medicare-lcd', drafts);
  expect(statuses(before).get('ORD-LAT 64490')).toBe('not-met');
  for (const label of ['Say left everywhere', 'Say right everywhere']) {
    const after = statuses(fire('17-seed-002', 'medicare-lcd', applied(drafts, labelled(before, label))));
    expect([label, after.get('ORD-LAT 64490'), after.get('ORD-LVL 64490')]).toEqual([label, 'met', 'met']);
    expect([label, after.get('FJ-STG1 64490')]).toEqual([label, undefined]);
  }
});

test('the diagnosis of the problem list does not push a radiculopathy off the order', () => {
  const orders = scenarioOrders(scenario('17-seed-002'), FIXTURES).map((order) => ({
    ...order,
    reasonCode: reasons('M79.7', 'M54.12'),
  }));
  const before = fire('17-seed-002', 'guideline', orders);
  expect(statuses(before).get('FJ-NORAD 64490')).toBe('not-met');
  const use = suggestionsOf(before).filter(({ label }) => label.startsWith('Use M47.812'));
  for (const suggestion of use) {
    const after = fire('17-seed-002', 'guideline', applied(orders, suggestion));
    expect(statuses(after).get('FJ-NORAD 64490')).toBe('not-met');
  }
  expect(use).toHaveLength(1);
});

test('every suggestion that any scenario offers is among the promises', () => {
  const promised = new Set(PROMISES.map((promise) => promise.label));
  const PATTERNS = [/^Change the diagnosis /u, /^Add \d{5} to the order$/u, /^Remove \d{5}$/u];
  const offered = scenarios.flatMap((item) =>
    Object.entries(item.expect).flatMap(([profile, expected]) =>
      expected.refused === undefined
        ? suggestionsOf(answer(scenarioRequest(item, profile, FIXTURES))).map((s) => s.label)
        : [],
    ),
  );
  const isPromised = (label: string): boolean =>
    promised.has(label) ||
    ATTACH.test(label) ||
    /^(?:Ask for|Order): /u.test(label) ||
    PATTERNS.some((pattern) => pattern.test(label));
  expect(offered.filter((label) => !isPromised(label))).toEqual([]);
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
    'Order: MRI of the low back',
    'Attach the evidence to the order',
  ]);
  expect(suggestionsOf(withoutImaging).some((s) => s.isRecommended)).toBe(false);
});

test('an order without an id gets no update or delete', () => {
  const orders = scenarioOrders(scenario('07-add-on-alone'), FIXTURES).map(({ id: _id, ...order }) => order);
  const types = suggestionsOf(fire('07-add-on-alone', 'guideline', orders)).flatMap((s) =>
    s.actions.map((a) => a.type),
  );
  expect(new Set(types)).toEqual(new Set(['create']));
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

describe('attaching the evidence', () => {
  const cases = scenarios.flatMap((item) =>
    Object.entries(item.expect)
      .filter(([, { refused }]) => refused === undefined)
      .map(([profile]) => [item.id, profile] as const),
  );

  const attached = (orders: readonly Json[]): string[] =>
    orders.flatMap((order) =>
      objects(order['supportingInfo']).flatMap(({ reference }) => text(reference) ?? []),
    );

  test.each(cases)('%s (%s): points at what is on file, once, and changes no judgement', (id, profile) => {
    const orders = scenarioOrders(scenario(id), FIXTURES);
    const before = fire(id, profile, orders);
    const offers = suggestionsOf(before).filter(({ label }) => ATTACH.test(label));
    const after = offers.reduce((drafts, offer) => applied(drafts, offer), [...orders]);
    const chart = new Set(
      scenarioChart(scenario(id), FIXTURES).map(
        ({ resourceType, id: own }) => `${text(resourceType)}/${text(own)}`,
      ),
    );
    for (const reference of attached(after)) expect(chart).toContain(reference);
    for (const order of after) expect(new Set(attached([order])).size).toBe(attached([order]).length);
    expect(attached(after).length > 0).toBe(offers.length > 0);
    const again = fire(id, profile, after);
    expect(assessments(again)).toEqual(assessments(before));
    expect(suggestionsOf(again).filter(({ label }) => ATTACH.test(label))).toEqual([]);
  });

  test('is offered where the criteria are met or a record is missing, and not where the order should not stand', () => {
    const isOffered = (id: string): boolean =>
      suggestionsOf(fire(id, 'guideline', scenarioOrders(scenario(id), FIXTURES))).some(({ label }) =>
        ATTACH.test(label),
      );
    expect(['17-seed-002', '02-seed-001', '13-side-missing'].map(isOffered)).toEqual([true, true, true]);
    expect(['05-infection', '04-care-too-short', '08-wrong-region'].map(isOffered)).toEqual([
      false,
      false,
      false,
    ]);
  });

  test('keeps what the order carries already, and adds what is missing', () => {
    const [first, ...others] = scenarioOrders(scenario('02-seed-001'), FIXTURES);
    const all = attached(
      applied(
        [first ?? {}, ...others],
        labelled(fire('02-seed-001', 'guideline', [first ?? {}, ...others]), ATTACH),
      ),
    );
    const own = { display: 'A letter on paper' };
    const carrying = { ...first, supportingInfo: [own, { reference: all[0] }] };
    const [order] = applied(
      [carrying, ...others],
      labelled(fire('02-seed-001', 'guideline', [carrying, ...others]), ATTACH),
    );
    expect(objects(order?.['supportingInfo'])[0]).toEqual(own);
    expect(attached([order ?? {}]).toSorted()).toEqual(all.toSorted());
  });

  test('names no record of another patient', () => {
    const orders = scenarioOrders(scenario('10-another-patients-data'), FIXTURES);
    const after = applied(orders, labelled(fire('10-another-patients-data', 'guideline', orders), ATTACH));
    for (const theirs of ['base-lumbar-mri', 'base-lumbar-pain', 'base-lumbar-odi'])
      expect(attached(after).join()).not.toContain(theirs);
  });
});

describe('asking for what is missing', () => {
  const charts = readdirSync(join(FIXTURES, 'patients'))
    .map((file) => file.replace('.json', ''))
    .filter((name) => name.startsWith('base-'));

  interface Told {
    readonly status: string;
    readonly evidence: readonly string[];
  }

  function told(response: HookResponse): Map<string, Told> {
    return new Map(
      assessments(response)
        .flatMap((assessment) => objects(assessment['criteria']))
        .map((criterion) => [
          text(criterion['id']) ?? '',
          {
            status: text(criterion['status']) ?? '',
            evidence: objects(criterion['evidence']).map(({ reference }) => text(reference) ?? ''),
          },
        ]),
    );
  }

  /** The codes of everything that the suggestions would create. */
  function asked(response: HookResponse): string[] {
    return suggestionsOf(response)
      .flatMap(({ actions }) => actions)
      .flatMap((action) => (action.type === 'create' ? [action.resource as unknown as Json] : []))
      .flatMap((resource) => codingsOf(resource['code']).map(({ code }) => code));
  }

  /** The requests that the facts of a criterion are for, by the codes that they carry. */
  function codesFor(facts: readonly string[]): string[] {
    return [...policyData.requests]
      .filter(
        ([, request]) =>
          !request.ofWhatIsThere &&
          !request.onOrder &&
          !request.findings &&
          request.for.some((fact) => facts.includes(fact)),
      )
      .flatMap(([name, { order }]) => order?.map(({ code }) => code) ?? [name]);
  }

  /** Every criterion of a base chart that asks for something once what it rests on is taken away. */
  const cases = charts.flatMap((chart) =>
    [...policyData.profiles.keys()].flatMap((profile) => {
      const whole = wholeChart(chart);
      const before = answer(scenarioRequest(whole, profile, FIXTURES));
      const policies = assessments(before).map((assessment) =>
        isObject(assessment['policy']) ? text(assessment['policy']['id']) : undefined,
      );
      const criteria = policies.flatMap((id) => policyData.policies.get(id ?? '')?.criteria(profile) ?? []);
      return criteria.flatMap(({ id, references, severity }) => {
        const codes = codesFor(references.map(({ fact }) => fact));
        const evidence = told(before).get(id)?.evidence ?? [];
        if (codes.length === 0 || evidence.length === 0 || severity === 'caution') return [];
        // What is refused for what is on file says nothing of what is missing.
        if (told(before).get(id)?.status === 'not-met') return [];
        const without = [...new Set(evidence)].map((reference) => reference.replace(`/${chart}-`, '/'));
        const lacking = answer(scenarioRequest({ ...whole, without }, profile, FIXTURES));
        return told(lacking).get(id)?.status === 'not-documented'
          ? [{ chart, profile, id, codes, before, lacking }]
          : [];
      });
    }),
  );

  test('there are charts that lack what most requests ask for', () => {
    expect(cases.length).toBeGreaterThan(30);
    const codes = new Set(cases.flatMap(({ lacking }) => asked(lacking)));
    expect([...codes].filter((code) => code.startsWith('ask-')).length).toBeGreaterThan(8);
  });

  test.each(cases)(
    '$chart without what $id rests on ($profile): it is asked for, and not once it is there',
    ({ id, codes, before, lacking }) => {
      const isAsked = (response: HookResponse): boolean =>
        asked(response).some((code) => codes.includes(code));
      const { determination } = assessments(lacking)[0] ?? {};
      // Where another criterion fails for want of the same evidence, the order should not stand and nothing is asked for.
      expect(isAsked(lacking)).toBe(determination !== 'criteria-not-met');
      expect([told(before).get(id)?.status, isAsked(before)]).toEqual(['met', false]);
    },
  );

  test('a task says nothing about the patient: to ask for a plan is no plan', () => {
    const apixaban = scenario('06-anticoagulant');
    const before = answer(scenarioRequest(apixaban, 'guideline', FIXTURES));
    const created = labelled(before, 'Ask for: anticoagulant plan').actions.flatMap((action) =>
      action.type === 'create' ? [action.resource as unknown as Json] : [],
    );
    for (const status of ['draft', 'requested', 'completed']) {
      const tasks = created.map((task, i) => ({ ...task, id: `asked-${i}`, status }));
      const after = answer(
        scenarioRequest({ ...apixaban, with: [...apixaban.with, ...tasks] }, 'guideline', FIXTURES),
      );
      expect(statuses(after).get('SAF-ACOAG 64483')).toBe(statuses(before).get('SAF-ACOAG 64483'));
    }
  });

  test('what has been drafted already is not drafted again', () => {
    const id = '18-seed-003';
    const orders = scenarioOrders(scenario(id), FIXTURES);
    const before = fire(id, 'guideline', orders);
    const label = 'Order: X-ray of the neck';
    const after = fire(id, 'guideline', applied(orders, labelled(before, label)));
    expect(suggestionsOf(after).map((suggestion) => suggestion.label)).not.toContain(label);
  });
});

describe('the letter', () => {
  const letters = (response: HookResponse): string[] =>
    suggestionsOf(response)
      .flatMap(({ actions }) => actions)
      .flatMap((action) =>
        action.type === 'create' && action.resource.resourceType === 'DocumentReference'
          ? [Buffer.from(action.resource.content[0]?.attachment.data ?? '', 'base64').toString('utf8')]
          : [],
      );

  test('is written only where every criterion is met and nothing calls for a surgeon, and names what each rests on', () => {
    for (const item of scenarios) {
      for (const [profile, { refused }] of Object.entries(item.expect)) {
        if (refused !== undefined) continue;
        const response = answer(scenarioRequest(item, profile, FIXTURES));
        const isFlagged = ({ criteria }: Json): boolean =>
          objects(criteria).some(
            (criterion) => criterion['id'] === 'SAF-RED' && criterion['status'] === 'not-met',
          );
        const met = assessments(response).filter(
          (assessment) => assessment['determination'] === 'meets-criteria' && !isFlagged(assessment),
        );
        expect([item.id, letters(response).length]).toEqual([item.id, met.length]);
        for (const [i, assessment] of met.entries()) {
          const shown = objects(assessment['criteria']).filter(
            ({ severity, status, evidence }) =>
              ['hard', 'documentation'].includes(String(severity)) &&
              status === 'met' &&
              evidence !== undefined,
          );
          expect(shown.length).toBeGreaterThan(0);
          for (const { title, found } of shown)
            expect(letters(response)[i]).toContain(`- ${String(title)}: ${String(found)} [`);
        }
      }
    }
  });
});
