import { joinSides, type Side } from '../anatomy/side';
import { states, withoutHistory } from '../fhir/narrative';
import type { Concept } from '../fhir/read';
import { CODE_SYSTEMS } from '../policy/code-systems';

export type Guidance = 'fluoroscopy' | 'ct' | 'ultrasound';
export type Purpose = 'diagnostic' | 'therapeutic';

const TEXT_MODIFIERS: readonly (readonly [string, RegExp])[] = [
  ['KX', /\bKX\b/u],
  ['LT', /\bLT\b/u],
  ['RT', /\bRT\b/u],
  ['50', /(?:^|[\s,;(]|\b\d{5})-\s?50\b(?!\s?(?:%|m[gl]\b|mcg|deg|°))|\bmodifier\s*-?\s*50\b/iu],
];
/** "CT reviewed" and "ultrasound of the shoulder" are studies. */
const NO_STUDY = String.raw`(?! (?:scans?\b(?! guid)|of\b|reviewed|showed|shows|report|results?\b|dated|myelo|was\b|normal|stud(?:y|ies)\b|exam))`;
const GUIDANCE_WORDS: readonly (readonly [Guidance, RegExp])[] = [
  ['fluoroscopy', /\bfluoro/iu],
  ['ct', new RegExp(String.raw`\b(?:CT|computed tomograph\w*)\b${NO_STUDY}`, 'iu')],
  [
    'ultrasound',
    new RegExp(String.raw`\b(?:ultraso\w*|sonograph\w*)\b${NO_STUDY}|\bsono-?\s?guid|\bu\/?s[- ]guid`, 'iu'),
  ],
];
/** "Diagnostic imaging" and "therapeutic exercise" are no purposes of a block. */
const PURPOSE_WORDS: readonly (readonly [Purpose, RegExp])[] = [
  [
    'diagnostic',
    /\bdiagnostic\b(?! (?:imaging|x-?rays?|radiograph|mri\b|ct\b|ultraso|emg\b|ncs\b|stud(?:y|ies)\b|tests?\b|testing|lab|work-?up|criteria|report|uncertainty))/iu,
  ],
  [
    'therapeutic',
    /\btherapeutic\b(?! (?:exercis|activit|massage|anticoag|level|range|inr\b|dos(?:e|ing)|heparin|ultraso|yoga|modalit|effect|drug|trial of|lifestyle))/iu,
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
  return new Set(stated(GUIDANCE_WORDS, withoutHistory(words)));
}

const ULTRASOUND = '(?:ultraso\\w*|sonograph\\w*)';
const ULTRASOUND_AS_GUIDANCE = new RegExp(
  `\\b(?:${ULTRASOUND}|sono|u/?s)(?=[ -]guid)|(?<=\\b(?:under|with|by|guidance:?) )${ULTRASOUND}|(?<=^|[,;]\\s*)${ULTRASOUND}(?=\\s*(?:$|[.,;]))`,
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
const COUNT = String.raw`(\d{1,2}|${NUMBER_WORDS.join('|')}|single)`;
// "eight muscles", "three upper back muscles"; no level (C5-6), date, dose or number of sites.
const MUSCLE_COUNTS = new RegExp(
  [
    String.raw`(?<![\w./-])${COUNT}\+?\s(?:(?!ml|mg|cc|units?|sites?|points?|injections?)\p{L}+\s){0,3}muscles\b`,
    String.raw`(?<![\w./-])${COUNT}\+?\smuscle groups\b`,
    String.raw`(?<![\w./-])(1|one|single)\s(?:\p{L}+\s)?muscle\b(?! groups)`,
    String.raw`\bmuscles(?: injected| treated)?\s?:\s?${COUNT}\b`,
  ].join('|'),
  'giu',
);
/** As far back as a word stands that makes a number a limit. */
const WORDS_BEFORE = 20;
/** A number that is a limit, or of each side, says not how many there are. */
const NO_COUNT_BEFORE = /\b(?:than|least|most|up to|over|under|about|approximately)\s*$/iu;
const NO_COUNT_AFTER =
  /^\s*(?:groups\s*)?(?:on )?(?:each|per|either|a) side\b|^\s*(?:or (?:more|less|fewer))\b/iu;
const IN_ALL = /^\s*(?:in )?(?:total|all)\b/iu;

/** How many muscles the words say are injected; lists of names are not counted, nor numbers that contradict each other. */
export function muscleCountIn(words: string): number | undefined {
  const current = withoutHistory(words);
  const found = [...current.matchAll(MUSCLE_COUNTS)].flatMap((match) => {
    const [before, after] = [current.slice(0, match.index), current.slice(match.index + match[0].length)];
    if (NO_COUNT_BEFORE.test(before.slice(-WORDS_BEFORE)) || NO_COUNT_AFTER.test(after)) return [];
    const said = (match.slice(1).find((group) => group !== undefined) ?? '').toLowerCase();
    const spelled = said === 'single' ? 1 : NUMBER_WORDS.indexOf(said) + 1;
    return [{ count: spelled > 0 ? spelled : Number(said), isInAll: IN_ALL.test(after) }];
  });
  const inAll = found.filter(({ isInAll }) => isInAll);
  const counts = new Set((inAll.length > 0 ? inAll : found).map(({ count }) => count));
  return counts.size === 1 ? [...counts][0] : undefined;
}
