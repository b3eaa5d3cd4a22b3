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
export type Owner = 'patient' | 'other' | 'unknown';

const OWNER_MEMBERS = ['subject', 'patient', 'for', 'beneficiary'] as const;

function ownerReference(resource: Json): string | undefined {
  for (const member of OWNER_MEMBERS) {
    const link = resource[member];
    if (isObject(link)) return text(link['reference'])?.trim();
  }
  return undefined;
}

function ownerNamed(reference: string | undefined, patientId: string): Owner {
  if (reference === undefined) return 'unknown';
  if (reference === `urn:uuid:${patientId}`) return 'patient';
  const literal = referenceOf({ reference });
  if (literal === undefined) return 'unknown';
  return literal === `Patient/${patientId}` ? 'patient' : 'other';
}

export function ownerOf(resource: Json, patientId: string): Owner {
  return ownerNamed(ownerReference(resource), patientId);
}

/** Tells whose each of many resources is; nearly all of them name their patient alike. */
export function owners(patientId: string): (resource: Json) => Owner {
  const known = new Map<string | undefined, Owner>();
  return (resource) => {
    const reference = ownerReference(resource);
    let owner = known.get(reference);
    if (owner === undefined) known.set(reference, (owner = ownerNamed(reference, patientId)));
    return owner;
  };
}
