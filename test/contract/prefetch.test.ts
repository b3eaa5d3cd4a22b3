import {
  answerableRequest,
  answerTo,
  assessmentOf,
  bundleOf,
  cardOf,
  chartRequest,
  criteriaOf,
  ICD10,
  issuesOf,
  minimalRequest,
  post,
  type Criterion,
  type Json,
} from './support';

const EVIDENCE_KEYS = [
  'conditions',
  'procedures',
  'observations',
  'serviceRequests',
  'medicationRequests',
  'medicationStatements',
  'diagnosticReports',
  'allergyIntolerances',
  'carePlans',
  'goals',
  'tasks',
];
const OUTCOME = { resourceType: 'OperationOutcome', issue: [{ severity: 'error', code: 'forbidden' }] };
const EMPTY = { resourceType: 'Bundle', type: 'searchset', total: 0 };

type Body = ReturnType<typeof chartRequest>;

function withKey(body: Body, key: string, value: unknown): Body {
  return { ...body, prefetch: { ...body.prefetch, [key]: value } };
}

function withoutKey(body: Body, ...keys: readonly string[]): Body {
  const kept = Object.entries(body.prefetch).filter(([key]) => !keys.includes(key));
  return { ...body, prefetch: Object.fromEntries(kept) };
}

const whole = chartRequest('base-lumbar');

async function changed(body: Body, from: Body): Promise<Criterion[]> {
  const before = await criteriaOf(from);
  const after = await criteriaOf(body);
  for (const id of before.keys()) expect(after.has(id)).toBe(true);
  return [...after].flatMap(([id, criterion]) =>
    JSON.stringify(criterion) === JSON.stringify(before.get(id)) ? [] : [criterion],
  );
}

function idsOf(criteria: readonly Criterion[]): string[] {
  return criteria.map(({ id }) => id).toSorted();
}

function toldOf(criteria: readonly Criterion[]): string[] {
  return criteria.map(({ id, status }) => `${id} ${status}`).toSorted();
}

function notAssessed(id: string): string {
  return `${id} not-assessed`;
}

describe('when the chart is missing', () => {
  test('[B8 E9] nothing of the chart is a 412', async () => {
    expect(issuesOf(await post(minimalRequest()), 412)).toHaveLength(1);
  });

  test.each([
    ['an empty prefetch', {}],
    ['only the patient', { patient: { resourceType: 'Patient', id: 'pt1' } }],
    ['only the payer', { coverage: null }],
    ['only keys that were not asked for', { somethingElse: null }],
    ['only failed reads', Object.fromEntries(EVIDENCE_KEYS.map((key) => [key, OUTCOME]))],
    [
      'only values of a wrong type',
      { conditions: 'none', procedures: [], observations: { resourceType: 'Patient' } },
    ],
  ])('[E4 E9 E12] %s is a 412', async (_name, prefetch) => {
    expect(issuesOf(await post({ ...minimalRequest(), prefetch }), 412)).toHaveLength(1);
  });

  test.each(EVIDENCE_KEYS)('[E1 E3 E10] %s alone, as null, is enough for an answer', async (key) => {
    const { criteria } = assessmentOf(cardOf(await post({ ...minimalRequest(), prefetch: { [key]: null } })));
    expect(criteria.map(({ status }) => status)).toContain('not-assessed');
  });

  test.each(EVIDENCE_KEYS)(
    '[E3 E9] %s alone, as an empty Bundle, is the same answer as null',
    async (key) => {
      const withNull = { ...minimalRequest(), prefetch: { [key]: null } };
      for (const empty of [
        EMPTY,
        { ...EMPTY, entry: [] },
        { ...EMPTY, entry: null },
        { resourceType: 'Bundle' },
      ]) {
        expect(await answerTo({ ...minimalRequest(), prefetch: { [key]: empty } })).toEqual(
          await answerTo(withNull),
        );
      }
    },
  );

  test.each(EVIDENCE_KEYS)('[E4 E10] one answer is enough while %s failed', async (key) => {
    const prefetch = { [key]: OUTCOME, ...(key === 'tasks' ? { goals: null } : { tasks: null }) };
    expect((await post({ ...minimalRequest(), prefetch })).status).toBe(200);
  });
});

describe('a key that was not sent', () => {
  /** By key: what of the lumbar baseline decides the line and cannot be judged without it. What was found decides. */
  const RESTS_ON: Readonly<Record<string, readonly string[]>> = {
    conditions: ['SAF-COAG', 'SAF-CONS', 'SAF-INF'],
    procedures: ['SAF-CONS', 'TF-CC', 'TF-RESP'],
    observations: ['SAF-COAG', 'TF-BASE', 'TF-EXAM'],
    serviceRequests: [],
    medicationRequests: ['SAF-ACOAG', 'TF-CC'],
    medicationStatements: ['SAF-ACOAG'],
    diagnosticReports: ['TF-CORR', 'TF-LEVEL'],
    allergyIntolerances: [],
    carePlans: [],
    goals: [],
    tasks: [],
    coverage: [],
    patient: [],
  };

  /** By key: the cautions that nobody looked for without it. */
  const CAUTIONS_ON: Readonly<Record<string, readonly string[]>> = {
    conditions: ['SAF-ALL', 'SAF-ANAT', 'SAF-LIFE', 'SAF-PREG', 'SAF-RED', 'TF-BILAT'],
    procedures: ['SAF-ANAT', 'SAF-LIFE', 'TF-SURG'],
    observations: ['SAF-PREG', 'SAF-RED'],
    serviceRequests: [],
    medicationRequests: ['SAF-ANTIANG'],
    medicationStatements: ['SAF-ANTIANG'],
    diagnosticReports: ['TF-SPEC'],
    allergyIntolerances: ['SAF-ALL'],
    carePlans: [],
    goals: [],
    tasks: [],
  };

  const WORDS_FOR: Readonly<Record<string, RegExp>> = {
    conditions: /condition|diagnos/iu,
    procedures: /procedure/iu,
    observations: /observation/iu,
    medicationRequests: /medication|prescription/iu,
    medicationStatements: /medication/iu,
    diagnosticReports: /report/iu,
    allergyIntolerances: /allerg/iu,
  };

  test.each(Object.entries(RESTS_ON))(
    '[E2 E10 E15] %s: exactly the deciding criteria that rest on it are not assessed',
    async (key, expected) => {
      const criteria = await changed(withoutKey(whole, key), whole);
      expect(toldOf(criteria.filter(({ severity }) => severity !== 'caution'))).toEqual(
        expected.map(notAssessed),
      );
    },
  );

  test.each(Object.entries(CAUTIONS_ON))(
    '[E2 E15] %s: exactly the cautions that rest on it are not assessed',
    async (key, expected) => {
      const criteria = await changed(withoutKey(whole, key), whole);
      expect(toldOf(criteria.filter(({ severity }) => severity === 'caution'))).toEqual(
        expected.map(notAssessed),
      );
    },
  );

  test.each(Object.entries(WORDS_FOR))(
    '[E15] %s: what is not assessed says what was not sent',
    async (key, words) => {
      const criteria = await changed(withoutKey(whole, key), whole);
      const open = criteria.filter(({ status }) => status === 'not-assessed');
      expect(open).not.toEqual([]);
      for (const { found } of open) {
        expect(found).toMatch(words);
        expect(found).toContain('not sent');
      }
    },
  );

  test('[E15] care that is only in a care plan cannot be judged without the care plans', async () => {
    const body = chartRequest('seed-001');
    expect(idsOf(await changed(withoutKey(body, 'carePlans'), body))).toEqual(['TF-CC']);
  });

  test.each(['tasks', 'observations', 'carePlans'])(
    '[E15] an anticoagulant cannot be judged without %s, where a plan to interrupt it could be',
    async (key) => {
      const apixaban = {
        resourceType: 'MedicationRequest',
        id: 'apixaban',
        status: 'active',
        intent: 'order',
        medicationCodeableConcept: {
          coding: [{ system: 'http://www.nlm.nih.gov/research/umls/rxnorm', code: '1364445' }],
        },
        authoredOn: '2025-10-01',
      };
      const body = chartRequest('base-lumbar', { with: [apixaban] });
      expect((await criteriaOf(body)).get('SAF-ACOAG')?.status).toBe('not-documented');
      expect((await criteriaOf(withoutKey(body, key))).get('SAF-ACOAG')?.status).toBe('not-assessed');
    },
  );

  test('[E15] a danger that was found decides, whatever else was not read', async () => {
    const cellulitis = {
      resourceType: 'Condition',
      id: 'cellulitis',
      clinicalStatus: { coding: [{ code: 'active' }] },
      code: { coding: [{ system: ICD10, code: 'L03.312' }] },
      recordedDate: '2026-03-12',
    };
    const body = chartRequest('base-lumbar', { with: [cellulitis] });
    const bare = withoutKey(body, ...EVIDENCE_KEYS.filter((key) => key !== 'conditions'));
    const { determination, criteria } = assessmentOf(cardOf(await post(bare)));
    expect(determination).toBe('contraindicated');
    expect(criteria.find(({ id }) => id === 'SAF-INF')?.status).toBe('not-met');
  });

  test.each(['conditions', 'procedures', 'observations', 'medicationRequests', 'diagnosticReports'])(
    '[E15] a line judged without %s never meets all criteria and never fails one',
    async (key) => {
      expect(assessmentOf(cardOf(await post(withoutKey(whole, key)))).determination).toBe(
        'documentation-gaps',
      );
    },
  );

  const subsets = Array.from({ length: 64 }, (_, i) => (i * 37) % 2 ** EVIDENCE_KEYS.length).map((bits) =>
    EVIDENCE_KEYS.filter((_key, place) => Math.floor(bits / 2 ** place) % 2 === 1),
  );

  test.each(
    subsets.filter((subset) => subset.length > 0).map((subset) => [subset.join(' '), subset] as const),
  )('[E1 E8] without %s there is an answer or a 412', async (_name, missing) => {
    const { status } = await post(withoutKey(whole, ...missing));
    expect(status).toBe(missing.length === EVIDENCE_KEYS.length ? 412 : 200);
  });
});

describe('a key that was answered', () => {
  test.each(EVIDENCE_KEYS)('[E3] %s as null and as an empty Bundle is the same answer', async (key) => {
    expect(await answerTo(withKey(whole, key, EMPTY))).toEqual(await answerTo(withKey(whole, key, null)));
  });

  test('[E3 E15] nothing on file is a gap, not a missing read', async () => {
    expect((await criteriaOf(withKey(whole, 'procedures', null))).get('TF-CC')?.status).toBe(
      'not-documented',
    );
  });

  test('[E15] nothing on file, not sent, failed and incomplete are told apart in words', async () => {
    const incomplete = { ...EMPTY, link: [{ relation: 'next', url: 'https://ehr.example/fhir?page=2' }] };
    const bodies = [
      withKey(whole, 'procedures', null),
      withoutKey(whole, 'procedures'),
      withKey(whole, 'procedures', OUTCOME),
      withKey(whole, 'procedures', incomplete),
      withKey(whole, 'procedures', 'unreadable'),
    ];
    const found = await Promise.all(bodies.map(async (body) => (await criteriaOf(body)).get('TF-CC')?.found));
    expect(new Set(found).size).toBe(bodies.length);
  });

  test('[E4] a failed read leaves the same criteria open as a key that was not sent', async () => {
    for (const key of EVIDENCE_KEYS) {
      const failed = await changed(withKey(whole, key, OUTCOME), whole);
      expect(idsOf(failed)).toEqual(idsOf(await changed(withoutKey(whole, key), whole)));
    }
  });

  test('[E4] an OperationOutcome among the entries makes the answer incomplete', async () => {
    const entry = [{ resource: OUTCOME, search: { mode: 'outcome' } }];
    const body = withKey(whole, 'procedures', { ...EMPTY, entry });
    expect((await criteriaOf(body)).get('TF-CC')?.status).toBe('not-assessed');
  });

  test('[E5] of a Bundle with a next page what was found decides and the rest is open', async () => {
    const procedures = whole.prefetch['procedures'] as Json;
    const link = [
      { relation: 'self', url: 'x' },
      { relation: 'next', url: 'https://ehr.example/fhir?page=2' },
    ];
    const criteria = await criteriaOf(withKey(whole, 'procedures', { ...procedures, link }));
    expect(criteria.get('TF-CC')?.status).toBe('met');
    expect(criteria.get('SAF-CONS')?.status).toBe('not-assessed');
  });

  test('[E5] a Bundle with a self link only is complete', async () => {
    const procedures = whole.prefetch['procedures'] as Json;
    const link = [{ relation: 'self', url: 'x' }];
    expect(await answerTo(withKey(whole, 'procedures', { ...procedures, link }))).toEqual(
      await answerTo(whole),
    );
  });

  test.each([
    ['a collection', { type: 'collection' }],
    ['of no type', { type: undefined }],
    ['without a total', { total: undefined }],
    ['with an id and a timestamp', { id: 'b1', timestamp: '2026-03-16T10:00:00Z' }],
  ])('[E6] a Bundle that is %s is read the same', async (_name, members) => {
    const prefetch = Object.fromEntries(
      Object.entries(whole.prefetch).map(([key, value]) => {
        const bundle = value as Json | null;
        return [key, bundle?.['resourceType'] === 'Bundle' ? { ...bundle, ...members } : bundle];
      }),
    );
    expect(await answerTo({ ...whole, prefetch })).toEqual(await answerTo(whole));
  });

  test('[E6] included resources are read as what they are', async () => {
    const statement = {
      resourceType: 'MedicationStatement',
      id: 'st1',
      status: 'active',
      subject: { reference: 'Patient/base-lumbar' },
      medicationReference: { reference: 'Medication/med1' },
      effectivePeriod: { start: '2025-10-01' },
    };
    const medication = {
      resourceType: 'Medication',
      id: 'med1',
      code: { coding: [{ system: 'http://www.nlm.nih.gov/research/umls/rxnorm', code: '1364445' }] },
    };
    const entry = [
      { resource: statement, search: { mode: 'match' } },
      { resource: medication, search: { mode: 'include' } },
    ];
    const body = withKey(whole, 'medicationStatements', { ...EMPTY, entry });
    expect((await criteriaOf(body)).get('SAF-ACOAG')?.status).toBe('not-documented');
  });

  test('[E6 E15] a total counts what was searched for and not what was included', async () => {
    const { procedures } = whole.prefetch as { procedures: { entry: readonly Json[] } };
    const practitioner = { resource: { resourceType: 'Practitioner', id: 'p' }, search: { mode: 'include' } };
    const total = procedures.entry.length + 1;
    const bundle = { ...EMPTY, total, entry: [...procedures.entry, practitioner] };
    expect((await criteriaOf(withKey(whole, 'procedures', bundle))).get('SAF-CONS')?.status).toBe(
      'not-assessed',
    );
    const fitting = { ...bundle, total: total - 1 };
    expect(await answerTo(withKey(whole, 'procedures', fitting))).toEqual(await answerTo(whole));
  });

  const inr = (value: number): Json => ({
    resourceType: 'Observation',
    id: 'inr',
    status: 'final',
    subject: { reference: 'Patient/base-lumbar' },
    code: { coding: [{ system: 'http://loinc.org', code: '6301-6' }] },
    effectiveDateTime: '2026-03-10',
    valueQuantity: { value },
  });
  const beside = (key: string, ...resources: readonly Json[]) => {
    const { entry } = whole.prefetch[key] as { entry: readonly Json[] };
    return { resourceType: 'Bundle', entry: [...entry, ...resources.map((resource) => ({ resource }))] };
  };

  test('[E15] two versions under two keys that contradict each other leave both keys open', async () => {
    const body = withKey(
      withKey(whole, 'observations', beside('observations', inr(1))),
      'procedures',
      beside('procedures', inr(3)),
    );
    expect((await criteriaOf(body)).get('SAF-COAG')?.status).toBe('not-assessed');
  });

  test('[E12 E15] a resource of nobody under another key leaves the key of its type open', async () => {
    const { subject: _subject, ...nobodys } = inr(3);
    const body = withKey(whole, 'procedures', beside('procedures', nobodys));
    expect((await criteriaOf(body)).get('SAF-COAG')?.status).toBe('not-assessed');
  });

  test('[E15] diagnoses that the order only points at and that were not sent are not said to be valid', async () => {
    const reasonReference = [{ reference: 'Condition/elsewhere' }];
    const order = { 'ServiceRequest/order-64483': { reasonCode: null, reasonReference } };
    const body = chartRequest('base-lumbar', { orders: { change: order } });
    expect((await criteriaOf(body)).has('ORD-ICD')).toBe(false);
    for (const id of ['ORD-ICD', 'ORD-EXC1'])
      expect((await criteriaOf(withoutKey(body, 'conditions'))).get(id)?.status).toBe('not-assessed');
  });

  test('[E7] keys that were not asked for are ignored', async () => {
    const extra = bundleOf({ resourceType: 'Condition', id: 'x', code: { text: 'sepsis' } });
    expect(await answerTo(withKey(whole, 'extra', extra))).toEqual(await answerTo(whole));
  });

  test.each([
    ['a string', 'none'],
    ['a list', []],
    ['a number', 0],
    ['false', false],
    ['a single resource', { resourceType: 'Condition', id: 'c1' }],
    ['a Bundle whose entries are no list', { ...EMPTY, entry: 'none' }],
    [
      'a Bundle of another type of resource',
      bundleOf({
        resourceType: 'Procedure',
        id: 'p1',
        status: 'completed',
        subject: { reference: 'Patient/base-lumbar' },
      }),
    ],
  ])('[E12] conditions that are %s are not satisfied', async (_name, value) => {
    expect((await criteriaOf(withKey(whole, 'conditions', value))).get('SAF-INF')?.status).toBe(
      'not-assessed',
    );
  });

  test('[E12] resources of another patient are no evidence', async () => {
    const { procedures } = whole.prefetch as { procedures: { entry: { resource: Json }[] } };
    const theirs = procedures.entry.map(({ resource }) => ({
      ...resource,
      subject: { reference: 'Patient/somebody-else' },
    }));
    const body = withKey(whole, 'procedures', bundleOf(...theirs));
    expect((await criteriaOf(body)).get('TF-CC')?.status).not.toBe('met');
  });

  test('[E12] a Patient resource of somebody else changes nothing', async () => {
    const patient = { resourceType: 'Patient', id: 'somebody-else', gender: 'male', birthDate: '2020-01-01' };
    expect(await answerTo(withKey(whole, 'patient', patient))).toEqual(await answerTo(whole));
  });

  test('[E12] a resource that does not say whose it is does not count as absent', async () => {
    const anonymous = {
      resourceType: 'Condition',
      id: 'c1',
      code: { coding: [{ system: ICD10, code: 'L03.312' }] },
    };
    const body = withKey(whole, 'conditions', bundleOf(anonymous));
    expect((await criteriaOf(body)).get('SAF-INF')?.status).toBe('not-assessed');
  });

  test('[E14] nothing is kept from call to call', async () => {
    const first = await answerTo(whole);
    const bare = await answerTo(withKey(whole, 'procedures', null));
    expect(bare).not.toEqual(first);
    expect(await answerTo(whole)).toEqual(first);
  });

  test('[E14] a key of the last call does not stand in for one that is missing', async () => {
    await post(answerableRequest());
    expect((await post(minimalRequest())).status).toBe(412);
  });
});
