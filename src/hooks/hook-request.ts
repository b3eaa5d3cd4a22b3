import type { OperationOutcomeIssue } from 'fhir/r4';
import { isObject, objects, text, type Json } from '../fhir/read';
import type { Hook } from '../policy/schema';
import { issue, Problem } from '../problem';

/** What the service needs of a hook invocation, read tolerantly. */
export interface HookRequest {
  readonly hookInstance: string;
  /** Who signs, as the client names them. */
  readonly userId?: string;
  readonly patientId: string;
  /** The entries of the Bundle as they came. */
  readonly draftOrders: readonly unknown[];
  /** The orders that the clinician has just selected, as they are named; absent means all. */
  readonly selections?: readonly string[];
  /** Absent means that the CDS Client sent none. */
  readonly prefetch: Json;
  /** The FHIR server that the caller names. */
  readonly fhirServer?: string;
  /** What it lets us read there. */
  readonly accessToken?: string;
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

/** The hook that a service is called with; the public sandbox calls order-select services at signing, too. */
const ALSO_CALLED_WITH: Readonly<Record<Hook, readonly string[]>> = {
  'order-sign': [],
  'order-select': ['order-sign'],
};

function issuesOfHook(named: unknown, hook: Hook): OperationOutcomeIssue[] {
  if (text(named) === undefined) return [issue('required', 'hook is required and must be a string.', 'hook')];
  const isOurs = named === hook || ALSO_CALLED_WITH[hook].includes(String(named));
  return isOurs ? [] : [issue('value', `hook must be "${hook}" for this service.`, 'hook')];
}

function requiredText(value: unknown, path: string): OperationOutcomeIssue[] {
  return text(value) === undefined
    ? [issue('required', `${path} is required and must be a string.`, path)]
    : [];
}

function issuesOfDraftOrders(draftOrders: unknown): OperationOutcomeIssue[] {
  const path = 'context.draftOrders';
  if (!isObject(draftOrders) || draftOrders['resourceType'] !== 'Bundle')
    return [issue('required', `${path} is required and must be a FHIR Bundle.`, path)];
  const entry = draftOrders['entry'] ?? [];
  if (!Array.isArray(entry) && !isObject(entry))
    return [issue('structure', `${path}.entry must be a list.`, `${path}.entry`)];
  return isTooDeep(draftOrders) ? [issue('structure', `${path} is nested too deeply.`, path)] : [];
}

/** `selections` is required where orders are being selected; at signing everything is. */
function issuesOfSelections(selections: unknown, named: unknown): OperationOutcomeIssue[] {
  const path = 'context.selections';
  const isList = Array.isArray(selections) && selections.every((item) => typeof item === 'string');
  const isNeeded = named === 'order-select' || (selections !== undefined && selections !== null);
  return isNeeded && !isList
    ? [issue('required', `${path} is required and must be a list of strings.`, path)]
    : [];
}

function issuesOf(body: Json, hook: Hook): OperationOutcomeIssue[] {
  const { context, fhirAuthorization, fhirServer, prefetch } = body;
  const ofContext = isObject(context)
    ? [
        ...requiredText(context['userId'], 'context.userId'),
        ...requiredText(bareId(text(context['patientId']) ?? ''), 'context.patientId'),
        ...issuesOfDraftOrders(context['draftOrders']),
        ...(hook === 'order-select' ? issuesOfSelections(context['selections'], body['hook']) : []),
      ]
    : [issue('required', 'context is required and must be an object.', 'context')];
  const isGrantForNothing = isObject(fhirAuthorization) && text(fhirServer) === undefined;
  const isPrefetchReadable = prefetch === undefined || prefetch === null || isObject(prefetch);
  return [
    ...issuesOfHook(body['hook'], hook),
    ...requiredText(body['hookInstance'], 'hookInstance'),
    ...ofContext,
    ...(isGrantForNothing
      ? [issue('required', 'fhirServer is required when fhirAuthorization is sent.', 'fhirServer')]
      : []),
    ...issuesOfProfile(namedProfile(body)),
    ...(isPrefetchReadable ? [] : [issue('structure', 'prefetch must be an object.', 'prefetch')]),
  ];
}

/** What may stand in an Authorization header (RFC 6750, section 2.1), and a little more. */
const TOKEN = /^[\x21-\x7E]+$/u;

/**
 * The access token of a grant (CDS Hooks 2.0.1, Passing the Access Token); undefined if it is none that can be used for
 * this patient.
 */
function accessTokenOf(grant: unknown, patientId: string): string | undefined {
  if (!isObject(grant)) return undefined;
  const token = text(grant['access_token']);
  const type = text(grant['token_type']) ?? 'Bearer';
  const patient = text(grant['patient']);
  const isForPatient = patient === undefined || bareId(patient) === patientId;
  const isUsable =
    token !== undefined && TOKEN.test(token) && type.toLowerCase() === 'bearer' && isForPatient;
  return isUsable ? token : undefined;
}

function namedProfile({ extension }: Json): unknown {
  return isObject(extension) ? (extension[PROFILE_EXTENSION] ?? '') : '';
}

function issuesOfProfile(named: unknown): OperationOutcomeIssue[] {
  const path = `extension["${PROFILE_EXTENSION}"]`;
  return typeof named === 'string' ? [] : [issue('value', `${path} must be a string.`, path)];
}

/**
 * Reads the envelope and the context of an invocation (CDS Hooks 2.0.1, Calling a CDS Service). Unknown members are
 * ignored, null and empty optional ones count as absent, and all that is missing is named at once.
 * @throws Problem 400
 */
export function readHookRequest(body: unknown, hook: Hook): HookRequest {
  if (!isObject(body)) throw new Problem(400, [issue('structure', 'The body must be a JSON object.')]);
  const issues = issuesOf(body, hook);
  if (issues.length > 0) throw new Problem(400, issues);

  const context = isObject(body['context']) ? body['context'] : {};
  const draftOrders = isObject(context['draftOrders']) ? context['draftOrders'] : {};
  const patientId = bareId(text(context['patientId']) ?? '');
  const { prefetch } = body;
  const { selections } = context;
  const fhirServer = text(body['fhirServer']);
  const accessToken = accessTokenOf(body['fhirAuthorization'], patientId);
  const profile = text(namedProfile(body));
  const userId = text(context['userId']);
  return {
    hookInstance: text(body['hookInstance']) ?? '',
    ...(userId !== undefined && { userId }),
    patientId,
    draftOrders: Array.isArray(draftOrders['entry']) ? draftOrders['entry'] : objects(draftOrders['entry']),
    ...(hook === 'order-select' && Array.isArray(selections) && { selections: selections.map(String) }),
    prefetch: isObject(prefetch) ? prefetch : {},
    ...(fhirServer !== undefined && { fhirServer }),
    ...(accessToken !== undefined && { accessToken }),
    ...(profile !== undefined && { profile }),
  };
}
