/** A spinal level: a joint has two neighbouring vertebrae, a bare vertebra (`L5`, naming the root) has one. */
export interface SpineLevel {
  readonly upper: number;
  readonly lower: number;
}

export type SpineRegion = 'cervical' | 'thoracic' | 'lumbar';

const SECTIONS = [
  { letter: 'C', first: 1, count: 7 },
  { letter: 'T', first: 8, count: 12 },
  { letter: 'L', first: 20, count: 5 },
  { letter: 'S', first: 25, count: 5 },
] as const;
const LAST_CERVICAL = 7;
const LAST_THORACIC = 19;

// A second label without its letter (L4-5) stays in the section of the first; MR sequences (T2-weighted) are no level.
const LABEL =
  /(?<![\p{L}\p{N}'\u2019])([CTLS])(\d{1,2})(?:\s*[-/\u2010-\u2015]\s*([CTLS])?(\d{1,2}))?\b(?![-\s]?(?:weighted|hyper|hypo|signal|sequence))/giu;

function vertebra(letter: string, number: number): number | undefined {
  const section = SECTIONS.find((s) => s.letter === letter.toUpperCase());
  return section && number >= 1 && number <= section.count ? section.first + number - 1 : undefined;
}

/** The eighth cervical root leaves at C7-T1, which has no vertebra of its own name. */
function isEighthCervicalRoot(letter: string, number: string): boolean {
  return letter.toUpperCase() === 'C' && number === '8';
}

function readLabel(match: RegExpMatchArray): SpineLevel[] {
  const [, letter = '', number = '', endLetter, endNumber] = match;
  const cervicothoracic = { upper: LAST_CERVICAL, lower: LAST_CERVICAL + 1 };
  if (endNumber === undefined && isEighthCervicalRoot(letter, number)) return [cervicothoracic];
  const from = vertebra(letter, Number(number));
  if (from === undefined) return [];
  if (endNumber === undefined) return [{ upper: from, lower: from }];
  const to = isEighthCervicalRoot(endLetter ?? letter, endNumber)
    ? LAST_CERVICAL + 1
    : vertebra(endLetter ?? letter, Number(endNumber));
  if (to === undefined || to <= from) return [];
  return Array.from({ length: to - from }, (_, i) => ({ upper: from + i, lower: from + i + 1 }));
}

/** Whether a text names a level at all. */
export const ANY_LEVEL = new RegExp(LABEL.source, 'iu');

/**
 * The levels a text names, in its order and without repeats: `L4-5`, `L4-L5`, `C5/6`, `L5`; a range such as `C5-7`
 * names each joint inside it. Labels that do not exist are passed over, and those that the words after them exclude.
 */
export function readLevels(text: string, isExcluded?: (wordsAfter: string) => boolean): SpineLevel[] {
  const levels: SpineLevel[] = [];
  for (const match of text.matchAll(LABEL)) {
    if (isExcluded?.(text.slice(match.index + match[0].length))) continue;
    for (const level of readLabel(match)) {
      if (!levels.some((known) => isIdentical(known, level))) levels.push(level);
    }
  }
  return levels;
}

/** Whether a level is a single vertebra, which names its root, and no joint. */
export function isBare(level: SpineLevel): boolean {
  return level.upper === level.lower;
}

/** Whether two levels have the same name. */
export function isIdentical(a: SpineLevel, b: SpineLevel): boolean {
  return a.upper === b.upper && a.lower === b.lower;
}

/** Whether two levels are the same joint; a bare vertebra matches either adjoining disc. */
export function isSameLevel(a: SpineLevel, b: SpineLevel): boolean {
  if (isIdentical(a, b)) return true;
  if (isBare(a) === isBare(b)) return false;
  const [bare, joint] = isBare(a) ? [a, b] : [b, a];
  return bare.upper === joint.upper || bare.upper === joint.lower;
}

function vertebraName(index: number): string {
  const section = SECTIONS.findLast((s) => index >= s.first) ?? SECTIONS[0];
  return `${section.letter}${index - section.first + 1}`;
}

/** `L4-5`, `L5-S1` or `L5`. */
export function levelName(level: SpineLevel): string {
  const upper = vertebraName(level.upper);
  if (isBare(level)) return upper;
  const lower = vertebraName(level.lower);
  return upper[0] === lower[0] ? `${upper}-${lower.slice(1)}` : `${upper}-${lower}`;
}

/** The imaging regions a level belongs to; C7-T1 and T12-L1 belong to both neighbours. The sacrum counts as lumbar. */
export function spineRegionsOf(level: SpineLevel): SpineRegion[] {
  const regionOf = (index: number): SpineRegion =>
    index <= LAST_CERVICAL ? 'cervical' : index <= LAST_THORACIC ? 'thoracic' : 'lumbar';
  return [...new Set([regionOf(level.upper), regionOf(level.lower)])];
}

/** Whether a procedure code of the lumbar-sacral kind fits the level: L1-2 and below, T12-L1 is thoracic. */
export function isLumbarSacral(level: SpineLevel): boolean {
  return level.upper > LAST_THORACIC;
}

/**
 * The joints that medial branches supply: C4 and C5 the joint C4-5, below the neck L3 and L4 the joint L4-5, and L5, which
 * is a dorsal ramus there, with L4 the joint L5-S1. Undefined unless each branch has a neighbour among the others.
 */
export function jointsOfBranches(branches: readonly SpineLevel[]): SpineLevel[] | undefined {
  if (!branches.every(isBare)) return undefined;
  const sorted = branches.map(({ upper }) => upper).toSorted((a, b) => a - b);
  const upperOf = (branch: number): number => (branch <= LAST_CERVICAL ? branch : branch + 1);
  const pairs = sorted.filter((branch) => sorted.includes(branch + 1));
  const isPaired = (branch: number): boolean => pairs.includes(branch) || pairs.includes(branch - 1);
  if (pairs.length === 0 || !sorted.every(isPaired)) return undefined;
  return pairs.map((branch) => ({ upper: upperOf(branch), lower: upperOf(branch) + 1 }));
}

/** Head to tail; a bare vertebra before the joint below it. */
export function compareLevels(a: SpineLevel, b: SpineLevel): number {
  return a.upper - b.upper || a.lower - b.lower;
}
