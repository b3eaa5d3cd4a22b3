import { type Json, isObject, number, text } from '../../fhir/read';
import type { Evidence } from '../facts/fact';
import type { Selected, Selection } from '../patient-record';
import { newestFirst, observedOn } from './dates-of';
import { evidenceOf } from './evidence';
import type { Day, DayInterval } from '../../time/days';

export interface LabResult {
  readonly entry: Selected;
  readonly on: DayInterval | undefined;
  readonly value: number | undefined;
}

const PLATELET_THOUSANDS = new Set([
  '10*3/uL',
  '10*3/ul',
  '10*9/L',
  'K/uL',
  'k/uL',
  'x10E3/uL',
  '10^3/uL',
  '10^9/L',
  'G/L',
  'Thousand/uL',
  'x10*9/L',
  'x10^9/L',
]);

const PLATELET_UNITS = new Set(['/uL', '/ul', '/mm3', '{cells}/uL', 'cells/uL']);

const INR_UNITS = new Set(['', '1', '{INR}', 'INR', '{ratio}', 'ratio']);

const HIGHEST_INR = 20;

const HIGHEST_PLATELETS = 2000;

export function inrValue(quantity: Json): number | undefined {
  const value = number(quantity['value']);
  const unit = text(quantity['code']) ?? text(quantity['unit']) ?? '';
  return value !== undefined && INR_UNITS.has(unit) && value > 0 && value <= HIGHEST_INR ? value : undefined;
}

/** Platelets in 10*9/L; without a unit a number up to 2000 is read as such, above it as a count per uL. */
export function plateletValue(quantity: Json): number | undefined {
  const value = number(quantity['value']);
  if (value === undefined || value < 0) return undefined;
  const unit = text(quantity['code']) ?? text(quantity['unit']) ?? '';
  const isPerMicrolitre =
    PLATELET_UNITS.has(unit) || ((unit === '' || unit === '1') && value > HIGHEST_PLATELETS);
  if (!isPerMicrolitre && !PLATELET_THOUSANDS.has(unit) && unit !== '' && unit !== '1') return undefined;
  const thousands = isPerMicrolitre ? value / 1000 : value;
  return thousands <= HIGHEST_PLATELETS ? thousands : undefined;
}

/** The newest result that is not too old; later results count too. Undated results are not known to be current. */
export function newestLab(
  selection: Selection,
  asOf: Day,
  days: number,
  read: (quantity: Json) => number | undefined,
): LabResult | undefined {
  const recent = newestFirst(
    selection.items.map((entry) => ({ ...entry, on: observedOn(entry.resource) })),
  ).filter((entry) => entry.on !== undefined && asOf - entry.on.latest <= days);
  const entry = recent[0];
  if (!entry) return undefined;
  const quantity = entry.resource['valueQuantity'];
  const comparator = isObject(quantity) ? text(quantity['comparator']) : undefined;
  const value = isObject(quantity) && comparator === undefined ? read(quantity) : undefined;
  return { entry, on: entry.on, value };
}

export function pointAtLab(lab: LabResult, what: string): Evidence {
  return evidenceOf(lab.entry, lab.on, lab.value === undefined ? what : `${what} ${lab.value}`);
}
