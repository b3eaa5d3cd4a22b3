import type { NerveRule } from '../../policy/policy-data';
import type { LineContext } from '../facts/fact';

/** The nerves that words name, each by its most exact name: "lateral femoral cutaneous" is not the femoral nerve. */
export function nervesIn(words: string, { policyData }: LineContext): NerveRule[] {
  let rest = words.toLowerCase();
  const found: NerveRule[] = [];
  const byLength = policyData.nerves
    .flatMap((rule) => rule.words.map((word) => ({ rule, word })))
    .toSorted((a, b) => b.word.length - a.word.length);
  for (const { rule, word } of byLength) {
    const pattern = new RegExp(`(?<!\\p{L})${word}(?!\\p{L})`, 'gu');
    if (!pattern.test(rest)) continue;
    rest = rest.replace(pattern, ' ');
    if (!found.includes(rule)) found.push(rule);
  }
  return found;
}

const NO_NAME =
  /^(?:peripheral|other|the|this|that|a|an|of|single|each|spinal|affected|named|target|and|or|for|left|right)$/u;

/** A nerve that no rule knows, as the words name it ("digital nerve"). */
export function otherNerveIn(words: string): string | undefined {
  for (const [, name = ''] of words.toLowerCase().matchAll(/(?<!\p{L})([\p{L}-]{3,})\snerve(?!\p{L})/gu)) {
    if (!NO_NAME.test(name)) return name;
  }
  return undefined;
}
