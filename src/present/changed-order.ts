import { SNOMED_OF_SIDE, type Side } from '../anatomy/side';
import { type Json, isObject, objects, text } from '../fhir/read';
import type { DraftOrder } from '../gather/draft-orders';
import { CODE_SYSTEMS } from '../policy/code-systems';

/** Whether an update or delete can name the order and what it would send is whole. */
export function canBeChanged(order: DraftOrder): boolean {
  const code = order.resource['code'];
  return order.isAddressable && isObject(code) && Array.isArray(code['coding']);
}

/** The order as it came, with its coding of one procedure code replaced; a text that spoke of the old code goes. */
export function withCode(resource: Json, from: string, to: string, label: string): Json {
  const { text: _old, ...code } = isObject(resource['code']) ? resource['code'] : {};
  const coding = objects(code['coding']).map((c) =>
    c['system'] === CODE_SYSTEMS.cpt && c['code'] === from
      ? { system: CODE_SYSTEMS.cpt, code: to, display: label }
      : c,
  );
  return { ...resource, code: { ...code, coding, ...(coding.length === 1 && { text: label }) } };
}

const KEPT_FOR_A_NEW_LINE = [
  'encounter',
  'occurrenceDateTime',
  'occurrencePeriod',
  'occurrenceTiming',
  'authoredOn',
  'requester',
  'performer',
  'performerType',
  'insurance',
  'priority',
  'category',
  'reasonCode',
  'reasonReference',
  'requisition',
] as const;

const INTENTS: readonly string[] = [
  'proposal',
  'plan',
  'order',
  'original-order',
  'reflex-order',
  'filler-order',
];

/** Whether an element refers to a resource contained in the order, which a new order would not contain. */
function pointsInside(element: unknown): boolean {
  return JSON.stringify(element).includes('"reference":"#');
}

/** A new line beside an existing one: for the same patient, visit, reason and side, at a level still to be stated. */
export function newLineBeside(order: DraftOrder, code: string, label: string, patient: string): Json {
  const intent = text(order.resource['intent']) ?? '';
  const kept = Object.fromEntries(
    KEPT_FOR_A_NEW_LINE.flatMap((member) =>
      order.resource[member] === undefined || pointsInside(order.resource[member])
        ? []
        : [[member, order.resource[member]]],
    ),
  );
  const side = order.side && { bodySite: [{ coding: [sideCoding(order.side)] }] };
  const modifiers = objects(order.resource['orderDetail']).filter(
    (detail) => objects(detail['coding']).length > 0,
  );
  const codings = modifiers.map((detail) => ({ coding: detail['coding'] }));
  return {
    resourceType: 'ServiceRequest',
    status: 'draft',
    intent: INTENTS.includes(intent) ? intent : 'order',
    ...kept,
    subject: { reference: patient },
    code: { coding: [{ system: CODE_SYSTEMS.cpt, code, display: label }], text: label },
    ...(codings.length > 0 && { orderDetail: codings }),
    ...side,
  };
}

/** A laterality qualifier for `bodySite`. */
export function sideCoding(side: Side) {
  return {
    system: CODE_SYSTEMS.snomed,
    code: SNOMED_OF_SIDE[side],
    display: side === 'both' ? 'Right and left' : side === 'left' ? 'Left' : 'Right',
  };
}

export const DATE_MEMBERS = ['occurrenceDateTime', 'occurrencePeriod', 'occurrenceTiming'] as const;

/** The order as it came, on other dates. */
export function withDates(resource: Json, dates: Json): Json {
  // A primitive's extensions stand beside it under the same name with an underscore (FHIR R4, JSON).
  const kept = Object.entries(resource).filter(
    ([member]) => !(DATE_MEMBERS as readonly string[]).includes(member.replace(/^_/u, '')),
  );
  return { ...Object.fromEntries(kept), ...dates };
}

/** The orders of lines, each once. */
export function ordersOf(lines: readonly { readonly order: DraftOrder }[]): DraftOrder[] {
  return [...new Set(lines.map(({ order }) => order))];
}

/** An update of an order in the members named. */
export function updated(order: DraftOrder, members: Json, words: Readonly<Record<string, string>> = {}) {
  return { change: { type: 'update' as const, resource: { ...order.resource, ...members } }, order, words };
}
