import { isObject, text, type Json } from '../fhir/read';
import { el } from './dom';
import { fieldsOf, MODIFIERS, newOrder, SIDES, withFields, type OrderFields } from './order-edits';
import { withNewId, type Draft } from './suggestions';

/** The draft orders and what becomes of a change. */
export interface OrderEditor {
  /** The draft as it stands when it is asked for. */
  readonly draft: () => Draft;
  readonly patientId: string;
  /** A code for a new order. */
  readonly usualCode: string;
  /** An order was edited in place; the form shows it already. */
  readonly edited: (i: number, order: Json) => void;
  /** There are other orders now; the form is to be drawn anew. */
  readonly replaced: (orders: readonly Json[]) => void;
}

type TextField = Exclude<keyof OrderFields, 'modifiers' | 'side'>;

const TEXT_FIELDS: readonly (readonly [TextField, label: string, type: string])[] = [
  ['codes', 'CPT', 'text'],
  ['date', 'Date', 'date'],
  ['site', 'Site', 'text'],
  ['reasonCodes', 'ICD-10-CM', 'text'],
  ['reason', 'Reason', 'text'],
  ['note', 'Note', 'text'],
];

/** A part of the form that follows the order. */
interface FormPart {
  readonly node: HTMLElement;
  readonly show: (order: Json) => void;
}

function jsonPart(id: string, use: (order: Json) => void): FormPart {
  const area = el('textarea', { id, rows: 12, spellcheck: 'false' });
  const mistake = el('p', { role: 'alert' });
  const read = (): void => {
    mistake.textContent = '';
    try {
      const value: unknown = JSON.parse(area.value);
      if (isObject(value)) use(value);
      else mistake.textContent = 'An order is a JSON object.';
    } catch {
      mistake.textContent = 'This is not JSON.';
    }
  };
  const node = el(
    'details',
    {},
    el('summary', {}, 'As JSON'),
    el('label', { for: id }, 'The whole order'),
    area,
    el('button', { type: 'button', click: read }, 'Use this JSON'),
    mistake,
  );
  return { node, show: (order) => (area.value = JSON.stringify(order, null, 2)) };
}

type Write = (changed: Partial<OrderFields>) => void;

function field(id: string, label: string, input: HTMLElement): HTMLElement {
  return el('div', { class: 'field' }, el('label', { for: id }, label), input);
}

function textParts(id: (name: string) => string, write: Write): FormPart[] {
  return TEXT_FIELDS.map(([name, label, type]) => {
    const input = el('input', {
      id: id(name),
      type,
      ...(name === 'note' && { placeholder: 'level, guidance, purpose' }),
      autocomplete: 'off',
      ...(name === 'codes' && { list: 'procedures' }),
      change: () => write({ [name]: input.value.trim() }),
    });
    return {
      node: field(id(name), label, input),
      show: (order) => (input.value = fieldsOf(order)[name]),
    };
  });
}

function sidePart(id: string, write: Write): FormPart {
  const select = el(
    'select',
    { id, change: () => write({ side: select.value }) },
    el('option', { value: '' }, 'not stated'),
    ...SIDES.map(({ word }) => el('option', { value: word }, word)),
  );
  return { node: field(id, 'Side', select), show: (order) => (select.value = fieldsOf(order).side) };
}

function modifiersPart(write: Write): FormPart {
  const boxes = MODIFIERS.map((code) => ({ code, box: el('input', { type: 'checkbox' }) }));
  const changed = (): void =>
    write({ modifiers: boxes.filter(({ box }) => box.checked).map(({ code }) => code) });
  const node = el(
    'div',
    { class: 'field', role: 'group', 'aria-label': 'Modifiers', change: changed },
    el('span', {}, 'Modifiers'),
    el('span', {}, ...boxes.map(({ code, box }) => el('label', { class: 'check' }, box, code))),
  );
  const show = (order: Json): void => {
    const { modifiers } = fieldsOf(order);
    for (const { code, box } of boxes) box.checked = modifiers.includes(code);
  };
  return { node, show };
}

function orderPart(order: Json, i: number, { draft, edited, replaced }: OrderEditor): HTMLElement {
  let current = order;
  const use = (next: Json): void => {
    current = next;
    for (const { show } of parts) show(current);
    edited(i, current);
  };
  const write: Write = (changed) => use(withFields(current, changed));
  const id = (name: string): string => `order-${i}-${name}`;
  const [codes, ...texts] = textParts(id, write);
  const parts = [
    ...(codes ? [codes] : []),
    sidePart(id('side'), write),
    ...texts,
    modifiersPart(write),
    jsonPart(id('json'), use),
  ];
  for (const { show } of parts) show(current);
  const remove = (): void => replaced(draft().orders.filter((_, other) => other !== i));
  return el(
    'fieldset',
    { class: 'order' },
    el('legend', {}, `Order ${i + 1}`),
    ...parts.map(({ node }) => node),
    el('button', { type: 'button', click: remove }, `Remove order ${i + 1}`),
  );
}

/** The draft orders as a form. */
export function orderEditor(editor: OrderEditor): HTMLElement {
  const { draft, patientId, usualCode, replaced } = editor;
  const add = (): void => {
    const present = draft();
    const date = text(present.orders[0]?.['occurrenceDateTime']) ?? '';
    replaced([...present.orders, withNewId(newOrder(patientId, usualCode, date), present)]);
  };
  return el(
    'div',
    {},
    draft().orders.length === 0 && el('p', {}, 'There is no draft order yet. Add one, then sign.'),
    ...draft().orders.map((order, i) => orderPart(order, i, editor)),
    el('button', { type: 'button', id: 'add-order', click: add }, 'Add an order'),
  );
}
