import { concepts, isObject, number, objects, text, type Json } from '../../fhir/read';
import type { DayInterval } from '../../time/days';
import { memberOf, type Member, type ValueSet } from '../../policy/value-set';
import type { Selected } from '../record-entry';
import { observedOn } from './dates-of';

/** A number an Observation carries, with the unit as written. */
export interface Measured {
  readonly value: number;
  readonly unit?: string;
  readonly comparator?: string;
}

function measuredIn(holder: Json): Measured | undefined {
  const quantity = holder['valueQuantity'];
  if (!isObject(quantity)) {
    const integer = number(holder['valueInteger']);
    return integer === undefined ? undefined : { value: integer };
  }
  const value = number(quantity['value']);
  if (value === undefined) return undefined;
  const unit = text(quantity['code']) ?? text(quantity['unit']);
  const comparator = text(quantity['comparator']);
  return { value, ...(unit !== undefined && { unit }), ...(comparator !== undefined && { comparator }) };
}

/** The numbers an Observation holds for the codes the value set knows: its own value, and those of its components. */
export function measurements(
  entry: Selected,
  sets: readonly ValueSet[],
): { member: Member; measured?: Measured }[] {
  return [entry.resource, ...objects(entry.resource['component'])].flatMap((holder) => {
    const member = memberOf(concepts(holder['code']), sets);
    if (!member) return [];
    const measured = measuredIn(holder);
    return [measured ? { member, measured } : { member }];
  });
}

/** A score of a known scale. `value` is undefined when it could not be read or is impossible. */
export interface Score {
  readonly entry: Selected;
  readonly reference: string;
  readonly member: Member;
  readonly on?: DayInterval | undefined;
  readonly value: number | undefined;
  /** `/10` for pain, else as the instrument is shown. */
  readonly unit: string;
}

/** Units that say nothing of the scale: none, UCUM annotations such as `{score}`, and plain words for a score. */
const BARE_UNIT = /^(?:1|\{[^}]*\}|scores?|points?|\/10|\/50|\/100|)$/iu;

function painOutOf10(scale: string, { value, unit = '', comparator }: Measured): number | undefined {
  if (value < 0 || comparator !== undefined) return undefined;
  const within = (score: number): number | undefined => (score <= 10 ? score : undefined);
  if (unit === 'mm') return within(value / 10);
  if (unit === 'cm' || unit === '/10') return within(value);
  if (unit === '/100' || unit === '%') return scale === '0-10' ? undefined : within(value / 10);
  if (!BARE_UNIT.test(unit)) return undefined;
  if (value <= 10) return value;
  return scale === '0-10-or-mm' ? within(value / 10) : undefined;
}

function functionScore(scale: string | undefined, { value, unit = '', comparator }: Measured) {
  const outOf = scale === '0-50' ? 50 : 100;
  const usable = comparator === undefined && value >= 0;
  if (unit === '%') return { value: usable && value <= 100 ? value : undefined, unit: '%' };
  const known = BARE_UNIT.test(unit);
  return {
    value: usable && known && value <= outOf ? value : undefined,
    outOf,
    unit: outOf === 50 ? '/50' : '',
  };
}

/** Reads pain and function scores, panels included, on one scale each; impossible values stay without a value. */
export function readScores(
  entries: readonly Selected[],
  kind: 'pain' | 'function',
  sets: readonly ValueSet[],
): Score[] {
  return entries.flatMap((entry) =>
    measurements(entry, sets).flatMap(({ member, measured }) => {
      const base = { entry, reference: entry.reference, member, on: observedOn(entry.resource) };
      if (kind === 'pain') {
        const value = measured && painOutOf10(member.scale ?? '0-10', measured);
        return [{ ...base, value, unit: '/10' }];
      }
      const score = measured && functionScore(member.scale, measured);
      // A panel's heading carries no number of its own.
      if (!measured && entry.resource['component'] !== undefined) return [];
      return [{ ...base, value: score?.value, unit: score?.unit ?? '' }];
    }),
  );
}
