import type { Json } from '../fhir/read';
import type { KeyAnswer, UnreadReason } from './key-answer';
import { answerOfPages, readPage, type Page } from './search-page';
import { ownerOf } from './usable-resource';

/** What a CDS Client sent under one key. */
export interface SentKey {
  readonly answer: KeyAnswer;
  /** The page that came, if it was one; its `next` is what is still missing. */
  readonly page?: Page;
  /**
   * Whether the FHIR server is to be asked: for what did not come, where something is missing and no next page is named,
   * and where all that came is another patient's; not for what it has already refused.
   */
  readonly isWorthReading: boolean;
}

/** Whether there is something and none of it is about the patient. */
function isAllOfOthers(resources: readonly Json[], patientId: string): boolean {
  return resources.length > 0 && resources.every((resource) => ownerOf(resource, patientId) === 'other');
}

/** The resource type that a prefetch template asks for. */
function resourceTypeOf(template: string): string {
  return /^[A-Za-z]+/u.exec(template)?.[0] ?? '';
}

/**
 * Tells apart what a CDS Client sent for one key: null and an empty Bundle are an answer ("nothing on file"), an absent
 * key, an OperationOutcome and a value of another type are not (CDS Hooks 2.0.1, Prefetch Template).
 */
export function readSentKey(key: string, template: string, patientId: string, prefetch: Json): SentKey {
  const resourceType = resourceTypeOf(template);
  const nothing = { key, resourceType, resources: [] };
  const unread = (reason: UnreadReason): SentKey => ({
    answer: { ...nothing, unread: reason },
    isWorthReading: reason !== 'refused',
  });
  const value = Object.hasOwn(prefetch, key) ? prefetch[key] : undefined;
  if (value === undefined) return unread('not-sent');
  if (value === null) return { answer: nothing, isWorthReading: false };
  const page = readPage(value);
  if (typeof page === 'string') return unread(page);
  const answer = answerOfPages(key, resourceType, [page], page.next === undefined);
  const isMissing = answer.unread !== undefined && page.next === undefined && page.verdict !== 'refused';
  return { answer, page, isWorthReading: isMissing || isAllOfOthers(page.resources, patientId) };
}

/** Whether anything at all was answered; if not, the chart could not be had. */
export function anyAnswered(answers: readonly KeyAnswer[]): boolean {
  return answers.some((answer) => answer.unread === undefined || answer.unread === 'incomplete');
}
