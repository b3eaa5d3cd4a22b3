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

/** "Not the right", "right-handed" and "right after lunch" name no side. */
const LEFT = /(?<!(?<!\bor )\bnot (?:on )?(?:the )?)\bleft\b(?!-?\s?hand(?:ed| dominant))/iu;
const RIGHT =
  /(?<!(?<!\bor )\bnot (?:on )?(?:the )?)\bright\b(?!-?\s?hand(?:ed| dominant)| now\b| away\b(?! from)| (?:after|before) (?:breakfast|lunch|noon|work|surgery)\b)/iu;
const BOTH = /\b(?:bilateral(?:ly)?|both sides)\b/iu;

/** The side that words state: exactly one of left, right and bilateral, else none. */
export function sideInText(text: string): Side | undefined {
  const found = new Set<Side>();
  if (LEFT.test(text)) found.add('left');
  if (RIGHT.test(text)) found.add('right');
  if (BOTH.test(text)) found.add('both');
  return found.size === 1 ? [...found][0] : undefined;
}
