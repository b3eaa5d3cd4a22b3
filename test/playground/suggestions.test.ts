import { afterSuggestion, type Draft } from '../../src/playground/suggestions';

const ORDER = { resourceType: 'ServiceRequest', id: 'a', note: [{ text: 'old' }] };
const OTHER = { resourceType: 'ServiceRequest', id: 'b' };
const DRAFT: Draft = { orders: [ORDER, OTHER], created: [] };
const suggest = (...actions: Parameters<typeof afterSuggestion>[1]['actions'][number][]) =>
  afterSuggestion(DRAFT, { label: 'do it', uuid: 'u', actions });

test('an update replaces the order of its id where it stands', () => {
  const resource = { ...ORDER, note: [{ text: 'new' }] };
  expect(suggest({ type: 'update', description: '', resource }).orders).toEqual([resource, OTHER]);
});

test.each(['ServiceRequest/a', 'a'])('a delete of %s removes the order', (resourceId) => {
  expect(suggest({ type: 'delete', description: '', resourceId }).orders).toEqual([OTHER]);
});

test('a created order joins the draft under an id of its own', () => {
  const resource = { resourceType: 'ServiceRequest', status: 'draft' };
  const { orders, created } = suggest(
    { type: 'create', description: '', resource },
    { type: 'create', description: '', resource },
  );
  expect(orders.map(({ id }) => id)).toEqual(['a', 'b', 'new-1', 'new-2']);
  expect(created).toEqual([]);
});

test.each(['Task', 'DocumentReference'])(
  'a created %s joins the record and not the draft',
  (resourceType) => {
    const { orders, created } = suggest({ type: 'create', description: '', resource: { resourceType } });
    expect(orders).toEqual(DRAFT.orders);
    expect(created).toEqual([{ resourceType, id: 'new-1' }]);
  },
);

test('a drafted task is asked of somebody', () => {
  const resource = { resourceType: 'Task', status: 'draft' };
  const { created } = suggest({ type: 'create', description: '', resource });
  expect(created).toEqual([{ ...resource, id: 'new-1', status: 'requested' }]);
});

test('all actions of a suggestion are applied, and the draft before is left as it was', () => {
  const before = JSON.stringify(DRAFT);
  const { orders } = suggest(
    { type: 'delete', description: '', resourceId: 'ServiceRequest/b' },
    { type: 'update', description: '', resource: { ...ORDER, note: [] } },
  );
  expect(orders).toEqual([{ ...ORDER, note: [] }]);
  expect(JSON.stringify(DRAFT)).toBe(before);
});
