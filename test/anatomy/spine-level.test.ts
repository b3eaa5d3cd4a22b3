import {
  isLumbarSacral,
  isSameLevel,
  levelName,
  readLevels,
  spineRegionsOf,
} from '../../src/anatomy/spine-level';

function names(text: string): string[] {
  return readLevels(text).map(levelName);
}

function level(text: string) {
  const [first] = readLevels(text);
  if (!first) throw new Error(`no level in ${text}`);
  return first;
}

test.each([
  ['L4-5', ['L4-5']],
  ['L4-L5', ['L4-5']],
  ['L4/5', ['L4-5']],
  ['l4–5', ['L4-5']],
  ['L5-S1', ['L5-S1']],
  ['C5/6', ['C5-6']],
  ['C5-6 and C6-7', ['C5-6', 'C6-7']],
  ['L5', ['L5']],
  ['C5-7', ['C5-6', 'C6-7']],
  ['L3-S1', ['L3-4', 'L4-5', 'L5-S1']],
  ['C7-T1', ['C7-T1']],
  ['T12-L1', ['T12-L1']],
  ['C8', ['C7-T1']],
  ['L4-5, L4-5', ['L4-5']],
  ['L5 selective nerve root block', ['L5']],
])('%s names %j', (text, expected) => {
  expect(names(text)).toEqual(expected);
});

test.each(['M54.16', '64483', 'L9', 'C12-13', 'L5-4', 'T2-weighted images', 'level unknown', 'XL5'])(
  '%s names no level',
  (text) => {
    expect(names(text)).toEqual([]);
  },
);

test.each([
  ['L5', 'L4-5', true],
  ['L5', 'L5-S1', true],
  ['L5', 'L3-4', false],
  ['L4-5', 'L4-5', true],
  ['L4-5', 'L5-S1', false],
  ['L5', 'L5', true],
  ['L5', 'S1', false],
])('%s and %s are the same level: %s', (a, b, expected) => {
  expect(isSameLevel(level(a), level(b))).toBe(expected);
  expect(isSameLevel(level(b), level(a))).toBe(expected);
});

test.each([
  ['C7-T1', ['cervical', 'thoracic'], false],
  ['T12-L1', ['thoracic', 'lumbar'], false],
  ['L1-2', ['lumbar'], true],
  ['L5-S1', ['lumbar'], true],
  ['C5-6', ['cervical'], false],
])('%s belongs to %j and to the lumbar codes: %s', (text, regions, lumbar) => {
  expect(spineRegionsOf(level(text))).toEqual(regions);
  expect(isLumbarSacral(level(text))).toBe(lumbar);
});
