import { isObject, number, objects, text, type Json } from '../fhir/read';
import type { KeyAnswer } from './key-answer';

/** Keys that hold no evidence: who the patient is, and who pays. */
const NOT_EVIDENCE = new Set(['patient', 'coverage']);

function resourceTypeOf(template: string): string {
  return /^[A-Za-z]+/u.exec(template)?.[0] ?? '';
}

function hasNextPage(bundle: Json): boolean {
  return objects(bundle['link']).some((link) => link['relation'] === 'next');
}

function isOutcome(value: Json): boolean {
  return value['resourceType'] === 'OperationOutcome';
}

/**
 * Tells apart what a CDS Client sent for one key: null and an empty Bundle are an answer ("nothing on file"), an absent
 * key, an OperationOutcome and a value of another type are not (CDS Hooks 2.0.1, Prefetch Template).
 */
function readKey(key: string, resourceType: string, prefetch: Json): KeyAnswer {
  const base = { key, resourceType, resources: [] };
  if (!(key in prefetch)) return { ...base, unread: 'not-sent' };
  const value = prefetch[key];
  if (value === null) return base;
  if (!isObject(value)) return { ...base, unread: 'wrong-type' };
  if (isOutcome(value)) return { ...base, unread: 'failed' };
  if (value['resourceType'] !== 'Bundle') return { ...base, unread: 'wrong-type' };
  const entry = value['entry'];
  if (entry !== undefined && entry !== null && !Array.isArray(entry))
    return { ...base, unread: 'wrong-type' };
  const entries: unknown[] = Array.isArray(entry) ? entry : [];
  const resources: Json[] = [];
  let complete = !hasNextPage(value);
  let hasOutcome = false;
  for (const item of entries) {
    const resource = isObject(item) ? item['resource'] : undefined;
    if (isObject(resource) && isOutcome(resource)) hasOutcome = true;
    if (!isObject(resource) || text(resource['resourceType']) === undefined || isOutcome(resource))
      complete = false;
    else resources.push(resource);
  }
  const total = number(value['total']);
  if (total !== undefined && total > resources.length) complete = false;
  if (resources.length === 0 && hasOutcome) return { ...base, unread: 'failed' };
  const isOfOtherType =
    resources.length > 0 && resources.every((resource) => resource['resourceType'] !== resourceType);
  if (isOfOtherType) return { key, resourceType, resources, unread: 'wrong-type' };
  return { key, resourceType, resources, ...(!complete && { unread: 'incomplete' as const }) };
}

/** Reads every evidence key that the service publishes. Keys that it does not publish are ignored. */
export function readPrefetch(templates: Readonly<Record<string, string>>, prefetch: Json): KeyAnswer[] {
  return Object.entries(templates)
    .filter(([key]) => !NOT_EVIDENCE.has(key))
    .map(([key, template]) => readKey(key, resourceTypeOf(template), prefetch));
}

/** Whether anything at all was answered; if not, the chart could not be had. */
export function anyAnswered(answers: readonly KeyAnswer[]): boolean {
  return answers.some((answer) => answer.unread === undefined || answer.unread === 'incomplete');
}
