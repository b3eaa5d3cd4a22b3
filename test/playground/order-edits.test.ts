import { demoCases } from '../../src/demo/demo-cases';
import { fieldsOf, newOrder, withFields } from '../../src/playground/order-edits';
import { FIXTURES } from '../support/service-for-test';

const orders = demoCases(FIXTURES).flatMap((one) => one.orders);
const [order = {}] = demoCases(FIXTURES).find(({ id }) => id === '04-care-too-short')?.orders ?? [];

test('the form shows what the order says', () => {
  expect(fieldsOf(order)).toEqual({
    codes: '64483',
    side: 'left',
    site: 'Left',
    reasonCodes: 'M54.17',
    reason: 'Lumbosacral radiculopathy',
    modifiers: [],
    note: 'L5 selective nerve root block, fluoroscopy',
    date: '2026-03-16',
  });
});

test('a changed field changes nothing else', () => {
  for (const each of orders) expect(withFields(each, {})).toEqual(each);
  expect(withFields(order, { date: '2026-04-01' })).toEqual({ ...order, occurrenceDateTime: '2026-04-01' });
});

test('every field that is written is read again', () => {
  const changed = {
    codes: '64483, 64484',
    side: 'right',
    site: 'Right L4-5',
    reasonCodes: 'M54.16',
    reason: 'Lumbar radiculopathy',
    modifiers: ['KX', '50'],
    note: 'diagnostic',
    date: '2026-04-01',
  };
  for (const each of [...orders, newOrder('p', '64483', '')])
    expect(fieldsOf(withFields(each, changed))).toEqual(changed);
});

test('words that only say the side follow it', () => {
  expect(withFields(order, { side: 'right' })['bodySite']).toEqual([
    { coding: [{ system: 'http://snomed.info/sct', code: '24028007', display: 'Right' }], text: 'Right' },
  ]);
  expect(withFields(order, { side: '' })).not.toHaveProperty('bodySite');
});

test('a field that is emptied leaves no empty element', () => {
  const emptied = withFields(order, { reason: '', reasonCodes: '', note: '', date: '' });
  for (const name of ['reasonCode', 'note', 'occurrenceDateTime']) expect(emptied).not.toHaveProperty(name);
});
