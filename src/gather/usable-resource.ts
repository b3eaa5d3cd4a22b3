import { codingsOf, isObject, referenceOf, text, type Json } from '../fhir/read';

const USABLE_STATUS = new Map<string, ReadonlySet<string>>(
  Object.entries({
    Observation: new Set(['final', 'amended', 'corrected']),
    Procedure: new Set(['completed', 'in-progress', 'stopped', 'not-done']),
    DiagnosticReport: new Set(['final', 'amended', 'corrected', 'appended']),
    MedicationRequest: new Set(['active', 'completed', 'stopped', 'on-hold']),
    MedicationStatement: new Set(['active', 'completed', 'stopped', 'on-hold']),
    CarePlan: new Set(['active', 'completed', 'on-hold']),
    ServiceRequest: new Set(['active', 'completed', 'on-hold']),
    Task: new Set(['requested', 'received', 'accepted', 'ready', 'in-progress', 'on-hold', 'completed']),
  }),
);

function hasCode(value: unknown, codes: readonly string[]): boolean {
  return codingsOf(value).some((coding) => codes.includes(coding.code));
}

/** Whether a record entry may become evidence at all: entered in error, refuted, draft and cancelled never do. */
export function isUsable(resource: Json): boolean {
  const type = text(resource['resourceType']) ?? '';
  if (type === 'Condition' || type === 'AllergyIntolerance') {
    return !hasCode(resource['verificationStatus'], ['refuted', 'entered-in-error']);
  }
  if (type === 'Goal') return resource['lifecycleStatus'] !== 'entered-in-error';
  if (resource['doNotPerform'] === true) return false;
  const usable = USABLE_STATUS.get(type);
  return usable === undefined || usable.has(text(resource['status']) ?? '');
}

/** Whether a goal still stands or was reached; a cancelled or rejected one is none. */
export function isUsableGoal(goal: Json): boolean {
  return !['cancelled', 'rejected'].includes(text(goal['lifecycleStatus']) ?? '');
}

/** A diagnosis that is suspected and not confirmed. */
export function isPossible(condition: Json): boolean {
  return hasCode(condition['verificationStatus'], ['unconfirmed', 'provisional', 'differential']);
}

/** Whose a resource is: the patient's in context, another's, or not to be told from what it says. */
export function ownerOf(resource: Json, patientId: string): 'patient' | 'other' | 'unknown' {
  const link = ['subject', 'patient', 'for', 'beneficiary'].map((member) => resource[member]).find(isObject);
  const reference = text(link?.['reference'])?.trim();
  if (reference === undefined) return 'unknown';
  if (reference === `urn:uuid:${patientId}`) return 'patient';
  const literal = referenceOf({ reference });
  if (literal === undefined) return 'unknown';
  return literal === `Patient/${patientId}` ? 'patient' : 'other';
}
