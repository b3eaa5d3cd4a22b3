import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import * as fc from 'fast-check';
import request, { type Response } from 'supertest';
import { KEY_OF_TYPE } from '../src/demo/scenario';
import { EVERY_CASE, type ScenarioRequest } from './contract/every-scenario';
import { bundleOf, chartRequest, SERVICE, withContext, withoutIds, type Json } from './contract/support';
import { brokenRules } from './support/card-rules';
import { answer, answerAsReceived, appForTest, dependenciesForTest } from './support/service-for-test';

fc.configureGlobal({ numRuns: 20 });

const anyCase = fc.constantFrom(...EVERY_CASE).map(({ body }) => body);

/** The answer without what is new in every call. */
function answerTo(body: object): unknown {
  return withoutIds(answer(body));
}

/** A seed that sorts anything the same way twice. */
const seed = fc.integer({ min: 1, max: 2 ** 31 - 1 });

function shuffled<Item>(items: readonly Item[], from: number): Item[] {
  let state = from;
  const next = (): number => {
    state = (state * 48_271) % 2_147_483_647;
    return state;
  };
  return items
    .map((item) => ({ item, key: next() }))
    .toSorted((a, b) => a.key - b.key)
    .map(({ item }) => item);
}

interface Entry {
  readonly resource: Json;
}

function isBundle(value: unknown): value is { readonly entry: readonly Entry[] } {
  return typeof value === 'object' && value !== null && 'entry' in value && Array.isArray(value.entry);
}

/** The request with each Bundle of its prefetch changed. */
function withEntries(
  body: ScenarioRequest,
  change: (entries: readonly Entry[], key: string) => readonly Entry[],
) {
  const prefetch = Object.entries(body.prefetch).map(([key, value]) => [
    key,
    isBundle(value) ? { ...value, entry: change(value.entry, key) } : value,
  ]);
  return { ...body, prefetch: Object.fromEntries(prefetch) as Record<string, unknown> };
}

function ordersOf(body: ScenarioRequest): Json[] {
  return body.context.draftOrders.entry.map(({ resource }) => resource);
}

function withOrders(body: ScenarioRequest, orders: readonly Json[]) {
  return withContext(body, { draftOrders: bundleOf(...orders) });
}

/** JSON with every list named `coding` changed. */
function withCodings<Value>(
  value: Value,
  change: (codings: readonly unknown[]) => readonly unknown[],
): Value {
  if (Array.isArray(value)) return value.map((item: unknown) => withCodings(item, change)) as Value;
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).map(([name, member]: [string, unknown]) => [
    name,
    name === 'coding' && Array.isArray(member) ? change(member) : withCodings(member, change),
  ]);
  return Object.fromEntries(members) as Value;
}

/** The answer with the codings of its proposed orders sorted: an update carries them in the order of the draft. */
function sortedAnswerTo(body: object): unknown {
  const keyOf = (coding: unknown): string => JSON.stringify(coding);
  return withCodings(answerTo(body), (codings) => codings.toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1)));
}

const LOCAL = { system: 'https://ehr.example/codes', code: 'LOCAL-1', display: 'Local words' };

describe('order never matters', () => {
  test('of the entries of the prefetch', () => {
    fc.assert(
      fc.property(anyCase, seed, (body, by) => {
        expect(answerTo(withEntries(body, (entries) => shuffled(entries, by)))).toEqual(answerTo(body));
      }),
    );
  });

  test('of the keys of the prefetch', () => {
    fc.assert(
      fc.property(anyCase, seed, (body, by) => {
        const prefetch = Object.fromEntries(shuffled(Object.entries(body.prefetch), by));
        expect(answerTo({ ...body, prefetch })).toEqual(answerTo(body));
      }),
    );
  });

  test('of the draft orders', () => {
    fc.assert(
      fc.property(anyCase, seed, (body, by) => {
        expect(answerTo(withOrders(body, shuffled(ordersOf(body), by)))).toEqual(answerTo(body));
      }),
    );
  });

  test('of many draft orders of different codes, sides and days', () => {
    const order = fc.record({
      code: fc.constantFrom('64479', '64480', '64483', '64484', '64493', '62323', '77003', '99152'),
      side: fc.constantFrom('left', 'right', 'bilateral', ''),
      level: fc.constantFrom('L4-5', 'L5', 'C5-6', 'L4-5 and L5-S1', ''),
      day: fc.constantFrom('2026-03-16', '2026-04-06', undefined),
      requisition: fc.constantFrom('r1', 'r2', undefined),
    });
    const base = chartRequest('base-lumbar');
    const [template] = ordersOf(base);
    const draft = (
      {
        code,
        side,
        level,
        day,
        requisition,
      }: typeof order extends fc.Arbitrary<infer Drafted> ? Drafted : never,
      i: number,
    ): Json => ({
      ...template,
      id: `sr${i}`,
      code: { coding: [{ system: 'http://www.ama-assn.org/go/cpt', code }] },
      bodySite: [{ text: `${side} ${level}` }],
      occurrenceDateTime: day,
      ...(requisition !== undefined && { requisition: { value: requisition } }),
    });
    fc.assert(
      fc.property(fc.array(order, { minLength: 2, maxLength: 6 }), seed, (list, by) => {
        const orders = list.map(draft);
        expect(answerTo(withOrders(base, shuffled(orders, by)))).toEqual(answerTo(withOrders(base, orders)));
      }),
      { numRuns: 30 },
    );
  });

  test('of the codings inside a concept', () => {
    fc.assert(
      fc.property(anyCase, seed, (body, by) => {
        const rich = withCodings(body, (codings) => [...codings, LOCAL]);
        const mixed = withCodings(body, (codings) => shuffled([...codings, LOCAL], by));
        expect(sortedAnswerTo(mixed)).toEqual(sortedAnswerTo(rich));
      }),
    );
  });

  test('of the codings inside a concept that has no text', () => {
    const wordless = <Value>(value: Value): Value =>
      JSON.parse(
        JSON.stringify(value, (name, member: unknown) =>
          name === 'text' && typeof member === 'string' && !/home exercise/iu.test(member)
            ? undefined
            : member,
        ),
      ) as Value;
    fc.assert(
      fc.property(anyCase, seed, (body, by) => {
        const rich = wordless(withCodings(body, (codings) => [...codings, LOCAL]));
        const mixed = wordless(withCodings(body, (codings) => shuffled([...codings, LOCAL], by)));
        expect(sortedAnswerTo(mixed)).toEqual(sortedAnswerTo(rich));
      }),
    );
  });
});

const SUBJECT_OF: Readonly<Record<string, string>> = {
  AllergyIntolerance: 'patient',
  Coverage: 'beneficiary',
  Task: 'for',
};

/** Every different resource of the prefetch of all cases: whatever a rule looks for is among them. */
const EVERY_RESOURCE: readonly Json[] = [
  ...new Map(
    EVERY_CASE.flatMap(({ body }) =>
      Object.values(body.prefetch).flatMap((value) => (isBundle(value) ? value.entry : [])),
    )
      .filter(({ resource }) => String(resource['resourceType']) in KEY_OF_TYPE)
      .map(({ resource }) => [JSON.stringify(resource), resource] as const),
  ).values(),
];

/** The resource as one of the given patient. */
function adopted(resource: Json, patientId: string): Json {
  const { subject: _subject, patient: _patient, for: _for, beneficiary: _beneficiary, ...rest } = resource;
  const member = SUBJECT_OF[String(resource['resourceType'])] ?? 'subject';
  return { ...rest, id: `added-${String(resource['id'])}`, [member]: { reference: `Patient/${patientId}` } };
}

function enteredInError(resource: Json): Json {
  const type = String(resource['resourceType']);
  if (type === 'Goal') return { ...resource, lifecycleStatus: 'entered-in-error' };
  if (type !== 'Condition' && type !== 'AllergyIntolerance')
    return { ...resource, status: 'entered-in-error' };
  const { clinicalStatus: _status, ...rest } = resource;
  return { ...rest, verificationStatus: { coding: [{ code: 'entered-in-error' }] } };
}

function added(body: ScenarioRequest, resource: Json, at: number) {
  const key = KEY_OF_TYPE[String(resource['resourceType'])] ?? '';
  const value = body.prefetch[key];
  if (value === undefined) return body;
  const entries = isBundle(value) ? value.entry : [];
  const place = at % (entries.length + 1);
  const entry = [...entries.slice(0, place), { resource }, ...entries.slice(place)];
  return { ...body, prefetch: { ...body.prefetch, [key]: { resourceType: 'Bundle', entry } } };
}

const anyResource = fc.constantFrom(...EVERY_RESOURCE);

describe('what is no evidence changes nothing', () => {
  test('the pool holds resources that would change an answer', () => {
    const body = chartRequest('base-lumbar');
    const asItIs = JSON.stringify(answerTo(body));
    const changing = EVERY_RESOURCE.filter((resource) => {
      const changedBody = added(body, adopted(resource, body.context.patientId), 0);
      return JSON.stringify(answerTo(changedBody)) !== asItIs;
    });
    expect(changing.length).toBeGreaterThan(20);
  });

  test('a resource that was entered in error', () => {
    fc.assert(
      fc.property(anyCase, anyResource, fc.nat(), (body, resource, at) => {
        const wrong = enteredInError(adopted(resource, body.context.patientId));
        expect(answerTo(added(body, wrong, at))).toEqual(answerTo(body));
      }),
      { numRuns: 30 },
    );
  });

  test('a resource of another patient', () => {
    const strangers = ['somebody-else', 'base', 'base-lumbar-2', 'SEED-000'];
    fc.assert(
      fc.property(
        anyCase,
        anyResource,
        fc.nat(),
        fc.constantFrom(...strangers),
        (body, resource, at, who) => {
          expect(answerTo(added(body, adopted(resource, who), at))).toEqual(answerTo(body));
        },
      ),
      { numRuns: 30 },
    );
  });

  test('a resource of another patient under an id of this one', () => {
    fc.assert(
      fc.property(anyCase, anyResource, fc.nat(), (body, resource, at) => {
        const { procedures } = body.prefetch;
        const ids = isBundle(procedures) ? procedures.entry.map((entry) => entry.resource['id']) : [];
        const stranger = {
          ...adopted(resource, 'somebody-else'),
          id: ids[at % Math.max(ids.length, 1)] ?? 'x',
        };
        expect(answerTo(added(body, stranger, at))).toEqual(answerTo(body));
      }),
      { numRuns: 30 },
    );
  });
});

describe('any JSON is answered', () => {
  let server: Server;
  let url = '';
  beforeAll(async () => {
    server = createServer(appForTest());
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(async () => {
    await new Promise((resolve) => {
      server.close(resolve);
      server.closeAllConnections();
    });
  });

  function send(body: unknown): Promise<Response> {
    return Promise.resolve(
      request(url).post(SERVICE).set('Content-Type', 'application/json').send(JSON.stringify(body)),
    );
  }

  /** Status and kind of the answer: cards, or an OperationOutcome of a 4xx. */
  async function kindOf(body: unknown): Promise<string> {
    const { status, body: answered } = (await send(body)) as { status: number; body: Json };
    const kind = Array.isArray(answered['cards']) ? 'cards' : JSON.stringify(answered['resourceType']);
    return `${status} ${kind}`;
  }

  test('any value as the body is refused', async () => {
    await fc.assert(
      fc.asyncProperty(fc.jsonValue(), async (body) => {
        expect(await kindOf(body)).toBe('400 "OperationOutcome"');
      }),
      { numRuns: 30 },
    );
  });

  const isWritten = (value: unknown): boolean => typeof value === 'string' && value.trim() !== '';
  const isMembers = (value: unknown): boolean =>
    typeof value === 'object' && value !== null && !Array.isArray(value);
  const CARDS = '200 cards';
  const REFUSED = '400 "OperationOutcome"';
  const NO_CHART = '412 "OperationOutcome"';
  /** What CDS Hooks makes of a value that knows nothing of this service, by the member it stands in. */
  const ANSWER_TO: Readonly<Record<string, (value: unknown) => string>> = {
    hook: () => REFUSED,
    hookInstance: (value) => (isWritten(value) ? CARDS : REFUSED),
    fhirServer: () => CARDS,
    fhirAuthorization: (value) => (isMembers(value) ? REFUSED : CARDS),
    context: () => REFUSED,
    prefetch: (value) => (value === null || isMembers(value) ? NO_CHART : REFUSED),
    extension: () => CARDS,
  };
  test.each(Object.keys(ANSWER_TO))('any value as %s', async (name) => {
    await fc.assert(
      fc.asyncProperty(fc.jsonValue(), async (value) => {
        expect(await kindOf({ ...chartRequest('base-lumbar'), [name]: value })).toBe(
          ANSWER_TO[name]?.(value),
        );
      }),
      { numRuns: 20, examples: [[null], [''], [0], [[]], [{}], ['x']] },
    );
  });

  test.each(['extension', 'prefetch', 'resource', 'supportingInfo'])(
    'JSON that is nested very deep under %s',
    async (name) => {
      const [order] = ordersOf(chartRequest('base-lumbar'));
      const body = withOrders(chartRequest('base-lumbar'), [
        { ...order, bodySite: null, supportingInfo: [] },
      ]);
      const depth = 50_000;
      const deep = `{"contained":`.repeat(depth) + '{}' + '}'.repeat(depth);
      const sent = JSON.stringify(body).replace(`"${name}":`, `"${name}":[${deep}],"was-${name}":`);
      const response = await request(url).post(SERVICE).set('Content-Type', 'application/json').send(sent);
      expect([200, 400, 413]).toContain(response.status);
    },
  );

  test('any value anywhere in an order or in the chart', () => {
    type Path = readonly string[];
    const pathsIn = (value: unknown, path: Path = []): Path[] =>
      typeof value !== 'object' || value === null
        ? [path]
        : [path, ...Object.entries(value).flatMap(([name, member]) => pathsIn(member, [...path, name]))];
    const replaced = (value: unknown, [name, ...rest]: Path, by: unknown): unknown => {
      if (name === undefined) return by;
      const member: unknown = (value as Json)[name];
      if (Array.isArray(value))
        return value.map((item: unknown, i) => (String(i) === name ? replaced(item, rest, by) : item));
      return { ...(value as Json), [name]: replaced(member, rest, by) };
    };
    const odd = fc.oneof(
      fc.jsonValue(),
      fc.constantFrom(
        '',
        ' ',
        '0000-00-00',
        '9999-12-31',
        '2026-13-45',
        '2026',
        -1,
        1e308,
        '<b>',
        [[]],
        [null],
        {},
        { reference: 7 },
      ),
    );
    const places = EVERY_CASE.map(({ body }) => ({ body, paths: pathsIn(body) }));
    const mutated = fc
      .tuple(fc.constantFrom(...places), fc.nat(), odd)
      .map(([{ body, paths }, at, by]) => replaced(body, paths[at % paths.length] ?? [], by));
    fc.assert(
      fc.property(mutated, (body) => {
        let status = 200;
        let broken: readonly string[] = [];
        try {
          broken = brokenRules(answer(body));
        } catch (error) {
          status = error instanceof Error && 'status' in error ? Number(error.status) : 500;
        }
        expect([200, 400, 412]).toContain(status);
        expect(broken).toEqual([]);
      }),
      { numRuns: 100 },
    );
  });
});

describe('the clock', () => {
  /** The answer as the service gives it on the given day. */
  function answerOn(body: object, now: Date): unknown {
    jest.useFakeTimers({ now });
    try {
      const today = (): number => Math.floor(Date.now() / 86_400_000);
      const copy: unknown = JSON.parse(JSON.stringify(body));
      return answerAsReceived(copy, { ...dependenciesForTest(), today });
    } finally {
      jest.useRealTimers();
    }
  }

  const anyDay = fc.date({ min: new Date('1990-01-01'), max: new Date('2090-01-01'), noInvalidDate: true });

  test('never changes an answer about orders that carry a date', () => {
    fc.assert(
      fc.property(anyCase, anyDay, (body, now) => {
        expect(answerOn(body, now)).toEqual(answerOn(body, new Date('2026-03-16T12:00:00Z')));
      }),
    );
  });

  test('never changes an answer about orders that only say when they were written', () => {
    fc.assert(
      fc.property(anyCase, anyDay, (body, now) => {
        const orders = ordersOf(body).map(({ occurrenceDateTime: _day, ...order }) => ({
          ...order,
          authoredOn: '2026-03-16',
        }));
        const undated = withOrders(body, orders);
        expect(answerOn(undated, now)).toEqual(answerOn(undated, new Date('2026-03-16T12:00:00Z')));
      }),
    );
  });

  test('decides for orders without any date', () => {
    const body = chartRequest('base-lumbar');
    const orders = ordersOf(body).map(({ occurrenceDateTime: _day, authoredOn: _on, ...order }) => order);
    const undated = withOrders(body, orders);
    expect(answerOn(undated, new Date('2026-03-16T12:00:00Z'))).toEqual(
      answerOn(undated, new Date('2026-03-16T20:00:00Z')),
    );
    expect(answerOn(undated, new Date('2026-03-16T12:00:00Z'))).not.toEqual(
      answerOn(undated, new Date('2027-03-16T12:00:00Z')),
    );
  });
});
