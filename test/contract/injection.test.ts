import * as fc from 'fast-check';
import {
  assessmentOf,
  cardOf,
  chartRequest,
  CPT,
  ICD10,
  post,
  SNOMED,
  type Card,
  type Json,
} from './support';

const EVIL = '<script>alert(1)</script> [x](http://evil) **b** | cell';
const RXNORM = 'http://www.nlm.nih.gov/research/umls/rxnorm';

/** Markdown without its backslash escapes: what is left of a character is there to be understood as markup. */
function unescaped(markdown: string): string {
  return markdown.replace(/\\[!-/:-@[-`{-~]/gu, '');
}

function cells(row: string): number {
  return unescaped(row).split('|').length;
}

/** What the detail would show as anything but the words of the chart. */
function markupIn({ detail }: Card): string[] {
  const plain = unescaped(detail);
  const patterns = [
    /<[a-z/!?][^\n]*/iu,
    /\]\(/u,
    /\bhttps?:\/\//iu,
    /\bwww\./iu,
    /\*\*b\*\*/u,
    /`/u,
    /~~/u,
    /&\w+;/u,
  ];
  const markup = patterns.flatMap((pattern) => pattern.exec(plain)?.[0] ?? []);
  const tables = detail.split('\n\n').filter((block) => block.startsWith('|'));
  const uneven = tables.flatMap((table) => {
    const rows = table.split('\n');
    return rows.filter((row) => cells(row) !== cells(rows[0] ?? '') || !row.endsWith(' |'));
  });
  return [...markup, ...uneven];
}

function active(code: string, words: Json): Json {
  return {
    resourceType: 'Condition',
    id: 'extra',
    clinicalStatus: { coding: [{ code: 'active' }] },
    recordedDate: '2026-03-12',
    code: { coding: [{ system: ICD10, code, ...words }] },
  };
}

type Changes = NonNullable<Parameters<typeof chartRequest>[1]>;

/** Where words of the chart may reach a card; `shown` where they must. */
const PLACES: readonly { name: string; shown: boolean; chart: (words: string) => Changes }[] = [
  {
    name: 'the display of an infection',
    shown: true,
    chart: (display) => ({ with: [active('L03.312', { display })] }),
  },
  {
    name: 'the text of a red flag',
    shown: true,
    chart: (words) => ({
      with: [{ ...active('G83.4', {}), code: { coding: [{ system: ICD10, code: 'G83.4' }], text: words } }],
    }),
  },
  {
    name: 'the text of the supporting diagnosis',
    shown: false,
    chart: (words) => ({
      change: {
        'Condition/radiculopathy': {
          code: { coding: [{ system: ICD10, code: 'M54.16', display: words }], text: words },
        },
      },
    }),
  },
  {
    name: 'the reason on the order',
    shown: false,
    chart: (words) => ({
      orders: {
        change: {
          'ServiceRequest/order-64483': {
            reasonCode: [{ coding: [{ system: ICD10, code: 'M54.16', display: words }], text: words }],
          },
        },
      },
    }),
  },
  {
    name: 'the note of the order',
    shown: false,
    chart: (words) => ({
      orders: { change: { 'ServiceRequest/order-64483': { note: [{ text: `L4-5 ${words}` }] } } },
    }),
  },
  {
    name: 'the site of the order',
    shown: false,
    chart: (words) => ({
      orders: { change: { 'ServiceRequest/order-64483': { bodySite: [{ text: `left ${words}` }] } } },
    }),
  },
  {
    name: 'the name of the ordered procedure',
    shown: false,
    chart: (words) => ({
      orders: {
        change: {
          'ServiceRequest/order-64483': {
            code: { coding: [{ system: CPT, code: '64483', display: words }], text: words },
          },
        },
      },
    }),
  },
  {
    name: 'the conclusion of a report',
    shown: true,
    chart: (words) => ({
      change: {
        'DiagnosticReport/mri': { conclusion: `Left disc protrusion at L4-5 ${words}`, conclusionCode: null },
      },
    }),
  },
  {
    name: 'the coded conclusion of a report',
    shown: false,
    chart: (words) => ({
      change: {
        'DiagnosticReport/mri': {
          conclusionCode: [
            { coding: [{ system: SNOMED, code: '20021007', display: words }], text: `Left L4-5 ${words}` },
          ],
        },
      },
    }),
  },
  {
    name: 'the result of an examination',
    shown: true,
    chart: (words) => ({
      without: ['DiagnosticReport/mri', 'Observation/slr'],
      change: { 'Observation/neuro': { valueString: `Left weakness ${words}` } },
    }),
  },
  {
    name: 'the name of an observation',
    shown: false,
    chart: (words) => ({
      change: {
        'Observation/pain': {
          code: { coding: [{ system: 'http://loinc.org', code: '72514-3', display: words }], text: words },
        },
      },
    }),
  },
  {
    name: 'the unit of a score',
    shown: false,
    chart: (words) => ({ change: { 'Observation/odi': { valueQuantity: { value: 46, unit: words } } } }),
  },
  {
    name: 'the result of therapy',
    shown: false,
    chart: (words) => ({ change: { 'Procedure/pt-7': { outcome: { text: `no benefit ${words}` } } } }),
  },
  {
    name: 'the name of a drug',
    shown: false,
    chart: (words) => ({
      with: [
        {
          resourceType: 'MedicationRequest',
          id: 'warfarin',
          status: 'active',
          intent: 'order',
          authoredOn: '2025-10-01',
          medicationCodeableConcept: {
            coding: [{ system: RXNORM, code: '1364445', display: words }],
            text: words,
          },
        },
      ],
    }),
  },
  {
    name: 'the name of a refused procedure',
    shown: false,
    chart: (words) => ({
      with: [
        {
          resourceType: 'Procedure',
          id: 'refused',
          status: 'not-done',
          statusReason: { text: `patient refused ${words}` },
          code: { coding: [{ system: CPT, code: '64483', display: words }], text: words },
        },
      ],
    }),
  },
];

const cases = PLACES.flatMap((place) =>
  ['guideline', 'medicare-lcd'].map((profile) => [place.name, profile, place] as const),
);

describe.each(cases)('hostile words in %s (%s)', (_name, profile, { chart, shown }) => {
  async function hostile(words: string): Promise<Card> {
    return cardOf(await post(chartRequest('base-lumbar', { profile, ...chart(words) })));
  }

  test('[H6] break no table row and render as nothing but words', async () => {
    expect(markupIn(await hostile(EVIL))).toEqual([]);
  });

  test('[H6] break nothing when they run over several lines', async () => {
    expect(markupIn(await hostile(`first\n\n# second\r\n| third | \u2028\`\`\` fourth`))).toEqual([]);
  });

  test('[H6] break nothing when they escape themselves', async () => {
    expect(
      markupIn(await hostile('\\<img src=x> \\| \\\\| \\[y](//evil) www.evil.example a@b.example')),
    ).toEqual([]);
  });

  test('[H5] stay in one short line of the summary', async () => {
    const { summary } = await hostile(`${EVIL}\n${EVIL}`);
    expect(summary).toMatch(/^.{1,139}$/u);
  });

  test('[H6] are shown where a clinician needs them', async () => {
    const card = await hostile(EVIL);
    const said = JSON.stringify(assessmentOf(card)) + unescaped(card.detail);
    expect([shown, said.includes('alert')]).toEqual([shown, shown || said.includes('alert')]);
  });
});

describe('any words at all', () => {
  const words = fc.string({
    unit: fc.constantFrom(
      '<',
      '>',
      '|',
      '\\',
      '`',
      '*',
      '_',
      '[',
      ']',
      '(',
      ')',
      '!',
      '&',
      '~',
      '#',
      '-',
      '\n',
      ' ',
      'a',
      'b',
      ':',
      '/',
      '.',
      '@',
    ),
    minLength: 1,
    maxLength: 40,
  });

  test('[H6] in the name of an infection break no table row and render as nothing but words', async () => {
    await fc.assert(
      fc.asyncProperty(words, async (text) => {
        const body = chartRequest('base-lumbar', { with: [active('L03.312', { display: text })] });
        expect(markupIn(cardOf(await post(body)))).toEqual([]);
      }),
      { numRuns: 100 },
    );
  });
});
