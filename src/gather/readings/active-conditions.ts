import type { Evidence, LineContext } from '../facts/fact';
import type { Selected } from '../patient-record';
import { isActive, isConfirmed, recordedOn } from './conditions';
import { diagnosisName, diagnosisWords, evidenceOf, listed } from './evidence';
import type { SelectorName } from '../../policy/names';

/** Active diagnoses that a selector finds, also those recorded after the evaluation date: a danger is a danger. */
export function activeConditions(
  context: LineContext,
  name: SelectorName,
): { sure: Selected[]; possible: Selected[]; unread: readonly string[] } {
  const { items, unread } = context.select(name);
  const active = items.filter((entry) => isActive(entry, context.asOf));
  return {
    sure: active.filter(isConfirmed),
    possible: active.filter((entry) => !isConfirmed(entry)),
    unread,
  };
}

export function pointAtCondition(entry: Selected): Evidence {
  return evidenceOf(entry, recordedOn(entry), diagnosisName(entry));
}

export function names(entries: readonly Selected[], name: (entry: Selected) => string): string {
  return listed([...new Set(entries.map(name))]);
}

export function conditionWords(entries: readonly Selected[]): Record<string, string> {
  const date = entries[0] ? (pointAtCondition(entries[0]).date ?? 'undated') : '';
  return { diagnosis: names(entries, diagnosisWords), date };
}
