import { randomUUID } from 'node:crypto';
import { Router, type RequestHandler } from 'express';
import { codingsOf, isObject, objects, type Json } from '../fhir/read';
import { notAllowed } from '../problem';
import type { DemoCase } from './demo-cases';

const ID = 'nerve-block-demo-orders';
/** The imaging screen of the public CDS Hooks Sandbox applies an update only with this extension. */
const PAMA_RATING = {
  url: 'http://fhir.org/argonaut/Extension/pama-rating',
  valueCodeableConcept: {
    coding: [{ system: 'http://fhir.org/argonaut/CodeSystem/pama-rating', code: 'no-guidelines-apply' }],
  },
};

const DISCOVERY = {
  services: [
    {
      id: ID,
      hook: 'order-select',
      title: 'Nerve block demo orders',
      description:
        'Puts the block that a demo patient is to get into the draft of the Sandbox, which offers only imaging.',
    },
  ],
};

function contextIn(body: unknown): Json {
  return isObject(body) && isObject(body['context']) ? body['context'] : {};
}

function draftIn(context: Json): Json {
  const drafts = isObject(context['draftOrders']) ? objects(context['draftOrders']['entry']) : [];
  return drafts.flatMap(({ resource }) => (isObject(resource) ? [resource] : []))[0] ?? {};
}

function codesOf(order: Json): string[] {
  return codingsOf(order['code']).map(({ code }) => code);
}

/** One button for each order that the demo case has; none once one of them is in the draft. */
function cardFor(draft: Json, { orders, name }: DemoCase) {
  const suggestions = orders.map((order) => {
    const { code, reasonCode } = order;
    const label = `Order ${codesOf(order).join(' and ')}`;
    const resource = { ...draft, code, reasonCode, extension: [PAMA_RATING] };
    return {
      label,
      uuid: randomUUID(),
      actions: [{ type: 'update', description: `${label} in place of the imaging`, resource }],
    };
  });
  return {
    uuid: randomUUID(),
    summary: `Demo: ${name}`.slice(0, 139),
    indicator: 'info',
    source: { label: 'Nerve block CDS, demo' },
    suggestions,
    selectionBehavior: 'at-most-one',
  };
}

/**
 * A CDS service that only helps to try ours in the public CDS Hooks Sandbox: its order screen offers imaging codes alone.
 * It judges nothing.
 */
export function sandboxRoutes(cases: readonly DemoCase[], readBody: readonly RequestHandler[]): Router {
  const router = Router();
  router
    .route('/cds-services')
    .get((_request, response) => {
      response.json(DISCOVERY);
    })
    .all(notAllowed('GET, HEAD, OPTIONS'));
  router
    .route(`/cds-services/${ID}`)
    .post(...readBody, (request, response) => {
      const context = contextIn(request.body);
      const draft = draftIn(context);
      const found = cases.find(({ patientId }) => patientId === context['patientId']);
      const isOrdered = found?.orders.some((order) =>
        codesOf(order).every((code) => codesOf(draft).includes(code)),
      );
      const cards = found && found.orders.length > 0 && !isOrdered ? [cardFor(draft, found)] : [];
      response.json({ cards });
    })
    .all(notAllowed('POST, OPTIONS'));
  return router;
}
