import {
  answerableRequest,
  answerTo,
  assessmentOf,
  bundleOf,
  cardOf,
  cardsOf,
  chartRequest,
  CPT,
  draftOrder,
  issuesOf,
  minimalRequest,
  pathsOf,
  post,
  SNOMED,
  withContext,
  type Json,
} from './support';

const LEFT = { coding: [{ system: SNOMED, code: '7771000' }] };
const RIGHT = { coding: [{ system: SNOMED, code: '24028007' }] };

function codeOf(...codes: readonly string[]): Json {
  return { coding: codes.map((code) => ({ system: CPT, code })) };
}

function withDraftOrders(draftOrders: unknown) {
  return withContext(answerableRequest(), { draftOrders });
}

async function nothingToSay(body: object): Promise<void> {
  const response = await post(body);
  expect({ status: response.status, body: response.body as unknown }).toEqual({
    status: 200,
    body: { cards: [] },
  });
}

describe('the Bundle of draft orders', () => {
  test.each([undefined, 'collection', 'batch', null])('[D4] a Bundle of type %s is read', async (type) => {
    expect(await answerTo(withDraftOrders({ ...bundleOf(draftOrder()), type }))).toEqual(
      await answerTo(answerableRequest()),
    );
  });

  test.each([
    ['a list', [draftOrder()]],
    ['a single order', draftOrder()],
    ['a string', '{}'],
    ['an object of no type', { entry: [] }],
    ['null', null],
  ])('[D4] %s is no Bundle', async (_name, draftOrders) => {
    expect(pathsOf(await post(withDraftOrders(draftOrders)))).toEqual(['context.draftOrders']);
  });

  test.each([undefined, null, [], [{}], [null], [{ fullUrl: 'urn:uuid:1' }], [{ resource: null }], ['x', 7]])(
    '[D4] the entries %j hold no order',
    async (entry) => {
      await expect(nothingToSay(withDraftOrders({ resourceType: 'Bundle', entry }))).resolves.toBeUndefined();
    },
  );

  test('[D4] an entry that holds nothing does not hide the orders beside it', async () => {
    const entry = [null, {}, { resource: draftOrder() }, { resource: 'x' }];
    expect(await answerTo(withDraftOrders({ resourceType: 'Bundle', entry }))).toEqual(
      await answerTo(answerableRequest()),
    );
  });
});

describe('which orders are ours', () => {
  test.each(['active', 'on-hold', 'unknown'])(
    '[D5] an order that is signed again as %s is judged as a draft',
    async (status) => {
      const change = { 'ServiceRequest/order-64483': { status } };
      const again = cardOf(await post(chartRequest('base-lumbar', { orders: { change } })));
      const draft = cardOf(await post(chartRequest('base-lumbar')));
      expect(assessmentOf(again)).toEqual(assessmentOf(draft));
    },
  );

  test.each(['revoked', 'entered-in-error', 'completed'])(
    '[D5 N3] an order that is %s is not judged',
    async (status) => {
      await expect(nothingToSay(minimalRequest(draftOrder({ status })))).resolves.toBeUndefined();
    },
  );

  const others: readonly (readonly [string, Json])[] = [
    ['a drug', { resourceType: 'MedicationRequest', id: 'm1', subject: { reference: 'Patient/pt1' } }],
    ['a device', { resourceType: 'DeviceRequest', id: 'd1', subject: { reference: 'Patient/pt1' } }],
    ['a diet', { resourceType: 'NutritionOrder', id: 'n1', patient: { reference: 'Patient/pt1' } }],
    ['glasses', { resourceType: 'VisionPrescription', id: 'v1', patient: { reference: 'Patient/pt1' } }],
    ['a task', { resourceType: 'Task', id: 't1', for: { reference: 'Patient/pt1' } }],
    ['an STU3 order', { ...draftOrder(), resourceType: 'ProcedureRequest' }],
    ['a type from nowhere', { ...draftOrder(), resourceType: 'Unheard' }],
    ['another procedure', draftOrder({ code: codeOf('72148') })],
    ['a procedure without code', draftOrder({ code: undefined })],
    ['an empty coding', draftOrder({ code: { coding: [{}] } })],
    ['a code of another system', draftOrder({ code: { coding: [{ system: SNOMED, code: '64483' }] } })],
    ['a procedure not to be done', draftOrder({ doNotPerform: true })],
  ];

  test.each(others)(
    '[D6 D11 N3 N4] %s gets no card, and no chart is needed for that',
    async (_name, order) => {
      await expect(nothingToSay(minimalRequest(order))).resolves.toBeUndefined();
    },
  );

  test('[D6] orders that are not ours change nothing about those that are', async () => {
    const ofOthers = others.slice(0, 8).map(([, order], i) => ({ ...order, id: `other-${i}` }));
    const mixed = answerableRequest(...ofOthers, draftOrder());
    expect(await answerTo(mixed)).toEqual(await answerTo(answerableRequest()));
  });
});

describe('several orders', () => {
  const left = draftOrder({ id: 'left', bodySite: [LEFT] });
  const right = draftOrder({ id: 'right', bodySite: [RIGHT] });

  test('[D7] orders for two sides get a card each that says which order it is about', async () => {
    const cards = cardsOf(await post(answerableRequest(left, right)));
    const about = cards.map((card) => [assessmentOf(card).lines.map(({ order }) => order), card.summary]);
    expect(about).toEqual([
      [['ServiceRequest/left'], expect.stringContaining('left')],
      [['ServiceRequest/right'], expect.stringContaining('right')],
    ]);
  });

  test('[D7 N6] two codes of one session and side get one card with a line each', async () => {
    const addOn = draftOrder({ id: 'add-on', bodySite: [LEFT], code: codeOf('64484') });
    const { lines } = assessmentOf(cardOf(await post(answerableRequest(left, addOn))));
    expect(lines.map(({ order, code }) => `${code} ${order}`)).toEqual([
      '64483 ServiceRequest/left',
      '64484 ServiceRequest/add-on',
    ]);
  });

  test('[D7] two codes on one order get a line each', async () => {
    const both = draftOrder({ code: codeOf('64483', '64484') });
    const { lines } = assessmentOf(cardOf(await post(answerableRequest(both))));
    expect(lines.map(({ code }) => code)).toEqual(['64483', '64484']);
  });

  test('[D7] orders for two days get a card each', async () => {
    const later = draftOrder({ id: 'later', bodySite: [LEFT], occurrenceDateTime: '2026-05-04' });
    const sooner = draftOrder({ id: 'sooner', bodySite: [LEFT], occurrenceDateTime: '2026-04-06' });
    const cards = cardsOf(await post(answerableRequest(later, sooner)));
    expect(cards.map((card) => assessmentOf(card).evaluatedOn)).toEqual(['2026-04-06', '2026-05-04']);
  });

  test.each([
    ['its id', { resource: draftOrder(), fullUrl: 'urn:uuid:1' }, 'ServiceRequest/sr1'],
    ['its fullUrl', { resource: draftOrder({ id: undefined }), fullUrl: 'urn:uuid:1' }, 'urn:uuid:1'],
    ['its place', { resource: draftOrder({ id: undefined }) }, '#0'],
  ])('[D7] an order is named by %s', async (_name, entry, reference) => {
    const response = await post(withDraftOrders({ resourceType: 'Bundle', entry: [entry] }));
    expect(assessmentOf(cardOf(response)).lines.map(({ order }) => order)).toEqual([reference]);
  });
});

describe('the draft is the truth', () => {
  test('[D8] an order on file under the same id is not read in place of the draft', async () => {
    const onFile = draftOrder({ status: 'active', code: codeOf('64479'), bodySite: [RIGHT] });
    const body = answerableRequest(draftOrder({ bodySite: [LEFT] }));
    const withFile = { ...body, prefetch: { ...body.prefetch, serviceRequests: bundleOf(onFile) } };
    const withNothing = { ...body, prefetch: { ...body.prefetch, serviceRequests: null } };
    expect(await answerTo(withFile)).toEqual(await answerTo(withNothing));
  });
});

describe('orders for somebody else', () => {
  const stranger = { reference: 'Patient/somebody-else' };

  test('[D9] an order of another patient is refused by name', async () => {
    const response = await post(answerableRequest(draftOrder({ id: 'theirs', subject: stranger })));
    expect(pathsOf(response)).toEqual(['context.draftOrders']);
    expect(issuesOf(response, 400)[0]?.diagnostics).toContain('ServiceRequest/theirs');
  });

  test('[D9] every order of another patient is named, and no other', async () => {
    const drug = { resourceType: 'MedicationRequest', id: 'drug', subject: stranger };
    const response = await post(
      answerableRequest(draftOrder({ id: 'a', subject: stranger }), draftOrder({ id: 'ours' }), drug),
    );
    const said = issuesOf(response, 400).map((issue) => issue.diagnostics);
    expect(said).toEqual([
      expect.stringContaining('ServiceRequest/a'),
      expect.stringContaining('MedicationRequest/drug'),
    ]);
  });

  test.each([
    ['patient', { resourceType: 'NutritionOrder', id: 'n1', patient: stranger }],
    ['for', { resourceType: 'Task', id: 't1', for: stranger }],
    ['a group', draftOrder({ subject: { reference: 'Group/pt1' } })],
    ['a longer id', draftOrder({ subject: { reference: 'Patient/pt10' } })],
    ['other letters', draftOrder({ subject: { reference: 'Patient/PT1' } })],
  ])('[D9] an order whose subject differs in %s is refused', async (_name, order) => {
    expect(pathsOf(await post(answerableRequest(order)))).toEqual(['context.draftOrders']);
  });

  test('[D9] an order of another patient without an id is named by its place', async () => {
    const order = draftOrder({ id: undefined, subject: stranger });
    const response = await post(answerableRequest(draftOrder(), order));
    expect(issuesOf(response, 400)[0]?.diagnostics).toContain('#1');
  });

  test.each([
    ['relative', { reference: 'Patient/pt1' }],
    ['absolute', { reference: 'https://ehr.example/fhir/Patient/pt1' }],
    ['versioned', { reference: 'Patient/pt1/_history/3' }],
    ['absent', undefined],
    ['a name only', { display: 'Marta Rivera' }],
  ])('[D9] an order whose subject is %s belongs to the patient', async (_name, subject) => {
    const { determination } = assessmentOf(cardOf(await post(answerableRequest(draftOrder({ subject })))));
    const known = assessmentOf(cardOf(await post(answerableRequest())));
    expect(determination).toBe(known.determination);
  });
});

describe('dates of the order', () => {
  test.each([
    ['occurrenceDateTime', { occurrenceDateTime: '2026-04-06', authoredOn: '2026-04-01' }, '2026-04-06'],
    [
      'occurrencePeriod',
      { occurrencePeriod: { start: '2026-04-07' }, authoredOn: '2026-04-01' },
      '2026-04-07',
    ],
    ['occurrenceTiming', { occurrenceTiming: { event: ['2026-04-08'] } }, '2026-04-08'],
    ['authoredOn', { authoredOn: '2026-04-01' }, '2026-04-01'],
    ['the clock', {}, '2026-03-16'],
  ])('[D7] the order is judged for the day of %s', async (_name, dates, day) => {
    expect(assessmentOf(cardOf(await post(answerableRequest(draftOrder(dates))))).evaluatedOn).toBe(day);
  });
});
