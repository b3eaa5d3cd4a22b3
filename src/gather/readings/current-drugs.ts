import type { Day } from '../../time/days';
import type { Selected } from '../record-entry';
import { drugDates } from './dates-of';

/** A drug in use on the day: active, begun by then and not ended before. */
export function isCurrent(drug: Selected, asOf: Day): boolean {
  if (drug.resource['status'] !== 'active') return false;
  const { start, end } = drugDates(drug.resource);
  return (start === undefined || start.earliest <= asOf) && (end === undefined || end.latest >= asOf);
}
