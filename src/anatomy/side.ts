export type Side = 'left' | 'right' | 'both';

/** SNOMED CT laterality qualifiers as they are written on `bodySite`. */
export const SNOMED_OF_SIDE: Readonly<Record<Side, string>> = {
  left: '7771000',
  right: '24028007',
  both: '51440002',
};

const SNOMED_CT = 'http://snomed.info/sct';
const SIDE_OF_SNOMED = new Map(Object.entries(SNOMED_OF_SIDE).map(([side, code]) => [code, side as Side]));

/** The side that SNOMED CT laterality qualifiers among codings name; left and right together are both. */
export function sideOfCodings(
  codings: readonly { readonly system: string; readonly code: string }[],
): Side | undefined {
  return joinSides(
    codings.flatMap(({ system, code }) => (system === SNOMED_CT && SIDE_OF_SNOMED.get(code)) || []),
  );
}

/** Left and right together are both sides. */
export function joinSides(sides: Iterable<Side>): Side | undefined {
  const all = new Set(sides);
  if (all.size === 0) return undefined;
  if (all.has('both') || all.size > 1) return 'both';
  return [...all][0];
}

/** "Not the right", "right-handed" and "right after lunch" name no side, "right knee replacement" no ordered one. */
const LEFT =
  /(?<!(?<!\bor )\bnot (?:on )?(?:the )?|\bIV (?:access )?(?:in|into) (?:the )?)\bleft\b(?!-?\s?hand(?:ed| dominant)| (?:work|home|school|(?:his|her|their|the) )| (?:\w+ )?(?:replacement|arthroplasty|amputation|mastectomy))/iu;
const RIGHT =
  /(?<!(?<!\bor )\bnot (?:on )?(?:the )?|\bIV (?:access )?(?:in|into) (?:the )?)\bright\b(?!-?\s?hand(?:ed| dominant)| (?:\w+ )?(?:replacement|arthroplasty|amputation|mastectomy)| now\b| away\b(?! from)| (?:after|before) (?:breakfast|lunch|noon|work|surgery)\b)/iu;
const BOTH = /\b(?:bilateral(?:ly)?|both sides)\b/iu;

/**
 * The side that words state: exactly one of left, right and bilateral, else none. What it is for them to state a side may
 * be more than to name it.
 */
export function sideInText(
  text: string,
  states: (text: string, side: RegExp) => boolean = (words, side) => side.test(words),
): Side | undefined {
  const found = new Set<Side>();
  if (states(text, LEFT)) found.add('left');
  if (states(text, RIGHT)) found.add('right');
  if (states(text, BOTH)) found.add('both');
  return found.size === 1 ? [...found][0] : undefined;
}
