import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import request, { type Response } from 'supertest';
import { appForTest } from '../support/service-for-test';
import {
  assessmentOf,
  bundleOf,
  cardOf,
  cardsOf,
  pathsOf,
  post,
  SELECT_SERVICE,
  SERVICE,
  withoutIds,
  type Json,
} from './support';

interface SandboxRequest {
  readonly hook: string;
  readonly context: Json & {
    readonly draftOrders: { readonly entry: readonly { readonly resource: Json }[] };
  };
  readonly [member: string]: unknown;
}

/** What the public CDS Hooks Sandbox sent, as captured in a browser. */
function captured(name: string): SandboxRequest {
  const file = join(__dirname, 'sandbox-requests', `${name}.json`);
  return JSON.parse(readFileSync(file, 'utf8')) as SandboxRequest;
}

const SIGN = captured('order-sign-servicerequest');
const SELECT = captured('order-select-servicerequest');
const RX_SIGN = captured('order-sign-rxsign');

function orderOf({ context }: SandboxRequest): Json {
  return context.draftOrders.entry[0]?.resource ?? {};
}

const PROCEDURE = orderOf(SIGN);
const DRUG = orderOf(RX_SIGN);
const SELECTIONS = { selections: ['ServiceRequest/example-request-id'] };

/** As the Sandbox builds its request: no Bundle type, no fhirAuthorization, no encounter. */
function sandboxRequest(order: Json, context: Json = {}) {
  const { selections: _selections, ...rest } = SIGN.context;
  const draftOrders = { resourceType: 'Bundle', entry: [{ resource: order }] };
  return { ...SIGN, context: { ...rest, draftOrders, ...context } };
}

/** As the browser sends it, with its headers. */
function fromBrowser(path: string, body: object): Promise<Response> {
  return Promise.resolve(
    request(appForTest())
      .post(path)
      .set('Origin', 'http://localhost:8080')
      .set('Authorization', 'Bearer eyJhbGciOiJFUzM4NCJ9.e30.c2lnbmF0dXJl')
      .set('Accept', 'application/json')
      .set('Content-Type', 'application/json')
      .send(body),
  );
}

describe('the requests that the public sandbox sent', () => {
  test('[D4 C10] order-sign with a ServiceRequest gets the card of the block', async () => {
    const response = await fromBrowser(SERVICE, SIGN);
    expect(response.headers['access-control-allow-origin']).toBe('*');
    const { lines, criteria, determination } = assessmentOf(cardOf(response));
    expect(lines).toEqual([
      { order: 'ServiceRequest/example-request-id', code: '64483', determination: 'documentation-gaps' },
    ]);
    expect(determination).toBe('documentation-gaps');
    expect(criteria.find(({ id }) => id === 'TF-DX')?.status).toBe('met');
    expect(criteria.find(({ id }) => id === 'TF-BASE')?.status).toBe('not-assessed');
  });

  test('[D4] its coverage chooses the profile', async () => {
    expect(assessmentOf(cardOf(await fromBrowser(SERVICE, SIGN))).profile).toBe('medicare-lcd');
  });

  test('[D14] order-select with the same order gets the same card', async () => {
    const [selected, signed] = [await fromBrowser(SELECT_SERVICE, SELECT), await fromBrowser(SERVICE, SIGN)];
    expect(withoutIds(cardsOf(selected))).toEqual(withoutIds(cardsOf(signed)));
  });

  test('[D6 N3] order-sign with a MedicationRequest gets no card', async () => {
    expect(cardsOf(await fromBrowser(SERVICE, RX_SIGN))).toEqual([]);
  });

  test('[D14 C2] order-select called with the hook order-sign is answered', async () => {
    const body = { ...SELECT, hook: 'order-sign' };
    expect(withoutIds(cardsOf(await fromBrowser(SELECT_SERVICE, body)))).toEqual(
      withoutIds(cardsOf(await fromBrowser(SELECT_SERVICE, SELECT))),
    );
  });

  test('[D14] order-select before anything is chosen gets no card', async () => {
    const draft = { ...PROCEDURE, code: { coding: [{}] }, reasonCode: [] };
    const body = { ...SELECT, context: { ...SELECT.context, draftOrders: bundleOf(draft) } };
    expect(cardsOf(await fromBrowser(SELECT_SERVICE, body))).toEqual([]);
  });

  test('[D14] order-select of a drug gets no card', async () => {
    const context = { ...RX_SIGN.context, selections: ['MedicationRequest/request-123'] };
    expect(cardsOf(await fromBrowser(SELECT_SERVICE, { ...RX_SIGN, hook: 'order-select', context }))).toEqual(
      [],
    );
  });

  test.each([SERVICE, SELECT_SERVICE])('[D4] without draft orders %s refuses by name', async (path) => {
    const { draftOrders: _orders, ...context } = SELECT.context;
    const hook = path === SERVICE ? 'order-sign' : 'order-select';
    expect(pathsOf(await fromBrowser(path, { ...SELECT, hook, context }))).toEqual(['context.draftOrders']);
  });
});

describe('the public sandbox', () => {
  test('[D4] its order of a nerve block, in a Bundle without a type, is judged', async () => {
    const card = cardOf(await post(sandboxRequest(PROCEDURE, SELECTIONS)));
    expect(assessmentOf(card).lines).toEqual([
      expect.objectContaining({ order: 'ServiceRequest/example-request-id', code: '64483' }),
    ]);
    expect(assessmentOf(card).criteria.find(({ id }) => id === 'TF-DX')?.status).toBe('met');
  });

  test('[D6 N3] its drug order, with a category that is no list, gets no card', async () => {
    expect(cardsOf(await post(sandboxRequest(DRUG)))).toEqual([]);
  });

  test('[D4 D6] its first draft, with a coding that is empty, gets no card', async () => {
    const first = { ...PROCEDURE, code: { coding: [{}] }, reasonCode: [] };
    expect(cardsOf(await post(sandboxRequest(first, SELECTIONS)))).toEqual([]);
  });

  test('[D6] its drug order before a drug is chosen gets no card', async () => {
    const { medicationCodeableConcept: _drug, intent: _intent, ...unchosen } = DRUG;
    expect(cardsOf(await post(sandboxRequest(unchosen)))).toEqual([]);
  });

  test('[D4] its nerve block with a category that is no list is judged the same', async () => {
    const order = { ...PROCEDURE, category: { coding: [{ code: '387713003' }] }, bodySite: { text: 'left' } };
    const { lines } = assessmentOf(cardOf(await post(sandboxRequest(order))));
    expect(lines).toHaveLength(1);
  });

  test('[D6] a drug order and a nerve block together get the card of the nerve block', async () => {
    const draftOrders = { ...bundleOf(DRUG, PROCEDURE), type: undefined };
    const { lines } = assessmentOf(cardOf(await post(sandboxRequest(DRUG, { draftOrders }))));
    expect(lines.map(({ order }) => order)).toEqual(['ServiceRequest/example-request-id']);
  });

  test('[C2] its order-select body is refused here, by the hook', async () => {
    const body = { ...sandboxRequest(PROCEDURE, SELECTIONS), hook: 'order-select' };
    expect(pathsOf(await post(body))).toEqual(['hook']);
  });

  test('[D4] its second click on Rx Sign, without draft orders, is refused by name', async () => {
    const body = sandboxRequest(DRUG, { draftOrders: undefined });
    expect(pathsOf(await post(body))).toEqual(['context.draftOrders']);
  });

  test('[C9 E9] its request without prefetch is told that the chart is missing', async () => {
    const body = { ...sandboxRequest(PROCEDURE, SELECTIONS), prefetch: undefined };
    expect((await post(body)).status).toBe(412);
  });
});
