import { joinSides, type Side } from '../anatomy/side';
import { states, withoutHistory } from '../fhir/narrative';
import type { Concept } from '../fhir/read';
import { CODE_SYSTEMS } from '../policy/code-systems';

export type Guidance = 'fluoroscopy' | 'ct' | 'ultrasound';
export type Purpose = 'diagnostic' | 'therapeutic' | 'prevention';

const TEXT_MODIFIERS: readonly (readonly [string, RegExp])[] = [
  ['KX', /\bKX\b/u],
  ['LT', /\bLT\b/u],
  ['RT', /\bRT\b/u],
  ['50', /(?:^|[\s,;(]|\b\d{5})-\s?50\b(?!\s?(?:%|m[gl]\b|mcg|deg|°))|\bmodifier\s*-?\s*50\b/iu],
];
const GUIDANCE_WORDS: readonly (readonly [Guidance, RegExp])[] = [
  ['fluoroscopy', /\bfluoro/iu],
  ['ct', /\bCT\b|\bcomputed tomograph/iu],
  ['ultrasound', /\bultraso|\bsonograph/iu],
];
const PURPOSE_WORDS: readonly (readonly [Purpose, RegExp])[] = [
  ['diagnostic', /\bdiagnostic\b/iu],
  ['therapeutic', /\btherapeutic\b/iu],
  [
    'prevention',
    /\bprevent(?:ion|ive|ative)\b|\bto prevent (?:\w+ )?(?:migraines?|headaches?|attacks?|recurrences?)\b|\bprophyla/iu,
  ],
];

/** Those whose words are stated and not negated. */
function stated<T>(table: readonly (readonly [T, RegExp])[], words: string): T[] {
  return table.filter(([, pattern]) => states(words, pattern)).map(([name]) => name);
}

/** The CPT and HCPCS modifiers of an order, by code in orderDetail or in words. */
export function modifiersOf(orderDetail: readonly Concept[], words: string): Set<string> {
  const modifiers = new Set(stated(TEXT_MODIFIERS, words));
  for (const coding of orderDetail.flatMap((concept) => concept.codings)) {
    if (coding.system === CODE_SYSTEMS.hcpcs && ['KX', 'LT', 'RT'].includes(coding.code))
      modifiers.add(coding.code);
    if (coding.system === CODE_SYSTEMS.cpt && coding.code === '50') modifiers.add('50');
  }
  return modifiers;
}

/** The side that modifiers state: LT, RT, or 50 for both. */
export function modifierSide(modifiers: ReadonlySet<string>): Side | undefined {
  const sides: Side[] = [];
  if (modifiers.has('LT')) sides.push('left');
  if (modifiers.has('RT')) sides.push('right');
  if (modifiers.has('50')) sides.push('both');
  return joinSides(sides);
}

/** The image guidance that the words state. */
export function guidanceIn(words: string): Set<Guidance> {
  return new Set(stated(GUIDANCE_WORDS, words));
}

const ULTRASOUND = '(?:ultraso\\w*|sonograph\\w*)';
const ULTRASOUND_AS_GUIDANCE = new RegExp(
  `\\b${ULTRASOUND}(?=[ -]guid)|(?<=\\b(?:under|with|by|guidance:?) )${ULTRASOUND}|(?<=^|[,;]\\s*)${ULTRASOUND}(?=\\s*(?:$|[.,;]))`,
  'giu',
);

/** The same words with fluoroscopy for guidance in place of ultrasound; an examination by ultrasound stays what it was. */
export function withFluoroscopy(words: string): string {
  return words.replace(ULTRASOUND_AS_GUIDANCE, 'fluoroscopy');
}

/** What the block is for, as the words state it. */
export function purposesIn(words: string): Set<Purpose> {
  return new Set(stated(PURPOSE_WORDS, withoutHistory(words)));
}

const NUMBER_WORDS = [
  'one',
  'two',
  'three',
  'four',
  'five',
  'six',
  'seven',
  'eight',
  'nine',
  'ten',
  'eleven',
  'twelve',
];
// "eight muscles", "three upper back muscles"; no level (C5-6), date, dose or number of sites.
const MUSCLE_COUNT = new RegExp(
  `(?<![\\w./-])(\\d{1,2}|${NUMBER_WORDS.join('|')})\\s(?:(?!ml|mg|cc|units?|sites?|points?|injections?)\\p{L}+\\s){0,3}muscles\\b|\\b(one)\\s(?:\\p{L}+\\s)?muscle\\b`,
  'iu',
);

/** How many muscles the words say; lists of names are not counted. */
export function muscleCountIn(words: string): number | undefined {
  const [, many, one] = MUSCLE_COUNT.exec(words) ?? [];
  const said = (many ?? one ?? '').toLowerCase();
  if (said === '') return undefined;
  const spelled = NUMBER_WORDS.indexOf(said) + 1;
  return spelled > 0 ? spelled : Number(said);
}
