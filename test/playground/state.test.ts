import { linkOf, stateOfLink, type State } from '../../src/playground/state';

const PLAIN: State = {
  caseId: '04-care-too-short',
  profile: 'guideline',
  arrival: 'prefetch',
  failing: [],
  created: [],
};

test('a link reproduces an untouched case without its orders', () => {
  expect(linkOf(PLAIN)).toBe('#case=04-care-too-short&profile=guideline&arrival=prefetch');
  expect(stateOfLink(linkOf(PLAIN), { ...PLAIN, caseId: 'other' })).toEqual(PLAIN);
});

test('a link reproduces edited orders, created records and failing keys, whatever their words', () => {
  const state: State = {
    ...PLAIN,
    arrival: 'failing',
    failing: ['observations', 'procedures'],
    orders: [{ resourceType: 'ServiceRequest', id: 'a', note: [{ text: 'L4–5, „Müller“ ≥ 50 % 🙂' }] }],
    created: [{ resourceType: 'Task', id: 'new-1' }],
  };
  expect(linkOf(state)).toMatch(/^#[\w\-.=&%,]+$/u);
  expect(stateOfLink(linkOf(state), PLAIN)).toEqual(state);
});

test.each(['', '#', '#case=', '#orders=%%%', '#orders=bm90IEpTT04', '#orders=WzFd&arrival=owl&created=x'])(
  'a damaged link "%s" leads to the first case',
  (hash) => {
    const { caseId: _, ...rest } = stateOfLink(hash, PLAIN);
    const { caseId: __, ...expected } = PLAIN;
    expect(rest).toEqual(expected);
  },
);
