import { isObject, objects, text, type Json } from '../fhir/read';
import { issue, Problem } from '../problem';

/** What the service needs of a hook invocation, read tolerantly. */
export interface HookRequest {
  readonly patientId: string;
  /** The entries of the Bundle as they came. */
  readonly draftOrders: readonly unknown[];
  /** Absent means that the CDS Client sent none. */
  readonly prefetch: Json;
  readonly profile?: string;
}

export const PROFILE_EXTENSION = 'org.nerve-block-cds.profile';

const DEEPEST = 64;

/** Whether JSON is nested deeper than any FHIR resource; such orders could not be sent back in a suggestion. */
function isTooDeep(value: unknown): boolean {
  let level: unknown[] = [value];
  for (let depth = 0; depth <= DEEPEST; depth += 1) {
    level = level.flatMap((item) => (typeof item === 'object' && item !== null ? Object.values(item) : []));
    if (level.length === 0) return false;
  }
  return true;
}

function bareId(patientId: string): string {
  return patientId.replace(/^Patient\//u, '');
}

/**
 * Reads the envelope and the context of an invocation (CDS Hooks 2.0.1, Calling a CDS Service). Unknown members are
 * ignored, null and empty optional ones count as absent, and all that is missing is named at once.
 * @throws Problem 400
 */
export function readHookRequest(body: unknown, hook: string): HookRequest {
  if (!isObject(body)) throw new Problem(400, [issue('structure', 'The body must be a JSON object.')]);
  const issues = [];
  const context = isObject(body['context']) ? body['context'] : undefined;
  const required = (member: string, value: unknown, path: string): void => {
    if (text(value) === undefined)
      issues.push(issue('required', `${path} is required and must be a string.`, path));
    else if (member === 'hook' && value !== hook) {
      issues.push(issue('value', `hook must be "${hook}" for this service.`, path));
    }
  };
  required('hook', body['hook'], 'hook');
  required('hookInstance', body['hookInstance'], 'hookInstance');
  if (!context) {
    issues.push(issue('required', 'context is required and must be an object.', 'context'));
  } else {
    required('userId', context['userId'], 'context.userId');
    required('patientId', bareId(text(context['patientId']) ?? ''), 'context.patientId');
    const draftOrders = context['draftOrders'];
    const path = 'context.draftOrders';
    if (!isObject(draftOrders) || draftOrders['resourceType'] !== 'Bundle') {
      issues.push(issue('required', `${path} is required and must be a FHIR Bundle.`, path));
    } else if (isTooDeep(draftOrders)) {
      issues.push(issue('structure', `${path} is nested too deeply.`, path));
    }
  }
  const { fhirAuthorization, fhirServer, prefetch, extension } = body;
  if (isObject(fhirAuthorization) && text(fhirServer) === undefined) {
    issues.push(issue('required', 'fhirServer is required when fhirAuthorization is sent.', 'fhirServer'));
  }
  if (prefetch !== undefined && prefetch !== null && !isObject(prefetch)) {
    issues.push(issue('structure', 'prefetch must be an object.', 'prefetch'));
  }
  if (issues.length > 0) throw new Problem(400, issues);

  const draftOrders = isObject(context?.['draftOrders']) ? context['draftOrders'] : {};
  const named = isObject(extension) ? (extension[PROFILE_EXTENSION] ?? undefined) : undefined;
  const profile = named === undefined || named === '' ? undefined : (text(named) ?? JSON.stringify(named));
  return {
    patientId: bareId(text(context?.['patientId']) ?? ''),
    draftOrders: Array.isArray(draftOrders['entry']) ? draftOrders['entry'] : objects(draftOrders['entry']),
    prefetch: isObject(prefetch) ? prefetch : {},
    ...(profile !== undefined && { profile }),
  };
}
