import { codingsOf } from '../../fhir/read';
import type { SelectorName } from '../../policy/names';
import type { DayInterval } from '../../time/days';
import type { Evidence, LineContext } from '../facts/fact';
import type { Selected } from '../record-entry';
import { isActive, isConfirmed, isOfUnknownStatus, recordedOn } from './conditions';
import { isCurrent } from './current-drugs';
import { drugDates, performed } from './dates-of';
import { diagnosisName, diagnosisWords, evidenceOf, listed, nameOf } from './evidence';

/** What selectors find of something dangerous: what holds, what is only suspected, and what could not be read. */
export interface Dangers {
  readonly sure: readonly Selected[];
  readonly possible: readonly Selected[];
  readonly unread: readonly string[];
}

function isActiveAllergy(entry: Selected): boolean {
  const status = codingsOf(entry.resource['clinicalStatus']).map((coding) => coding.code);
  return status.length === 0 || status.includes('active');
}

/** Diagnoses and allergies must be active and drugs in use; a danger recorded after the evaluation date counts too. */
function mayHold(entry: Selected, context: LineContext): boolean {
  if (isOfUnknownStatus(entry)) return true;
  switch (entry.resource['resourceType']) {
    case 'Condition':
      return isActive(entry, context.asOf);
    case 'AllergyIntolerance':
      return isActiveAllergy(entry);
    case 'MedicationRequest':
    case 'MedicationStatement':
      return isCurrent(entry, context.asOf);
    default:
      return true;
  }
}

/** A diagnosis that is only suspected, that only words name, or whose status is unknown has to be looked at. */
function isSure(entry: Selected): boolean {
  const isByName = isCondition(entry) && entry.member?.isByName;
  return isConfirmed(entry) && !isByName && !isOfUnknownStatus(entry);
}

/** Looks for something dangerous through one or more selectors. */
export function dangersIn(context: LineContext, ...selectors: readonly SelectorName[]): Dangers {
  const selections = selectors.map((name) => context.select(name));
  const active = selections.flatMap(({ items }) => items).filter((entry) => mayHold(entry, context));
  return {
    sure: active.filter(isSure),
    possible: active.filter((entry) => !isSure(entry)),
    unread: [...new Set(selections.flatMap(({ unread }) => unread))],
  };
}

function dateOf(entry: Selected): DayInterval | undefined {
  const { resource } = entry;
  switch (resource['resourceType']) {
    case 'Condition':
      return recordedOn(entry);
    case 'Procedure':
      return performed(resource).start;
    case 'MedicationRequest':
    case 'MedicationStatement':
      return drugDates(resource).start;
    default:
      return undefined;
  }
}

function isCondition(entry: Selected): boolean {
  return entry.resource['resourceType'] === 'Condition';
}

export function pointAtDanger(entry: Selected): Evidence {
  return evidenceOf(entry, dateOf(entry), isCondition(entry) ? diagnosisName(entry) : nameOf(entry));
}

/** What a sentence may say of dangers: what they are, and when the first was recorded. */
function dangerWords(entries: readonly Selected[]): { what: string; date: string | undefined } {
  const names = entries.map((entry) => (isCondition(entry) ? diagnosisWords(entry) : nameOf(entry)));
  const [first] = entries;
  return {
    what: listed([...new Set(names)]),
    date: first && pointAtDanger(first).date,
  };
}

/** Words and evidence of dangers, for a finding. */
export function tellDangers(entries: readonly Selected[]) {
  return { words: dangerWords(entries), evidence: entries.map(pointAtDanger) };
}
