import type { LineAssessment } from '../evaluate/assess';
import type { CriterionResult, NamedFact } from '../evaluate/criterion';
import { easiestWay, type Effort } from '../evaluate/what-would-change';
import { concepts, isObject, type Json } from '../fhir/read';
import { isToBeDone } from '../gather/draft-orders';
import type { LineContext } from '../gather/facts/fact';
import { regionsOfLine } from '../gather/readings/imaging';
import { CODE_SYSTEMS } from '../policy/code-systems';
import { SEVERITIES } from '../policy/policy-schema';
import type { RequestDefinition } from '../policy/policy-data';
import type { Draft, SuggestionContext } from './remedies';
import { needsRemedy } from './promise';
import { isStopped } from './summary';
import { firstFew, inTheWay, isOwnGap, type Speaker } from './wording';

/** The code system of our own requests; wire format, as the local evidence codes are. */
const REQUESTS = 'https://nerve-block-cds.example/fhir/CodeSystem/request';

/** So many requests are named before the rest is counted. */
const MOST_NAMES = 3;

interface Wanted {
  readonly name: string;
  readonly request: RequestDefinition;
  readonly line: LineAssessment;
  /** Ids of the criteria that ask for it. */
  readonly about: readonly string[];
}

/** Whether a fact is one that the request is for: by what was found, or because it is missing. */
function isFor(
  request: RequestDefinition,
  { named, isMissing }: Omit<Subject, 'criterion'>,
  speaker: Speaker,
): boolean {
  const { name, fact } = named;
  if (!request.for.includes(name) || !isOwnGap(named, speaker)) return false;
  if ([...(request.findings ?? []), ...(request.also ?? [])].includes(fact.finding)) return true;
  if (request.findings || !isMissing) return false;
  const isThere = (fact.evidence ?? []).length > 0;
  return request.order === undefined ? isThere || !request.ofWhatIsThere : !isThere;
}

/** A fact that something can be asked about: it is missing, or what was found speaks against the order. */
interface Subject {
  readonly criterion: string;
  readonly named: NamedFact;
  readonly isMissing: boolean;
}

/** What can be asked about of one criterion. Beside a refusal or a caution it is only what was found. */
function subjectsOf(result: CriterionResult, isRefused: boolean, speaker: Speaker): Subject[] {
  const isCaution = result.severity === 'caution';
  const criterion = result.criterion.id;
  if (!needsRemedy(result)) return [];
  if (result.status === 'not-met' || isCaution)
    return inTheWay(result).map((named) => ({ criterion, named, isMissing: false }));
  if (isRefused) return [];
  // Of alternatives only the easiest is asked for.
  const way = easiestWay(result, effortOfGap(speaker))?.map(({ fact }) => fact) ?? inTheWay(result);
  return way.map((named) => ({ criterion, named, isMissing: true }));
}

/** What the criteria that are not met ask for, each thing once, what decides first. */
function wanted({ assessment, speaker }: SuggestionContext): Wanted[] {
  const isRefused = isStopped(assessment) || assessment.determination === 'criteria-not-met';
  const found = new Map<string, Wanted>();
  for (const severity of SEVERITIES) {
    for (const line of assessment.lines) {
      const subjects = line.results
        .filter((result) => result.severity === severity)
        .flatMap((result) => subjectsOf(result, isRefused, speaker));
      for (const [name, request] of speaker.policyData.requests) {
        if (found.has(name)) continue;
        const about = subjects.filter((subject) => isFor(request, subject, speaker));
        if (about.length > 0)
          found.set(name, { name, request, line, about: about.map(({ criterion }) => criterion) });
      }
    }
  }
  return [...found.values()];
}

/** The least that is asked for where a fact is missing: a word on the order, a record, a test; undefined: only words help. */
export function leastRequest(fact: NamedFact, speaker: Speaker): RequestDefinition | undefined {
  const { requests } = speaker.policyData;
  const all = [...requests.values()].filter((request) =>
    isFor(request, { named: fact, isMissing: true }, speaker),
  );
  const kinds = [
    (request: RequestDefinition) => request.onOrder,
    (request: RequestDefinition) => request.task,
    () => true,
  ];
  return kinds.map((isOfKind) => all.find(isOfKind)).find((request) => request !== undefined);
}

/** What it takes to fill a gap: a word on the order, a record, a test; else what is on file has to be cleared up. */
export function effortOfGap(speaker: Speaker): (fact: NamedFact) => Effort {
  return (fact) => {
    const request = leastRequest(fact, speaker);
    if (!request) return 'clarify';
    if (request.onOrder) return 'state';
    return request.task === undefined ? 'obtain' : 'record';
  };
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
function askForRecords(
  all: readonly Wanted[],
  underWay: readonly Json[],
  { patientId, speaker }: SuggestionContext,
): Draft[] {
  const tasks = all
    .filter(({ request }) => request.task !== undefined)
    .map((item) => ({ ...item, resource: taskFor(item, patientId) }))
    .filter(({ resource, request }) => !underWay.some((other) => isSame(other, resource, request)));
  if (tasks.length === 0) return [];
  const names = tasks.map(({ request }) => request.about);
  const what = firstFew(names, MOST_NAMES, speaker).join(', ');
  const actions = tasks.map(({ resource, line, request }) => ({
    change: { type: 'create' as const, resource },
    order: line.line.order,
    words: { task: request.task },
  }));
  const about = tasks.flatMap((task) => task.about);
  return [{ remedy: 'ask-for-records', words: { what }, isRecommended: true, about, actions }];
}

/** What is drafted, or on file and still to be done. */
function pending({ draftOrders, assessment }: SuggestionContext): Json[] {
  const drafts = draftOrders
    .flatMap((entry) => (isObject(entry) && isObject(entry['resource']) ? [entry['resource']] : []))
    .filter(isToBeDone);
  const [context] = assessment.contexts;
  const onFile = context ? [...context.select('openOrders').items, ...context.select('openTasks').items] : [];
  return [...drafts, ...onFile.map(({ resource }) => resource)];
}

/** Whether another order is for the same: by its codes and words, or as one of a value set, of its region and modality. */
function isSame(other: Json, wantedOrder: Json, { orderedAs }: RequestDefinition): boolean {
  const [concept] = concepts(wantedOrder['code']);
  const [otherConcept] = concepts(other['code']);
  if (!concept || !otherConcept) return false;
  const member = orderedAs?.memberOf(concept);
  const otherMember = orderedAs?.memberOf(otherConcept);
  if (member && otherMember)
    return member.region === otherMember.region && member.modality === otherMember.modality;
  const isCoded = concept.codings.every(({ system, code }) =>
    otherConcept.codings.some((coding) => coding.system === system && coding.code === code),
  );
  return isCoded && concept.text === otherConcept.text;
}

/** An order for what has to be done first: a draft of its own, for the day on which it is done. */
function orderFor(
  { request, line, about }: Wanted,
  underWay: readonly Json[],
  context: SuggestionContext,
): Draft[] {
  const lineContext = context.assessment.contexts.find(
    (candidate: LineContext) => candidate.line === line.line,
  );
  if (!lineContext) return [];
  const regions = regionsOfLine(lineContext);
  const chosen = (request.order ?? []).find(
    ({ region }) => region === undefined || (regions.length === 1 && regions[0] === region),
  );
  if (!chosen) return [];
  const system = CODE_SYSTEMS[chosen.system];
  const { order } = line.line;
  const { reasonCode, requester } = order.resource;
  const resource: Json = {
    resourceType: 'ServiceRequest',
    status: 'draft',
    intent: 'order',
    code: { coding: [{ system, code: chosen.code, display: chosen.label }], text: chosen.label },
    subject: { reference: `Patient/${context.patientId}` },
    ...(request.priority && { priority: request.priority }),
    ...(reasonCode !== undefined && { reasonCode }),
    ...(requester !== undefined && { requester }),
  };
  if (underWay.some((other) => isSame(other, resource, request))) return [];
  const words = { what: chosen.label };
  const actions = [{ change: { type: 'create' as const, resource }, order, words }];
  return [{ remedy: 'order-first', words, isRecommended: request.priority === 'urgent', about, actions }];
}

/**
 * What can be asked for: records as tasks; tests, therapy and referrals as draft orders. Where the order should not stand,
 * no further record would change that.
 */
export function requestsFor(context: SuggestionContext): Draft[] {
  const all = wanted(context);
  const underWay = pending(context);
  return [
    ...askForRecords(all, underWay, context),
    ...all.flatMap((item) => orderFor(item, underWay, context)),
  ];
}
