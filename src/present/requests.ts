import type { LineAssessment } from '../evaluate/assess';
import type { NamedFact } from '../evaluate/criterion';
import { codingsOf, isObject, type Json } from '../fhir/read';
import type { LineContext } from '../gather/facts/fact';
import { regionsOfLine } from '../gather/readings/imaging';
import { CODE_SYSTEMS } from '../policy/code-systems';
import type { RequestDefinition } from '../policy/schema';
import type { Draft, SuggestionContext } from './remedies';
import { firstFew, inTheWay } from './wording';

/** The code system of our own requests; wire format, as the local evidence codes are. */
const REQUESTS = 'https://nerve-block-cds.example/fhir/CodeSystem/request';

/** So many requests are named before the rest is counted. */
const MOST_NAMES = 3;

interface Wanted {
  readonly name: string;
  readonly request: RequestDefinition;
  readonly line: LineAssessment;
}

/** Whether a fact that is missing is one that the request is for. */
function isFor(request: RequestDefinition, { name, fact }: NamedFact): boolean {
  const isThere = (fact.evidence ?? []).length > 0;
  const isFitting = request.order === undefined ? isThere || !request.ofWhatIsThere : !isThere;
  return isFitting && request.for.includes(name);
}

/** What the criteria of which nothing usable is on file ask for, each thing once, what decides first. */
function wanted({ assessment, speaker }: SuggestionContext): Wanted[] {
  const found = new Map<string, Wanted>();
  for (const severity of ['contraindication', 'hard', 'documentation']) {
    for (const line of assessment.lines) {
      const missing = line.results
        .filter((result) => result.status === 'not-documented' && result.severity === severity)
        .flatMap(inTheWay);
      for (const [name, request] of speaker.policyData.requests) {
        if (!found.has(name) && missing.some((fact) => isFor(request, fact)))
          found.set(name, { name, request, line });
      }
    }
  }
  return [...found.values()];
}

function taskFor({ name, request }: Wanted, patientId: string): Json {
  return {
    resourceType: 'Task',
    status: 'draft',
    intent: 'proposal',
    code: { coding: [{ system: REQUESTS, code: name, display: request.about }], text: request.task },
    description: request.task,
    for: { reference: `Patient/${patientId}` },
  };
}

/** Everything that somebody has to record, as tasks in one suggestion. */
function askForRecords(all: readonly Wanted[], { patientId, speaker }: SuggestionContext): Draft[] {
  const tasks = all.filter(({ request }) => request.task !== undefined);
  if (tasks.length === 0) return [];
  const names = tasks.map(({ request }) => request.about);
  const what = firstFew(names, MOST_NAMES, speaker).join(', ');
  const actions = tasks.map((task) => ({
    change: { type: 'create' as const, resource: taskFor(task, patientId) },
    order: task.line.line.order,
    words: { task: task.request.task },
  }));
  return [{ remedy: 'ask-for-records', words: { what }, isRecommended: true, actions }];
}

/** Whether the draft orders hold an order of the code already. */
function isDrafted(system: string, code: string, { draftOrders }: SuggestionContext): boolean {
  return draftOrders.some((entry) => {
    const resource = isObject(entry) && isObject(entry['resource']) ? entry['resource'] : {};
    return codingsOf(resource['code']).some((coding) => coding.system === system && coding.code === code);
  });
}

/** An order for what has to be done first: a draft of its own, for the day on which it is done. */
function orderFor(item: Wanted, context: SuggestionContext): Draft[] {
  const { request, line } = item;
  const lineContext = context.assessment.contexts.find(
    (candidate: LineContext) => candidate.line === line.line,
  );
  const regions = lineContext ? regionsOfLine(lineContext) : [];
  const chosen = (request.order ?? []).find(
    ({ region }) => region === undefined || (regions.length === 1 && regions[0] === region),
  );
  if (!chosen) return [];
  const system = CODE_SYSTEMS[chosen.system];
  if (isDrafted(system, chosen.code, context)) return [];
  const { order } = line.line;
  const { reasonCode, requester } = order.resource;
  const resource: Json = {
    resourceType: 'ServiceRequest',
    status: 'draft',
    intent: 'order',
    code: { coding: [{ system, code: chosen.code, display: chosen.label }], text: chosen.label },
    subject: { reference: `Patient/${context.patientId}` },
    ...(reasonCode !== undefined && { reasonCode }),
    ...(requester !== undefined && { requester }),
  };
  const words = { what: chosen.label };
  const actions = [{ change: { type: 'create' as const, resource }, order, words }];
  return [{ remedy: 'order-first', words, isRecommended: false, actions }];
}

/**
 * What can be asked for where nothing usable is on file: records as tasks, tests and therapy as draft orders. Where the
 * order should not stand, no further record would change that.
 */
export function requestsFor(context: SuggestionContext): Draft[] {
  const { determination } = context.assessment;
  if (determination === 'contraindicated' || determination === 'criteria-not-met') return [];
  const all = wanted(context);
  return [...askForRecords(all, context), ...all.flatMap((item) => orderFor(item, context))];
}
