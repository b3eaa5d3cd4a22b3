import { isObject, type Json } from '../fhir/read';
import { readFurtherPages, readSearch, type ChartServer } from './fhir-server/read-search';
import type { KeyAnswer, UnreadReason } from './key-answer';
import { readReferenced } from './referenced-resources';
import { readSentKey, type SentKey } from './prefetch';
import { answerOfPages, type Page } from './search-page';

/** Everything that one invocation brings of a chart, or lets be read of it. */
export interface Chart {
  /** One answer for each evidence key. */
  readonly evidence: readonly KeyAnswer[];
  /** Coverages, and the Organizations that came with them. */
  readonly coverage: KeyAnswer;
}

/** What an invocation brings of the chart. */
export interface ChartRequest {
  readonly patientId: string;
  readonly prefetch: Json;
}

type Templates = Readonly<Record<string, string>>;

/** No fact rests on the Patient resource, so it is never read. */
const NEVER_READ = 'patient';
const COVERAGE = 'coverage';

/** The search that a template stands for; the patient id is one that FHIR allows. */
function searchOf(template: string, patientId: string): string {
  return template.replaceAll('{{context.patientId}}', patientId);
}

/** One Coverage on its own is read as a Bundle of it. */
function bundled(value: unknown): unknown {
  const isOne = isObject(value) && value['resourceType'] === 'Coverage';
  return isOne ? { resourceType: 'Bundle', entry: [{ resource: value }] } : value;
}

/** What the server says under a key of which the prefetch says too little; what came, if the server is of no help. */
async function completed(
  { answer, page, isWorthReading }: SentKey,
  template: string,
  patientId: string,
  server: ChartServer,
): Promise<KeyAnswer> {
  const { key, resourceType } = answer;
  const answerOf = (pages: readonly Page[], unread?: UnreadReason): KeyAnswer => ({
    ...answerOfPages(key, resourceType, pages, unread === undefined),
    wasRead: true,
  });
  if (isWorthReading) {
    const { pages, unread } = await readSearch(searchOf(template, patientId), server);
    if (pages.length > 0) return answerOf(pages, unread);
    const isOpen = answer.unread !== undefined && answer.unread !== 'incomplete';
    return isOpen && unread !== undefined ? { ...answer, unread } : answer;
  }
  if (page?.next === undefined) return answer;
  const { pages, unread } = await readFurtherPages(page, server.baseUrl, server);
  return answerOf(pages, unread);
}

function sentKeys({ patientId, prefetch }: ChartRequest, templates: Templates): [string, SentKey][] {
  const sent = { ...prefetch, ...(COVERAGE in prefetch && { coverage: bundled(prefetch[COVERAGE]) }) };
  return Object.entries(templates)
    .filter(([key]) => key !== NEVER_READ)
    .map(([key, template]) => [template, readSentKey(key, template, patientId, sent)]);
}

function chartOf(answers: readonly KeyAnswer[]): Chart {
  return {
    evidence: answers.filter(({ key }) => key !== COVERAGE),
    coverage: answers.find(({ key }) => key === COVERAGE) ?? {
      key: COVERAGE,
      resourceType: 'Coverage',
      resources: [],
    },
  };
}

/** The chart as far as it was sent. */
export function sentChart(request: ChartRequest, templates: Templates): Chart {
  return chartOf(sentKeys(request, templates).map(([, { answer }]) => answer));
}

/**
 * Brings the chart together: what was sent under each key, else what the FHIR server says, all keys at once, and the
 * drugs and payors that they only point at. Coverage is read only where it matters who pays. What cannot be had says why;
 * nothing throws.
 */
export async function gatherChart(
  request: ChartRequest,
  templates: Templates,
  server: ChartServer,
  needsCoverage: boolean,
): Promise<Chart> {
  const answers = await Promise.all(
    sentKeys(request, templates).map(async ([template, sent]) => {
      if (sent.answer.key === COVERAGE && !needsCoverage) return sent.answer;
      const answer = await completed(sent, template, request.patientId, server);
      const referenced = await readReferenced(answer.resources, request.patientId, server);
      return referenced.length > 0 ? { ...answer, resources: [...answer.resources, ...referenced] } : answer;
    }),
  );
  return chartOf(answers);
}
