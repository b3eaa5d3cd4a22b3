import { codingsOf, isObject, referenceOf, text, type Json } from '../fhir/read';

/** Whether a record entry may become evidence: what its status leaves open is not known to be absent. */
export type Usability = 'usable' | 'left-out' | 'unclear';

interface Statuses {
  readonly usable: readonly string[];
  readonly leftOut: readonly string[];
}

const STATUSES_OF_TYPE: Readonly<Record<string, Statuses>> = {
  Observation: {
    usable: ['final', 'amended', 'corrected'],
    leftOut: ['registered', 'preliminary', 'cancelled', 'entered-in-error', 'unknown'],
  },
  Procedure: {
    usable: ['completed', 'in-progress', 'stopped', 'not-done'],
    leftOut: ['preparation', 'on-hold', 'entered-in-error'],
  },
  DiagnosticReport: {
    usable: ['final', 'amended', 'corrected', 'appended'],
    leftOut: ['registered', 'partial', 'preliminary', 'cancelled', 'entered-in-error'],
  },
  MedicationRequest: {
    usable: ['active', 'completed', 'stopped', 'on-hold'],
    leftOut: ['draft', 'cancelled', 'entered-in-error'],
  },
  MedicationStatement: {
    usable: ['active', 'completed', 'stopped', 'on-hold'],
    leftOut: ['intended', 'not-taken', 'entered-in-error'],
  },
  CarePlan: {
    usable: ['active', 'completed', 'on-hold'],
    leftOut: ['draft', 'revoked', 'entered-in-error'],
  },
  ServiceRequest: {
    usable: ['active', 'completed', 'on-hold'],
    leftOut: ['draft', 'revoked', 'entered-in-error'],
  },
  Task: {
    usable: ['requested', 'received', 'accepted', 'ready', 'in-progress', 'on-hold', 'completed'],
    leftOut: ['draft', 'rejected', 'cancelled', 'failed', 'entered-in-error'],
  },
};
const STATUSES = new Map(Object.entries(STATUSES_OF_TYPE));

function hasCode(value: unknown, codes: readonly string[]): boolean {
  return codingsOf(value).some((coding) => codes.includes(coding.code));
}

/** Entered in error, refuted, draft and cancelled resources are left out for good. */
export function usabilityOf(resource: Json): Usability {
  const type = text(resource['resourceType']) ?? '';
  if (type === 'Condition' || type === 'AllergyIntolerance') {
    const isRefuted = hasCode(resource['verificationStatus'], ['refuted', 'entered-in-error']);
    return isRefuted ? 'left-out' : 'usable';
  }
  if (type === 'Goal') return resource['lifecycleStatus'] === 'entered-in-error' ? 'left-out' : 'usable';
  if (resource['doNotPerform'] === true) return 'left-out';
  const statuses = STATUSES.get(type);
  const status = text(resource['status']) ?? '';
  if (!statuses || statuses.usable.includes(status)) return 'usable';
  return statuses.leftOut.includes(status) ? 'left-out' : 'unclear';
}

/** Whether a goal still stands or was reached; a cancelled or rejected one is none. */
export function isUsableGoal(goal: Json): boolean {
  return !['cancelled', 'rejected'].includes(text(goal['lifecycleStatus']) ?? '');
}

/** A diagnosis that is suspected and not confirmed. */
export function isPossible(condition: Json): boolean {
  return hasCode(condition['verificationStatus'], ['unconfirmed', 'provisional', 'differential']);
}

/** Whether a diagnosis or an allergy is said to be over. */
export function isOver(resource: Json): boolean {
  return hasCode(resource['clinicalStatus'], ['inactive', 'remission', 'resolved']);
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

/** Whose a reference says that something is; one that leads nowhere says nothing. */
export function ownerNamed(reference: string | undefined, patientId: string): Owner {
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
