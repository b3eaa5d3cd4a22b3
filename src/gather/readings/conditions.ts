import { codingsOf, isObject, period } from '../../fhir/read';
import { parseDays, type Day, type DayInterval } from '../../time/days';
import type { Selected } from '../record-entry';
import { isOver, isPossible } from '../usable-resource';

const HOLDS: readonly string[] = ['active', 'recurrence', 'relapse'];

/** Whether the status of a diagnosis or an allergy is none that FHIR knows: nobody can tell whether it still holds. */
export function isOfUnknownStatus({ resource }: Selected): boolean {
  const codes = codingsOf(resource['clinicalStatus']).map((coding) => coding.code);
  return codes.length > 0 && !codes.some((code) => HOLDS.includes(code)) && !isOver(resource);
}

/** Whether a diagnosis holds on the day: active, recurring or relapsed; without a status, unless it has abated. */
export function isActive(condition: Selected, asOf: Day): boolean {
  const { resource } = condition;
  const codes = codingsOf(resource['clinicalStatus']).map((coding) => coding.code);
  if (codes.length > 0) return codes.some((code) => HOLDS.includes(code));
  const abated = parseDays(resource['abatementDateTime']) ?? period(resource['abatementPeriod']).end;
  if (abated) return abated.latest >= asOf;
  return !['abatementString', 'abatementAge', 'abatementRange'].some(
    (member) => resource[member] !== undefined,
  );
}

export function isConfirmed(condition: Selected): boolean {
  return !isPossible(condition.resource);
}

/** When the condition began, as precisely as it is recorded. */
export function onsetOf(condition: Selected): DayInterval | undefined {
  const { resource } = condition;
  const span = resource['onsetPeriod'];
  return parseDays(resource['onsetDateTime']) ?? (isObject(span) ? parseDays(span['start']) : undefined);
}

/** The date to show for a condition: when it was recorded, else when it began. */
export function recordedOn(condition: Selected): DayInterval | undefined {
  return parseDays(condition.resource['recordedDate']) ?? onsetOf(condition);
}

/** Whether the condition was known on the day; nothing recorded later speaks for a requirement. */
export function wasKnown(condition: Selected, asOf: Day): boolean {
  const on = recordedOn(condition);
  return on === undefined || on.earliest <= asOf;
}
