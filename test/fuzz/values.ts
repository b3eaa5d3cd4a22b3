import * as fc from 'fast-check';

const DATES = [
  '0000-00-00',
  '0001-01-01',
  '1799-12-31',
  '2026-02-30',
  '2026-13-01',
  '2026-03',
  '2026',
  '9999-12-31',
  '+275760-09-13',
  '2026-03-16T99:99:99Z',
  '2026-03-16T00:00:00+99:99',
  '2026-3-16',
  '16.03.2026',
  'today()',
  '@2026-03-16',
];
const UNITS = [
  '',
  ' ',
  '%',
  'constructor',
  '10*9/L',
  'µ',
  'mg/{x}',
  '{'.repeat(50),
  '/'.repeat(500),
  '1e999',
];
const IDS = [
  '../../Patient/other',
  'Patient/../Patient/other',
  'Observation/x/_history/../../Patient/other',
  '..',
  '%2e%2e%2f',
  '#',
  '#contained',
  'urn:uuid:x',
  'Condition/' + 'a'.repeat(65),
  'https://elsewhere.example/fhir/Observation/1?x=y#z',
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
];
const WORDS = [
  '<script>alert(1)</script>',
  '<img src=x onerror=alert(1)>',
  '[x](javascript:alert(1))',
  '![x](http://elsewhere.example/x.png)',
  '| a | b |\n| --- | --- |',
  '# heading\n\n- list\n\n```',
  '**bold** _it_ ~~no~~ &lt;b&gt;',
  '{{context.patientId}} {what} {date} ${x} %fact.field',
  '\u0000\u0001\u0007\u001B[31m',
  '\u202E\u2066reversed\u2069\u202C',
  '\u200B\u200D\uFEFF\uFFFD\uFFFE',
  '\uD800 lone \uDFFF surrogates',
  '🦴'.repeat(200),
  'e\u0301'.repeat(500),
  'İıſK',
  'no '.repeat(3000),
  'no pain, '.repeat(1000),
  `${'a'.repeat(30_000)}!`,
  '('.repeat(2000),
  `${'not '.repeat(500)}below the knee`,
  `${'1/'.repeat(2000)}10`,
  `${'L4-'.repeat(2000)}5`,
  `pain ${' '.repeat(20_000)} to the foot`,
  `${'radiates to the '.repeat(800)}foot`,
  '2026-03-16 '.repeat(500),
  '50 % relief for 2 weeks; '.repeat(300),
];
const NUMBERS = [
  0,
  -0,
  -1,
  1e308,
  -1e308,
  5e-324,
  0.1 + 0.2,
  2 ** 53,
  2 ** 53 + 2,
  1e21,
  99_999_999,
  -273.15,
];
const STRANGE: readonly unknown[] = [
  null,
  true,
  false,
  [],
  {},
  [[]],
  [null],
  [[[[[[[[]]]]]]]],
  { resourceType: 'Patient' },
  { reference: '../../Patient/other' },
  { coding: 'no list' },
  { coding: [{ system: 1, code: 2, display: 3 }] },
  { value: '6', unit: ['%'] },
  { start: '9999-12-31', end: '0001-01-01' },
  { text: { text: 'x' } },
  {
    extension: [{ url: 'http://hl7.org/fhir/StructureDefinition/data-absent-reason', valueCode: 'unknown' }],
  },
];

/** Values that somebody may send in place of what is expected: hand-picked ones, and as many as that at random. */
export function oddValues(seed: number): readonly unknown[] {
  const picked = [...DATES, ...UNITS, ...IDS, ...WORDS, ...NUMBERS, ...STRANGE];
  const random = fc.sample(
    fc.oneof(
      fc.anything({ maxDepth: 2, withNullPrototype: false }).map((value) => {
        const written = JSON.stringify(value) as string | undefined;
        return written === undefined ? null : (JSON.parse(written) as unknown);
      }),
      fc.string({ unit: 'binary', maxLength: 60 }),
      fc.double(),
    ),
    { seed, numRuns: 400 },
  );
  return [...picked, ...random];
}
