import { states, withoutHistory } from '../../fhir/narrative';
import type { NerveRule } from '../../policy/policy-data';
import type { LineContext } from '../facts/fact';

/** A nerve that words name, and the words that name it. */
export interface NamedNerve extends NerveRule {
  readonly said: string;
}

/**
 * The nerves that words name, negation taken into account, each by its most exact name: "lateral femoral cutaneous" is
 * not the femoral nerve.
 */
export function nervesIn(words: string, { policyData }: LineContext): NamedNerve[] {
  let rest = withoutHistory(words.toLowerCase());
  const found: NamedNerve[] = [];
  const byLength = policyData.nerves
    .flatMap((rule) => rule.words.map((word) => ({ rule, word })))
    .toSorted((a, b) => b.word.length - a.word.length);
  for (const { rule, word } of byLength) {
    if (!rest.includes(word)) continue;
    const pattern = `(?<!\\p{L})${word}(?!\\p{L})`;
    const isNamed = states(rest, new RegExp(pattern, 'u'));
    rest = rest.replace(new RegExp(pattern, 'gu'), ' ');
    if (isNamed && !found.some(({ nerve }) => nerve === rule.nerve)) found.push({ ...rule, said: word });
  }
  return found;
}

const NO_NAME =
  /^(?:peripheral|other|the|this|that|a|an|of|single|each|spinal|affected|named|target|and|or|for|left|right|no|not)$/u;

/** A nerve that no rule knows, as the words name it ("digital nerve"). */
export function otherNerveIn(words: string): string | undefined {
  for (const [, name = ''] of withoutHistory(words.toLowerCase()).matchAll(
    /(?<![\p{L}-])(\p{L}[\p{L}-]{2,30})\snerve(?!\p{L})/gu,
  )) {
    if (!NO_NAME.test(name)) return name;
  }
  return undefined;
}
