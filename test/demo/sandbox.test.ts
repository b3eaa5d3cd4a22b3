import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runInNewContext } from 'node:vm';
import { load } from 'js-yaml';
import request from 'supertest';
import { demoCases } from '../../src/demo/demo-cases';
import { demoRoutes } from '../../src/demo/demo-routes';
import type { HookResponse } from '../../src/present/card';
import { appForTest, FIXTURES, policyData, ROOT } from '../support/service-for-test';

const app = appForTest({ demo: demoRoutes(FIXTURES, policyData) });
const cases = demoCases(FIXTURES);
const PAGE = readFileSync(join(ROOT, 'docs', 'cds-hooks-sandbox.md'), 'utf8');
const ORDERS = '/sandbox/cds-services/nerve-block-demo-orders';

/** As the imaging screen sends its draft. */
function drafted(patientId: string, members: object = { code: { coding: [{}] }, reasonCode: [] }) {
  const resource = {
    resourceType: 'ServiceRequest',
    id: 'example-request-id',
    status: 'draft',
    intent: 'plan',
    subject: { reference: `Patient/${patientId}` },
    ...members,
  };
  const draftOrders = { resourceType: 'Bundle', entry: [{ resource }] };
  return {
    hook: 'order-select',
    hookInstance: 'd1577c69-dfbe-44ad-ba6d-3e05e953b2ea',
    context: {
      userId: 'Practitioner/COREPRACTITIONER1',
      patientId,
      selections: ['ServiceRequest/example-request-id'],
      draftOrders,
    },
  };
}

async function cardsFor(body: object): Promise<HookResponse['cards']> {
  const { status, body: answer } = await request(app).post(ORDERS).send(body);
  expect(status).toBe(200);
  return (answer as HookResponse).cards;
}

test('the helper is found beside the service, and is not one of ours', async () => {
  const { body } = await request(app).get('/sandbox/cds-services');
  expect(body).toMatchObject({ services: [{ id: 'nerve-block-demo-orders', hook: 'order-select' }] });
  const ours = await request(app).get('/cds-services');
  expect(JSON.stringify(ours.body)).not.toContain('demo-orders');
  expect((await request(appForTest()).get('/sandbox/cds-services')).status).toBe(404);
});

test.each(cases.filter(({ orders }) => orders.length > 0).map((of) => [of.id, of] as const))(
  'its buttons put an order of %s into the draft, as the Sandbox takes it',
  async (id, { orders }) => {
    const [card] = await cardsFor(drafted(id));
    expect(card?.suggestions).toHaveLength(orders.length);
    for (const [i, suggestion] of (card?.suggestions ?? []).entries()) {
      const [action] = suggestion.actions;
      expect(action).toMatchObject({
        type: 'update',
        resource: {
          id: 'example-request-id',
          code: orders[i]?.['code'],
          extension: [{ url: expect.any(String) }],
        },
      });
    }
    expect(await cardsFor(drafted(id, { code: orders[0]?.['code'] }))).toEqual([]);
  },
);

test.each([{}, { context: null }, { context: { patientId: 'nobody' } }, [], drafted('brenda')])(
  'it has nothing to say to %j',
  async (body) => {
    expect(await cardsFor(body)).toEqual([]);
  },
);

test('every link of the page names what there is', async () => {
  const links = [...PAGE.matchAll(/\(https:\/\/sandbox\.cds-hooks\.org\/\?([^)]+)\)/gu)].map(
    ([, query]) => new URLSearchParams(query),
  );
  expect(links).toHaveLength(2);
  for (const link of links) {
    for (const url of [
      ...(link.get('serviceDiscoveryURL') ?? '').split(','),
      `${link.get('fhirServiceUrl')}/metadata`,
    ]) {
      const { pathname, origin } = new URL(url);
      expect([origin, (await request(app).get(pathname)).status]).toEqual(['http://localhost:3000', 200]);
    }
    expect(cases.map(({ id }) => id)).toContain(link.get('patientId'));
  }
});

test('the client that it would be is written as clients are', () => {
  const [, yaml = ''] = /```yaml\n([\s\S]+?)```/u.exec(PAGE) ?? [];
  expect(load(yaml)).toEqual({
    clients: [
      {
        iss: 'https://sandbox.cds-hooks.org',
        jku: expect.stringMatching(/^https:\/\/sandbox\.cds-hooks\.org\//u),
        fhirServers: ['http://localhost:3000/fhir'],
      },
    ],
  });
});

test.each(['__reactContainer$abc', '_reactRootContainer'])(
  'the bookmarklet finds the store of a page that React has rendered (%s), and signs',
  (name) => {
    const [, code = ''] = /```js bookmarklet\njavascript: ([\s\S]+?)```/u.exec(PAGE) ?? [];
    const dispatched: unknown[] = [];
    const store = { dispatch: (action: unknown) => dispatched.push(action) };
    const fiber = {
      memoizedProps: null,
      child: { memoizedProps: {}, sibling: { memoizedProps: { store } } },
    };
    const root = { [name]: name.startsWith('__') ? fiber : { _internalRoot: { current: fiber } } };
    runInNewContext(code, { document: { getElementById: () => root }, prompt: () => '64493' });
    expect(dispatched).toMatchObject([
      { type: 'UPDATED_STUDY', coding: { code: '64493' } },
      { type: 'SET_HOOK', hook: 'order-sign' },
      { type: 'TRIGGER_ORDER_SIGN' },
    ]);
  },
);
