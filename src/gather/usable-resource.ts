import { codingsOf, isObject, text, type Json } from '../fhir/read';

const USABLE_STATUS: Readonly<Record<string, ReadonlySet<string>>> = {
  Observation: new Set(['final', 'amended', 'corrected']),
  Procedure: new Set(['completed', 'in-progress', 'stopped', 'not-done']),
  DiagnosticReport: new Set(['final', 'amended', 'corrected', 'appended']),
  MedicationRequest: new Set(['active', 'completed', 'stopped', 'on-hold']),
  MedicationStatement: new Set(['active', 'completed', 'stopped', 'on-hold']),
  CarePlan: new Set(['active', 'completed', 'on-hold']),
  ServiceRequest: new Set(['active', 'completed', 'on-hold']),
  Task: new Set(['requested', 'received', 'accepted', 'ready', 'in-progress', 'on-hold', 'completed']),
};

function hasCode(value: unknown, codes: readonly string[]): boolean {
  return codingsOf(value).some((coding) => codes.includes(coding.code));
}

/** Whether a record entry may become evidence at all: entered in error, refuted, draft and cancelled never do. */
export function isUsable(resource: Json): boolean {
  const type = text(resource['resourceType']) ?? '';
  if (type === 'Condition' || type === 'AllergyIntolerance') {
    return !hasCode(resource['verificationStatus'], ['refuted', 'entered-in-error']);
  }
  if (resource['doNotPerform'] === true) return false;
  const usable = USABLE_STATUS[type];
  return usable === undefined || usable.has(text(resource['status']) ?? '');
}

/** A diagnosis that is suspected and not confirmed. */
export function isPossible(condition: Json): boolean {
  return hasCode(condition['verificationStatus'], ['unconfirmed', 'provisional', 'differential']);
}

/** `Patient/id` (or another subject) a resource is about; undefined when it does not say. */
export function subjectOf(resource: Json): string | undefined {
  for (const member of ['subject', 'patient', 'for', 'beneficiary']) {
    const link = resource[member];
    if (isObject(link)) return text(link['reference']);
  }
  return undefined;
}
