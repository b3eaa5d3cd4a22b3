import { joinSides, sideInText } from '../../src/anatomy/side';

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
