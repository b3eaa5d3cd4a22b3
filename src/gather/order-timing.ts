import { allWordsOf, concepts, isObject, number, text, type Json } from '../fhir/read';
import { parseExactDay, type Day } from '../time/days';

/** The day an order is meant for, if it says so to the day. */
export function occurrenceOf(resource: Json): Day | undefined {
  const timing = resource['occurrenceTiming'];
  const repeat = isObject(timing) ? timing['repeat'] : undefined;
  const bounds = isObject(repeat) ? repeat['boundsPeriod'] : undefined;
  const events = isObject(timing) && Array.isArray(timing['event']) ? timing['event'] : [];
  const event = events.filter((item): item is string => typeof item === 'string').toSorted()[0];
  const span = resource['occurrencePeriod'];
  return (
    parseExactDay(resource['occurrenceDateTime']) ??
    parseExactDay(isObject(span) ? span['start'] : undefined) ??
    parseExactDay(event) ??
    parseExactDay(isObject(bounds) ? bounds['start'] : undefined)
  );
}

const ONCE = /\b(?:once|stat|one[- ]time|single)\b/iu;

/** Whether the timing of an order is for more than one time. */
export function isRepeated(timing: unknown): boolean {
  if (!isObject(timing)) return false;
  const { code, event, repeat } = timing;
  if (isObject(code) && !ONCE.test(concepts(code).map(allWordsOf).join(' '))) return true;
  if (Array.isArray(event) && event.length > 1) return true;
  if (!isObject(repeat)) return false;
  const count = number(repeat['countMax']) ?? number(repeat['count']);
  if (count !== undefined) return count > 1;
  return ['period', 'frequency', 'dayOfWeek', 'timeOfDay'].some((member) => repeat[member] !== undefined);
}

/** The requisition that orders placed together share. */
export function requisitionOf(resource: Json): string | undefined {
  const requisition = resource['requisition'];
  if (!isObject(requisition)) return undefined;
  const value = text(requisition['value']);
  return value && `${text(requisition['system']) ?? ''}|${value}`;
}
