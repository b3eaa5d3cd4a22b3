import { isObject, number, objects, text, type Json } from '../fhir/read';
import type { KeyAnswer, UnreadReason } from './key-answer';

/** One page of a search result, whoever asked for it. */
export interface Page {
  readonly resources: readonly Json[];
  /** Whether every entry holds a resource and nothing says that some were held back. */
  readonly isWhole: boolean;
  /** What the search says of itself. */
  readonly verdict: Verdict;
  readonly total: number;
  /** The address of the next page, as it stands there. */
  readonly next?: string;
}

/** What an OperationOutcome says about a search: nothing, that it failed, or that asking again is useless. */
type Verdict = 'harmless' | 'failed' | 'refused';

const REFUSALS = new Set(['security', 'login', 'unknown', 'expired', 'forbidden', 'suppressed']);
/** Codes by which a mere warning says that resources are missing. */
const HELD_BACK = new Set([
  'incomplete',
  'too-costly',
  'timeout',
  'throttled',
  'transient',
  'exception',
  'lock-error',
  'no-store',
]);

/**
 * What an OperationOutcome means for the search it stands for. Warnings and information, such as a parameter that was
 * ignored, are harmless unless their code says that something is missing (FHIR R4, IssueType).
 */
function verdictOf(outcome: Json): Verdict {
  const issues = objects(outcome['issue']);
  const codes = issues.map((issue) => text(issue['code']) ?? '');
  const isSerious = issues.some(({ severity }) => severity !== 'warning' && severity !== 'information');
  if (codes.some((code) => REFUSALS.has(code))) return 'refused';
  return isSerious || issues.length === 0 || codes.some((code) => HELD_BACK.has(code))
    ? 'failed'
    : 'harmless';
}

function isOutcome(value: Json): boolean {
  return value['resourceType'] === 'OperationOutcome';
}

/** Reads one page; in place of it the reason why the value is none. */
export function readPage(value: unknown): Page | UnreadReason {
  if (!isObject(value)) return 'wrong-type';
  if (isOutcome(value)) return verdictOf(value) === 'refused' ? 'refused' : 'failed';
  if (value['resourceType'] !== 'Bundle') return 'wrong-type';
  const entry = value['entry'] ?? [];
  if (!Array.isArray(entry)) return 'wrong-type';
  const resources: Json[] = [];
  let isWhole = true;
  let verdict: Verdict = 'harmless';
  for (const item of entry as readonly unknown[]) {
    const resource = isObject(item) ? item['resource'] : undefined;
    if (!isObject(resource) || text(resource['resourceType']) === undefined) isWhole = false;
    else if (!isOutcome(resource)) resources.push(resource);
    else if (verdict === 'harmless') verdict = verdictOf(resource);
  }
  const links = objects(value['link']).filter(({ relation }) => relation === 'next');
  const next = links.flatMap(({ url }) => text(url) ?? [])[0];
  return {
    resources,
    isWhole: isWhole && verdict === 'harmless' && (links.length === 0 || next !== undefined),
    verdict,
    total: number(value['total']) ?? 0,
    ...(next !== undefined && { next }),
  };
}

/** What the pages of one search say together; `isEnd` says that there is no further page. */
export function answerOfPages(
  key: string,
  resourceType: string,
  pages: readonly Page[],
  isEnd: boolean,
): KeyAnswer {
  const resources = pages.flatMap((page) => page.resources);
  const answer = { key, resourceType, resources };
  // A total counts what was searched for, not what was included beside it.
  const asked = resources.filter((resource) => resource['resourceType'] === resourceType);
  const failure = pages.map(({ verdict }) => verdict).find((verdict) => verdict !== 'harmless');
  if (resources.length === 0 && failure) return { ...answer, unread: failure };
  if (resources.length > 0 && asked.length === 0) return { ...answer, unread: 'wrong-type' };
  const total = Math.max(0, ...pages.map((page) => page.total));
  const isWhole = isEnd && pages.every((page) => page.isWhole) && total <= asked.length;
  return isWhole ? answer : { ...answer, unread: 'incomplete' };
}
