import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { join } from 'node:path';
import { createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import axios from 'axios';
import { pino } from 'pino';
import { readScenarios, scenarioRequest } from '../../src/demo/scenario';
import {
  chartOfPrefetch,
  searchset,
  send,
  startMockFhirServer,
  typesSearched,
  type Behaviour,
  type MockFhirServer,
} from '../support/mock-fhir-server';
import { appForTest, FIXTURES } from '../support/service-for-test';
import { OUTSIDE_CODES, OUTSIDE_RECORD, outsideRequest } from './outside-record';
import {
  assessmentOf,
  cardOf,
  cardsOf,
  chartRequest,
  CPT,
  criteriaOf,
  draftOrder,
  issuesOf,
  minimalRequest,
  post,
  PROFILES,
  withContext,
  withoutIds,
  type Json,
} from './support';

const TOKEN = 'a-token.of~this+call/0123456789==';
const whole = chartRequest('base-lumbar');
const EVIDENCE_TYPES = [
  'AllergyIntolerance',
  'CarePlan',
  'Condition',
  'DiagnosticReport',
  'Goal',
  'MedicationRequest',
  'MedicationStatement',
  'Observation',
  'Procedure',
  'ServiceRequest',
  'Task',
];

/** Short enough for tests in which nothing ever answers. */
const DEADLINE_MS = 400;
const hasty = appForTest({ deadlineMs: DEADLINE_MS });
const patient = appForTest({ deadlineMs: 20_000 });

let mock: MockFhirServer;
/** A server that nobody may be led to. */
let elsewhere: MockFhirServer;
beforeEach(async () => {
  mock = await startMockFhirServer(chartOfPrefetch(whole.prefetch));
  elsewhere = await startMockFhirServer(chartOfPrefetch(whole.prefetch));
});
afterEach(async () => {
  await Promise.all([mock.close(), elsewhere.close()]);
});

const grant = {
  access_token: TOKEN,
  token_type: 'Bearer',
  expires_in: 300,
  scope: 'patient/*.rs',
  subject: 's',
};

type Body = ReturnType<typeof chartRequest>;

/** The invocation with the mock server, and only some keys of its prefetch. */
function byFhir(body: Body, isSent: (key: string) => boolean = () => false) {
  const prefetch = Object.fromEntries(Object.entries(body.prefetch).filter(([key]) => isSent(key)));
  return { ...body, prefetch, fhirServer: mock.url, fhirAuthorization: grant };
}

async function answerOf(body: object, app = appForTest()): Promise<unknown> {
  return withoutIds(cardsOf(await post(body, app)));
}

describe('the same chart by prefetch and by FHIR', () => {
  const scenarios = readScenarios(join(FIXTURES, 'scenarios')).map((scenario) => ({
    ...scenario,
    notSent: [],
  }));
  const cases = scenarios
    .filter(({ expect: expected }) => Object.values(expected).every(({ refused }) => refused === undefined))
    .map((scenario, i) => {
      const profile = PROFILES[i % PROFILES.length] ?? 'guideline';
      return [scenario.id, profile, scenarioRequest(scenario, profile, FIXTURES)] as const;
    });

  test.each(cases)('[G2 E8] gives the same cards: %s (%s)', async (_id, _profile, body) => {
    const server = await startMockFhirServer(chartOfPrefetch(body.prefetch));
    server.pageSize = 5;
    const fhir = { ...body, fhirServer: server.url };
    const half = Object.fromEntries(Object.entries(body.prefetch).filter((_entry, i) => i % 2 === 0));
    const bySending = await answerOf(body);
    try {
      expect(await answerOf({ ...fhir, prefetch: undefined })).toEqual(bySending);
      expect(await answerOf({ ...fhir, prefetch: half })).toEqual(bySending);
    } finally {
      await server.close();
    }
  });
});

describe('a record that nobody here shaped', () => {
  test.each(OUTSIDE_CODES)('[G2 E8] is read for %s as it would be sent', async (code) => {
    const body = outsideRequest(code);
    const server = await startMockFhirServer(OUTSIDE_RECORD);
    server.pageSize = 10;
    expect(await answerOf({ ...body, prefetch: undefined, fhirServer: server.url })).toEqual(
      await answerOf(body),
    );
    await server.close();
  });
});

describe('what is asked of the FHIR server', () => {
  test('[E2 E8 G1] a key that was not sent is read, and nothing else', async () => {
    await answerOf(byFhir(whole, (key) => key !== 'procedures'));
    expect(mock.seen.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'GET /fhir/Procedure?patient=base-lumbar&_count=200',
    ]);
  });

  test('[G10] without prefetch every evidence key is read, once', async () => {
    await answerOf(byFhir(whole));
    expect(typesSearched(mock)).toEqual(EVIDENCE_TYPES);
    expect(mock.seen).toHaveLength(EVIDENCE_TYPES.length);
  });

  test('[G10] all keys are asked for at the same time', async () => {
    const waiting: (() => void)[] = [];
    mock.behave('*', (_request, response) => {
      waiting.push(() => send(response, searchset([])));
      if (waiting.length === EVIDENCE_TYPES.length) waiting.forEach((answer) => answer());
    });
    expect(cardsOf(await post(byFhir(whole)))).toHaveLength(1);
  });

  test('[E3] a key sent as null, or as an empty Bundle, is not read', async () => {
    const empty = Object.fromEntries(
      Object.keys(whole.prefetch).map((key, i) => [key, i % 2 ? null : { resourceType: 'Bundle' }]),
    );
    await answerOf({ ...byFhir(whole), prefetch: empty });
    expect(mock.seen).toEqual([]);
  });

  test('[D8] no draft order is read from the server', async () => {
    await answerOf(byFhir(whole));
    expect(mock.seen.filter(({ path }) => /ServiceRequest\//u.test(path))).toEqual([]);
  });

  test('[N4] an order that is none of ours reads nothing', async () => {
    const other = draftOrder({ code: { coding: [{ system: CPT, code: '72148' }] } });
    const body = { ...minimalRequest(other), fhirServer: mock.url };
    expect(cardsOf(await post(body))).toEqual([]);
    expect(mock.seen).toEqual([]);
  });

  test('[N5] a request that is refused reads nothing', async () => {
    const foreign = draftOrder({ subject: { reference: 'Patient/somebody-else' } });
    await post({ ...minimalRequest(foreign), fhirServer: mock.url });
    await post({ ...byFhir(whole), extension: { 'org.nerve-block-cds.profile': 'unheard-of' } });
    await post({ ...byFhir(whole), hookInstance: undefined });
    expect(mock.seen).toEqual([]);
  });

  test('[G3] every read carries the token, and asks for FHIR that is not from a cache', async () => {
    mock.pageSize = 3;
    await answerOf(byFhir(whole));
    expect(mock.seen.length).toBeGreaterThan(EVIDENCE_TYPES.length);
    for (const { headers } of mock.seen) {
      expect(headers).toMatchObject({
        authorization: `Bearer ${TOKEN}`,
        accept: 'application/fhir+json',
        'cache-control': 'no-cache',
      });
    }
  });

  test.each([
    ['no grant', undefined],
    ['null', null],
    ['a grant without a token', { ...grant, access_token: undefined }],
    ['a token of another type', { ...grant, token_type: 'mac' }],
    ['a token for another patient', { ...grant, patient: 'somebody-else' }],
    ['a token that would break the header', { ...grant, access_token: 'a\r\nX-Injected: b' }],
  ])('[C6 C7a C7b C7f G6] with %s the server is read without a token', async (_name, fhirAuthorization) => {
    expect(await answerOf({ ...byFhir(whole), fhirAuthorization })).toEqual(await answerOf(whole));
    for (const { headers } of mock.seen) {
      expect(headers).not.toHaveProperty('authorization');
      expect(headers).not.toHaveProperty('x-injected');
    }
  });

  test.each(['bearer', 'BEARER', undefined])(
    '[C7b] a token of type %s is a bearer token',
    async (token_type) => {
      await answerOf({
        ...byFhir(whole),
        fhirAuthorization: { ...grant, token_type, patient: 'Patient/base-lumbar' },
      });
      expect(mock.seen[0]?.headers.authorization).toBe(`Bearer ${TOKEN}`);
    },
  );

  test.each(['a,b', 'a&patient=b', 'a/../b', 'a|b', 'ü?#', '\ud800', 'x'.repeat(65), ','.repeat(100_000)])(
    '[G7] nothing is read for a patient id that FHIR does not allow: %.20s',
    async (patientId) => {
      const body = withContext(minimalRequest(draftOrder({ subject: undefined })), { patientId });
      expect(issuesOf(await post({ ...body, fhirServer: mock.url }), 412)).toHaveLength(1);
      expect(mock.seen).toEqual([]);
    },
  );

  test('[E14 G4] nothing of a call is left for the next one', async () => {
    const first = await answerOf(byFhir(whole));
    mock.behave('*', (_request, response) => send(response, 'no', 401));
    expect((await post({ ...byFhir(whole), fhirAuthorization: undefined })).status).toBe(412);
    expect(mock.seen.at(-1)?.headers).not.toHaveProperty('authorization');
    expect(first).toEqual(await answerOf(whole));
  });

  test('[G4 G5] neither token nor patient nor server is logged', async () => {
    const lines: string[] = [];
    const logger = pino({ level: 'trace' }, { write: (line: string) => void lines.push(line) });
    const app = appForTest({ logger });
    await post(byFhir(whole), app);
    mock.behave('Condition', (_request, response) => send(response, 'no', 500));
    mock.behave('Procedure', (request) => void request.socket.destroy());
    await post(byFhir(whole), app);
    expect(lines.length).toBeGreaterThan(0);
    for (const secret of [TOKEN, 'base-lumbar', mock.url, new URL(mock.url).port, 'M54.16'])
      expect(lines.join('')).not.toContain(secret);
  });
});

describe('who pays', () => {
  const medicare = {
    resourceType: 'Coverage',
    id: 'c1',
    status: 'active',
    beneficiary: { reference: 'Patient/base-lumbar' },
    payor: [{ display: 'Medicare' }],
  };
  const { extension: _profile, ...unnamed } = whole;

  async function profileOf(body: object): Promise<string> {
    return assessmentOf(cardOf(await post(body))).profile;
  }

  test('[E8] coverage that was not sent is read and chooses the profile', async () => {
    const server = await startMockFhirServer([...chartOfPrefetch(whole.prefetch), medicare]);
    expect(await profileOf({ ...unnamed, prefetch: undefined, fhirServer: server.url })).toBe('medicare-lcd');
    const { coverage: _coverage, ...rest } = whole.prefetch;
    expect(await profileOf({ ...unnamed, prefetch: rest, fhirServer: server.url })).toBe('medicare-lcd');
    await server.close();
  });

  test('[E3] coverage that was sent is not read', async () => {
    const prefetch = { coverage: searchset([medicare]) };
    expect(await profileOf({ ...unnamed, prefetch, fhirServer: mock.url })).toBe('medicare-lcd');
    expect(typesSearched(mock)).not.toContain('Coverage');
  });

  test('[E10] coverage that cannot be read leaves the default profile, and the card says so', async () => {
    mock.behave('Coverage', (_request, response) => send(response, 'no', 403));
    const card = cardOf(await post({ ...unnamed, prefetch: {}, fhirServer: mock.url }));
    expect(assessmentOf(card).profile).toBe('guideline');
    expect(card.detail).toContain('**Payer not known** (access refused): judged by the Guideline profile');
  });

  test('[E10] coverage that nobody sends, and a profile that is named, are no news', async () => {
    const { coverage: _coverage, ...prefetch } = whole.prefetch;
    for (const body of [{ ...unnamed, prefetch }, unnamed, byFhir(whole)])
      expect(cardOf(await post(body)).detail).not.toContain('Payer not known');
  });

  test('[E8] where the request names the profile nobody asks who pays', async () => {
    await answerOf(byFhir(whole));
    expect(typesSearched(mock)).not.toContain('Coverage');
  });
});

describe('what is named only by reference', () => {
  const apixaban = {
    resourceType: 'Medication',
    id: 'apixaban',
    code: { coding: [{ system: 'http://www.nlm.nih.gov/research/umls/rxnorm', code: '1364445' }] },
  };
  const taken = (medicationReference: Json, id = 'm1'): Json => ({
    resourceType: 'MedicationStatement',
    id,
    status: 'active',
    subject: { reference: 'Patient/base-lumbar' },
    medicationReference,
    effectivePeriod: { start: '2025-10-01' },
  });

  async function anticoagulation(...statements: readonly Json[]): Promise<string | undefined> {
    const prefetch = { ...whole.prefetch, medicationStatements: searchset(statements) };
    const server = await startMockFhirServer([apixaban]);
    const local = statements.map(
      (statement) => JSON.parse(JSON.stringify(statement).replaceAll('https://this', server.url)) as Json,
    );
    const body = {
      ...whole,
      prefetch: { ...prefetch, medicationStatements: searchset(local) },
      fhirServer: server.url,
    };
    const { criteria } = assessmentOf(cardOf(await post(body)));
    expect(new Set(typesSearched(server)).size).toBeLessThan(2);
    await server.close();
    return criteria.find(({ id }) => id === 'SAF-ACOAG')?.status;
  }

  test.each(['Medication/apixaban', 'https://this/Medication/apixaban', 'Medication/apixaban/_history/2'])(
    '[G1 E8] the drug behind %s is read',
    async (reference) => {
      expect(await anticoagulation(taken({ reference }))).toBe('not-documented');
    },
  );

  test.each([
    'https://elsewhere.example/fhir/Medication/apixaban',
    'Medication/unknown',
    'Medication/a,b',
    'urn:uuid:1',
  ])('[G8] the drug behind %s stays unknown', async (reference) => {
    expect(await anticoagulation(taken({ reference }))).toBe('not-assessed');
  });

  test('[G7] many drugs are read a few at a time', async () => {
    const many = Array.from({ length: 90 }, (_, i) => taken({ reference: `Medication/drug-${i}` }, `m${i}`));
    const prefetch = { ...whole.prefetch, medicationStatements: searchset(many) };
    await post({ ...whole, prefetch, fhirServer: mock.url });
    expect(mock.seen.map(({ path }) => path.split('drug-').length - 1)).toEqual([40, 40, 10]);
  });

  test('[G7 D9] drugs of another patient are not read', async () => {
    const theirs = {
      ...taken({ reference: 'Medication/apixaban' }),
      subject: { reference: 'Patient/somebody-else' },
    };
    const own = taken({ reference: 'Medication/other' }, 'm2');
    const prefetch = { ...whole.prefetch, medicationStatements: searchset([theirs, own]) };
    await post({ ...whole, prefetch, fhirServer: mock.url });
    expect(mock.seen.map(({ path }) => path)).toEqual(['/fhir/Medication?_id=other&_count=40']);
  });

  test('[E8] the payor that a coverage only points at chooses the profile', async () => {
    const coverage = {
      resourceType: 'Coverage',
      id: 'c1',
      status: 'active',
      beneficiary: { reference: 'Patient/base-lumbar' },
      payor: [{ reference: 'Organization/cms' }],
    };
    const server = await startMockFhirServer([
      ...chartOfPrefetch(whole.prefetch),
      coverage,
      { resourceType: 'Organization', id: 'cms', name: 'Medicare' },
    ]);
    const { extension: _profile, ...unnamed } = whole;
    const response = await post({ ...unnamed, prefetch: undefined, fhirServer: server.url });
    expect(assessmentOf(cardOf(response)).profile).toBe('medicare-lcd');
    await server.close();
  });
});

const HUGE = Buffer.from(`{"resourceType":"Bundle","x":"${'x'.repeat(20_000_000)}"}`);
const HUGE_PACKED = gzipSync(HUGE);

/** Every way in which a read can go wrong, and how the card says it. */
const FAILURES: readonly (readonly [string, Behaviour, string])[] = [
  [
    '401',
    (_request, response) => send(response, { resourceType: 'OperationOutcome' }, 401),
    'access refused',
  ],
  ['403', (_request, response) => send(response, 'Forbidden', 403), 'access refused'],
  ['404', (_request, response) => send(response, '', 404), 'the read failed'],
  [
    '500',
    (_request, response) => send(response, { resourceType: 'OperationOutcome' }, 500),
    'the read failed',
  ],
  ['503', (_request, response) => send(response, '', 503, { 'Retry-After': '1' }), 'the read failed'],
  [
    'garbage',
    (_request, response) => send(response, '{"resourceType":"Bundle","entry":['),
    'the read failed',
  ],
  ['an empty body', (_request, response) => send(response, ''), 'the read failed'],
  ['no body', (_request, response) => send(response, '', 204), 'the read failed'],
  [
    'HTML',
    (_request, response) =>
      send(response, '<html><body>Sign in</body></html>', 200, { 'Content-Type': 'text/html' }),
    'the read failed',
  ],
  [
    'an OperationOutcome with status 200',
    (_request, response) =>
      send(response, { resourceType: 'OperationOutcome', issue: [{ severity: 'error', code: 'exception' }] }),
    'the read failed',
  ],
  [
    'an OperationOutcome that forbids',
    (_request, response) =>
      send(response, { resourceType: 'OperationOutcome', issue: [{ severity: 'error', code: 'forbidden' }] }),
    'access refused',
  ],
  [
    'a redirect',
    (_request, response) =>
      send(response, '', 302, { Location: `${elsewhere.url}/Procedure?patient=base-lumbar` }),
    'the read failed',
  ],
  ['a broken connection', (request) => void request.socket.destroy(), 'the read failed'],
  [
    'a body that breaks off',
    (request, response) => {
      response.writeHead(200, { 'Content-Length': '1000' });
      response.write('{"resourceType":"Bundle"');
      request.socket.destroy();
    },
    'the read failed',
  ],
  [
    'another resource',
    (_request, response) => send(response, { resourceType: 'Patient' }),
    'not a Bundle of them',
  ],
  ['a list', (_request, response) => send(response, []), 'not a Bundle of them'],
  ['a page of 20 MB', (_request, response) => send(response, HUGE), 'too large'],
  [
    'a page of 20 MB, compressed',
    (_request, response) =>
      send(response, HUGE_PACKED, 200, {
        'Content-Encoding': 'gzip',
      }),
    'too large',
  ],
  [
    'a gzip stream that is none',
    (_request, response) => send(response, 'not gzip', 200, { 'Content-Encoding': 'gzip' }),
    'the read failed',
  ],
  ['silence', () => {}, 'no answer in time'],
  [
    'a body that never ends',
    (_request, response) => {
      response.writeHead(200);
      const drip = setInterval(() => response.write(' '), 20);
      response.once('close', () => clearInterval(drip));
    },
    'no answer in time',
  ],
];

describe('a read that goes wrong', () => {
  /** Nobody waits long for what never comes; what comes gets its time. */
  const appFor = (why: string) => (why === 'no answer in time' ? hasty : patient);

  test.each(FAILURES)(
    '[E9 E10 G9 N2] %s leaves the rest judged and says why',
    async (_name, behaviour, why) => {
      mock.behave('Procedure', behaviour);
      const body = byFhir(whole, (key) => key !== 'procedures' && key !== 'observations');
      const { criteria, determination } = assessmentOf(cardOf(await post(body, appFor(why))));
      const found = new Map(criteria.map((criterion) => [criterion.id, criterion]));
      expect(found.get('TF-CC')?.status).toBe('not-assessed');
      expect(found.get('TF-CC')?.found).toContain(`procedures (${why})`);
      expect(found.get('TF-BASE')?.status).toBe('met');
      expect(found.get('TF-DX')?.status).toBe('met');
      expect(determination).toBe('documentation-gaps');
      expect(elsewhere.seen).toEqual([]);
    },
  );

  test.each(FAILURES)('[E9 G9] %s of every read is a 412', async (_name, behaviour, why) => {
    mock.behave('*', behaviour);
    const [issue] = issuesOf(await post(byFhir(whole), appFor(why)), 412);
    expect(issue?.diagnostics).toMatch(/fhirServer/u);
    for (const secret of [TOKEN, mock.origin]) expect(JSON.stringify(issue)).not.toContain(secret);
    expect(elsewhere.seen).toEqual([]);
  });

  test.each(FAILURES)(
    '[E9] beside one key that was sent, %s of every read is answered',
    async (_name, behaviour) => {
      mock.behave('*', behaviour);
      const body = byFhir(whole, (key) => key === 'goals');
      expect(cardsOf(await post(body, hasty))).toHaveLength(1);
    },
  );

  test('[N2] one that answers late is given up, and what the others say is judged', async () => {
    mock.behave('MedicationStatement', () => {});
    const { criteria } = assessmentOf(cardOf(await post(byFhir(whole), hasty)));
    expect(criteria.filter(({ status }) => status === 'not-assessed').map(({ id }) => id)).toContain(
      'SAF-ACOAG',
    );
    expect(criteria.find(({ id }) => id === 'TF-CC')?.status).toBe('met');
  });

  test('[N2] the time limit comes, however much memory is cleared meanwhile', async () => {
    setFlagsFromString('--expose-gc');
    const clearMemory = runInNewContext('gc') as () => void;
    mock.behave('*', () => {});
    const answered = post(byFhir(whole), hasty);
    const clearing = setInterval(clearMemory, DEADLINE_MS / 10);
    expect(issuesOf(await answered, 412)).toHaveLength(1);
    clearInterval(clearing);
  });

  test('[N2] nobody listens at the address', async () => {
    // A port that was just given up may be another test's by now; this one is nobody's.
    const nowhere = { ...byFhir(whole), fhirServer: 'http://127.0.0.1:1/fhir' };
    expect(issuesOf(await post(nowhere, hasty), 412)).toHaveLength(1);
  });
});

describe('what was sent and is no answer', () => {
  const sent = { ...whole.prefetch };
  const withProcedures = (value: unknown) => ({ ...byFhir(whole), prefetch: { ...sent, procedures: value } });
  const failed = (code: string): Json => ({
    resourceType: 'OperationOutcome',
    issue: [{ severity: 'error', code }],
  });
  const theirs = searchset([
    {
      resourceType: 'Procedure',
      id: 'x',
      status: 'completed',
      subject: { reference: 'Patient/somebody-else' },
    },
  ]);

  test.each([
    ['a string', 'none'],
    ['a list', []],
    ['a single resource', { resourceType: 'Procedure', id: 'x' }],
    ['a Bundle of another type', searchset([{ resourceType: 'Goal', id: 'g' }])],
    ['a Bundle of another patient', theirs],
    ['a search that failed', failed('exception')],
    ['a search that timed out', failed('timeout')],
    ['a search that the client could not do', failed('not-supported')],
    ['fewer resources than the total says', { ...searchset([]), total: 3 }],
    ['an entry without a resource', { resourceType: 'Bundle', entry: [{ fullUrl: 'x' }] }],
  ])('[E4 E8 E12] in place of %s the server is asked', async (_name, value) => {
    expect(await answerOf(withProcedures(value))).toEqual(await answerOf(whole));
    expect(typesSearched(mock)).toEqual(['Procedure']);
  });

  test.each(['forbidden', 'security', 'login', 'suppressed'])(
    '[E4] a search that failed as %s is not asked again',
    async (code) => {
      expect((await criteriaOf(withProcedures(failed(code)))).get('TF-CC')?.status).toBe('not-assessed');
      expect(mock.seen).toEqual([]);
    },
  );

  test("[E12] another patient's resources say nothing where the server is of no help", async () => {
    mock.behave('Procedure', (_request, response) => send(response, 'no', 500));
    expect(await answerOf(withProcedures(theirs))).toEqual(await answerOf(withProcedures(null)));
  });
});

describe('the reads of a call', () => {
  test.each([101, 250, 403])('[N2] end in time with a deadline of %s milliseconds', async (deadlineMs) => {
    mock.behave('Task', () => {});
    const body = byFhir(whole, (key) => key !== 'tasks');
    expect(cardsOf(await post(body, appForTest({ deadlineMs })))).toHaveLength(1);
    const all = byFhir(whole, () => true);
    expect(await answerOf(all, appForTest({ deadlineMs }))).toEqual(await answerOf(whole));
  });

  test('[G9] are made again where a connection that was kept open had been closed', async () => {
    const used = new WeakSet<Socket>();
    let closed = 0;
    mock.behave('*', ({ socket }, response) => {
      if (used.has(socket)) {
        closed += 1;
        socket.destroy();
        return;
      }
      used.add(socket);
      send(response, searchset([]));
    });
    for (let call = 0; call < 3; call += 1) expect((await post(byFhir(whole))).status).toBe(200);
    expect(closed).toBeGreaterThan(0);
  });

  test('[G7] end when the caller is gone', async () => {
    const server = createServer(appForTest({ deadlineMs: 60_000 }));
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    const caller = new AbortController();
    const ended = new Promise<void>((resolve) => {
      mock.behave('*', ({ socket }) => {
        socket.once('close', () => resolve());
        caller.abort();
      });
    });
    const { port } = server.address() as AddressInfo;
    const url = `http://127.0.0.1:${port}/cds-services/nerve-block-order-sign`;
    const called = axios.post(url, byFhir(whole), { signal: caller.signal, proxy: false });
    await expect(called).rejects.toThrow('canceled');
    await ended;
    await new Promise((resolve) => {
      server.close(resolve);
      server.closeAllConnections();
    });
  });
});

describe('pages', () => {
  const procedures = chartOfPrefetch(whole.prefetch).filter(
    ({ resourceType }) => resourceType === 'Procedure',
  );
  const pageWith = (url: unknown): Json => searchset(procedures.slice(0, 2), [{ relation: 'next', url }]);
  const readProcedures = () => byFhir(whole, (key) => key !== 'procedures');

  test.each([1, 2, 7, 200])('[E5 G8] with %s resources a page the answer is the same', async (pageSize) => {
    mock.pageSize = pageSize;
    expect(await answerOf(byFhir(whole))).toEqual(await answerOf(whole));
  });

  test('[E5] a next page of the prefetch is followed, and nothing is read twice', async () => {
    mock.behave('further', (_request, response) => send(response, searchset(procedures.slice(2))));
    const prefetch = { ...whole.prefetch, procedures: pageWith(`${mock.url}/further?page=2`) };
    expect(await answerOf({ ...byFhir(whole), prefetch })).toEqual(await answerOf(whole));
    expect(mock.seen.map(({ path }) => path)).toEqual(['/fhir/further?page=2']);
  });

  test("[E5] a next page that is relative is the server's own", async () => {
    mock.behave('further', (_request, response) => send(response, searchset(procedures.slice(2))));
    const prefetch = { ...whole.prefetch, procedures: pageWith('further?page=2') };
    expect(await answerOf({ ...byFhir(whole), prefetch })).toEqual(await answerOf(whole));
  });

  const foreign: readonly (readonly [string, () => unknown])[] = [
    ['another port', () => `${elsewhere.url}/Procedure?page=2`],
    ['another host', () => mock.url.replace('127.0.0.1', 'localhost')],
    ['https', () => mock.url.replace('http:', 'https:')],
    ['a user in it', () => mock.url.replace('://', '://user:secret@')],
    ['a file', () => 'file:///etc/passwd'],
    ['nothing readable', () => 'http://[broken'],
    ['no text', () => 7],
  ];

  test.each(foreign)('[E5 G8] a next page at %s is not followed', async (_name, next) => {
    mock.behave('Procedure', (_request, response) => send(response, pageWith(next())));
    const criteria = await criteriaOf(readProcedures());
    expect(criteria.get('SAF-CONS')?.status).toBe('not-assessed');
    expect(criteria.get('SAF-CONS')?.found).toContain('procedures (incomplete)');
    expect(mock.seen).toHaveLength(1);
    expect(elsewhere.seen).toEqual([]);
  });

  test('[E5 G8] a next page of the prefetch elsewhere is not followed', async () => {
    const prefetch = { ...whole.prefetch, procedures: pageWith(`${elsewhere.url}/Procedure?page=2`) };
    const criteria = await criteriaOf({ ...byFhir(whole), prefetch });
    expect(criteria.get('SAF-CONS')?.status).toBe('not-assessed');
    expect([...mock.seen, ...elsewhere.seen]).toEqual([]);
  });

  test('[E5] without a FHIR server a next page makes the key incomplete', async () => {
    const prefetch = { ...whole.prefetch, procedures: pageWith(`${mock.url}/Procedure?page=2`) };
    expect((await criteriaOf({ ...whole, prefetch })).get('SAF-CONS')?.status).toBe('not-assessed');
    expect(mock.seen).toEqual([]);
  });

  test('[G7] pages that go round in a circle are read once', async () => {
    mock.behave('Procedure', (_request, response) => send(response, pageWith(`${mock.url}/again`)));
    mock.behave('again', (_request, response) => send(response, pageWith(`${mock.url}/again`)));
    expect((await criteriaOf(readProcedures())).get('SAF-CONS')?.status).toBe('not-assessed');
    expect(mock.seen).toHaveLength(2);
  });

  test('[G7] pages without an end are given up', async () => {
    let page = 0;
    mock.behave('Procedure', (_request, response) => {
      page += 1;
      send(response, pageWith(`${mock.url}/Procedure?page=${page}`));
    });
    const criteria = await criteriaOf(readProcedures());
    expect(criteria.get('SAF-CONS')?.found).toContain('procedures (incomplete)');
    expect(page).toBeGreaterThan(10);
    expect(page).toBeLessThan(100);
  });

  test('[G7] all reads of a call together bring no more than may be sent', async () => {
    const page = { ...searchset([]), padding: 'x'.repeat(40_000) };
    mock.behave('*', (_request, response) =>
      send(response, { ...page, link: [{ relation: 'next', url: `${mock.url}?page=${mock.seen.length}` }] }),
    );
    const tight = appForTest({ chartLimit: 100_000 });
    const { criteria } = assessmentOf(cardOf(await post(byFhir(whole), tight)));
    expect(criteria.some(({ status }) => status === 'not-assessed')).toBe(true);
    expect(mock.seen.length).toBeLessThan(EVIDENCE_TYPES.length * 3);
  });

  test.each([
    ['a 500', (_request, response) => send(response, 'no', 500)],
    ['silence', () => {}],
    ['a 401', (_request, response) => send(response, 'no', 401)],
  ] as readonly (readonly [string, Behaviour])[])(
    '[E5 N2] what came before %s of the second page is judged',
    async (_name, behaviour) => {
      mock.behave('Procedure', (_request, response) =>
        send(response, searchset(procedures, [{ relation: 'next', url: `${mock.url}/second` }])),
      );
      mock.behave('second', behaviour);
      const { criteria } = assessmentOf(cardOf(await post(readProcedures(), hasty)));
      const found = new Map(criteria.map((criterion) => [criterion.id, criterion]));
      expect(found.get('TF-CC')?.status).toBe('met');
      expect(found.get('SAF-CONS')?.found).toContain('procedures (incomplete)');
    },
  );
});

describe('remarks beside the resources', () => {
  const remark = (severity: string, code: string): Json => ({
    resourceType: 'Bundle',
    entry: [
      {
        resource: { resourceType: 'OperationOutcome', issue: [{ severity, code }] },
        search: { mode: 'outcome' },
      },
    ],
  });

  test.each([
    ['information', 'informational'],
    ['warning', 'not-supported'],
    ['warning', 'processing'],
    ['warning', 'not-found'],
  ])('[E4] a remark of %s, %s, does not make a search incomplete', async (severity, code) => {
    const prefetch = {
      ...whole.prefetch,
      goals: remark(severity, code),
      allergyIntolerances: remark(severity, code),
    };
    expect(await answerOf({ ...whole, prefetch })).toEqual(await answerOf(whole));
  });

  test.each([
    ['error', 'informational'],
    ['fatal', 'exception'],
    ['warning', 'suppressed'],
    ['warning', 'incomplete'],
    ['warning', 'timeout'],
    ['', ''],
  ])('[E4] one of %s, %s, does', async (severity, code) => {
    const prefetch = { ...whole.prefetch, procedures: remark(severity, code) };
    expect((await criteriaOf({ ...whole, prefetch })).get('TF-CC')?.status).toBe('not-assessed');
  });
});

describe('which servers may be read', () => {
  const closed = (...servers: string[]) => appForTest({ fhirAccess: { servers, isProduction: false } });
  const production = (...servers: string[]) => appForTest({ fhirAccess: { servers, isProduction: true } });

  test('[G6] a server on this machine may be read outside production', async () => {
    for (const host of ['127.0.0.1', 'localhost'])
      expect(
        cardsOf(await post({ ...byFhir(whole), fhirServer: mock.url.replace('127.0.0.1', host) })),
      ).toHaveLength(1);
  });

  test('[G7] the same server may not be read in production, even where it is listed', async () => {
    for (const app of [production(), production(`${mock.url}/`)])
      expect(issuesOf(await post(byFhir(whole), app), 412)[0]?.diagnostics).toContain('may not read');
    expect(mock.seen).toEqual([]);
  });

  test.each([
    'http://169.254.169.254/',
    'http://169.254.169.254/latest/meta-data',
    'http://ehr.example/fhir',
    'https://ehr.example/fhir',
    'http://127.0.0.1.nip.example/fhir',
    'http://user:secret@127.0.0.1/fhir',
    'http://127.0.0.1/fhir?x=',
    'http://127.0.0.1/fhir#x',
    'file:///etc/passwd',
    'gopher://127.0.0.1/',
    'javascript:alert(1)',
    '//127.0.0.1/fhir',
    'fhir',
    'http://[broken',
  ])('[G7] nothing is read at %s, and the prefetch is judged', async (fhirServer) => {
    const body = { ...byFhir(whole, (key) => key === 'conditions'), fhirServer };
    expect(cardsOf(await post(body, closed()))).toHaveLength(1);
    expect(issuesOf(await post({ ...byFhir(whole), fhirServer }, closed()), 412)[0]?.diagnostics).toContain(
      'may not read',
    );
  });

  test.each(['', '/', '/../fhir', '/../fhir/'])(
    '[G6] a listed server is known with %j at its end',
    async (end) => {
      const host = mock.url.replace('127.0.0.1', 'LOCALHOST');
      expect(
        cardsOf(await post({ ...byFhir(whole), fhirServer: host + end }, closed(`${mock.url}/`))),
      ).toHaveLength(1);
    },
  );

  test('[K9] the address of keys that a token names is never visited', async () => {
    const part = (json: Json): string => Buffer.from(JSON.stringify(json)).toString('base64url');
    const header = { alg: 'ES384', typ: 'JWT', kid: 'k', jku: `${elsewhere.origin}/jwks.json` };
    const jwt = `${part(header)}.${part({ iss: elsewhere.origin })}.${part({})}`;
    const { default: request } = await import('supertest');
    await request(appForTest())
      .post('/cds-services/nerve-block-order-sign')
      .set('Authorization', `Bearer ${jwt}`)
      .send(byFhir(whole));
    expect(elsewhere.seen).toEqual([]);
  });
});
