import type { DayInterval, Day } from '../../time/days';
import type { ValueSet } from '../../policy/value-set';
import type { Evidence } from '../facts/fact';
import type { Selected } from '../record-entry';
import type { Selection } from '../patient-record';
import { newestOf, observedNewestFirst } from './dates-of';
import { evidenceOf, nameOf } from './evidence';
import { measurements, type Measured } from './scores';

/** A laboratory result; `low` and `high` differ for a result such as "> 8". Without them it could not be read. */
export interface LabResult {
  readonly entry: Selected;
  readonly on: DayInterval | undefined;
  readonly low?: number;
  readonly high?: number;
  /** As it stands in the record: `8`, `> 8`. */
  readonly shown: string;
}

const PLATELET_THOUSANDS =
  /^(?:10[*^]3\/u?L|10[*^]9\/L|x?10[*^E]*[39]\/(?:u?L)|K\/u?L|G\/L|Thousand\/u?L)$/iu;
const PLATELET_UNITS = /^(?:\/u?L|\/mm3|(?:\{?cells\}?)\/u?L)$/iu;
const INR_UNITS = new Set(['', '1', '{INR}', 'INR', '{ratio}', 'ratio']);
const HIGHEST_INR = 20;
const HIGHEST_PLATELETS = 2000;

/** An INR; it has no unit. */
export function inrValue({ value, unit = '' }: Measured): number | undefined {
  return INR_UNITS.has(unit) && value > 0 && value <= HIGHEST_INR ? value : undefined;
}

/** Platelets in 10*9/L; without a unit a number up to 2000 is read as such, above it as a count per uL. */
export function plateletValue({ value, unit = '' }: Measured): number | undefined {
  if (value < 0) return undefined;
  const isBare = unit === '' || unit === '1';
  const isPerMicrolitre = PLATELET_UNITS.test(unit) || (isBare && value > HIGHEST_PLATELETS);
  if (!isPerMicrolitre && !isBare && !PLATELET_THOUSANDS.test(unit)) return undefined;
  const thousands = isPerMicrolitre ? value / 1000 : value;
  return thousands <= HIGHEST_PLATELETS ? thousands : undefined;
}

function bounds(measured: Measured | undefined, read: (measured: Measured) => number | undefined) {
  const value = measured && read(measured);
  if (!measured || value === undefined) return { shown: '' };
  const { comparator } = measured;
  switch (comparator) {
    case undefined:
      return { low: value, high: value, shown: `${value}` };
    case '>':
    case '>=':
      return { low: value, high: Number.POSITIVE_INFINITY, shown: `${comparator} ${value}` };
    case '<':
    case '<=':
      return { low: 0, high: value, shown: `${comparator} ${value}` };
    default:
      return { shown: '' };
  }
}

/**
 * The newest result that is not too old, and all others that may be as new; results after the day count too. One whose
 * date may or may not be too old has no value; undated ones are not known to be current and are passed over.
 */
export function newestLabs(
  selection: Selection,
  codes: readonly ValueSet[],
  asOf: Day,
  days: number,
  read: (measured: Measured) => number | undefined,
): LabResult[] {
  const current = observedNewestFirst(selection.items).filter(
    ({ on }) => on !== undefined && asOf - on.latest <= days,
  );
  return newestOf(current).map((entry) => {
    const found = measurements(entry, codes).find(({ measured }) => measured !== undefined);
    const isSurelyRecent = entry.on !== undefined && asOf - entry.on.earliest <= days;
    const result = bounds(found?.measured, read);
    return { entry, on: entry.on, ...(isSurelyRecent ? result : { shown: '' }) };
  });
}

/** The result as evidence: what was measured, and its value if it could be read. */
export function pointAtLab(lab: LabResult): Evidence {
  return evidenceOf(lab.entry, lab.on, `${nameOf(lab.entry)} ${lab.shown}`.trim());
}
