import { text } from '../../fhir/read';
import type { Evidence } from '../facts/fact';
import type { Selected, Selection } from '../patient-record';
import { drugDates } from './dates-of';
import { evidenceOf, nameOf } from './evidence';
import type { Day } from '../../time/days';

/** A drug in use on the day: active, begun by then and not ended before. */
function isCurrent(drug: Selected, asOf: Day): boolean {
  if (text(drug.resource['status']) !== 'active') return false;
  const { start, end } = drugDates(drug.resource);
  return (start === undefined || start.earliest <= asOf) && (end === undefined || end.latest >= asOf);
}

export function pointAtDrug(entry: Selected): Evidence {
  return evidenceOf(entry, drugDates(entry.resource).start, nameOf(entry));
}

export function currentDrugs(selection: Selection, asOf: Day): Selected[] {
  return selection.items.filter((entry) => isCurrent(entry, asOf));
}
