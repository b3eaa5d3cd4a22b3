import { coversSide, joinSides, sideInText } from '../../src/anatomy/side';

test.each([
  ['left L5 block', 'left'],
  ['Right C5-6', 'right'],
  ['bilateral', 'both'],
  ['left and right', undefined],
  ['no side', undefined],
  ['brightness', undefined],
])('%s states the side %s', (text, side) => {
  expect(sideInText(text)).toBe(side);
});

test('left and right together are both sides', () => {
  expect(joinSides(['left', 'right'])).toBe('both');
  expect(joinSides(['left', 'left'])).toBe('left');
  expect(joinSides([])).toBeUndefined();
});

test('a bilateral finding speaks for either side, a left one only for the left', () => {
  expect(coversSide('both', 'right')).toBe(true);
  expect(coversSide('left', 'right')).toBe(false);
  expect(coversSide('left', 'both')).toBe(false);
});
