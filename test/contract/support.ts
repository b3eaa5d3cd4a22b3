import request, { type Response } from 'supertest';
import type { Express } from 'express';
import { scenarioRequest, type Scenario } from '../../src/demo/scenario';
import { appForTest, FIXTURES } from '../support/service-for-test';

export type Json = Record<string, unknown>;

export const SERVICE = '/cds-services/nerve-block-order-sign';
export const SELECT_SERVICE = '/cds-services/nerve-block-order-select';
export const CPT = 'http://www.ama-assn.org/go/cpt';
export const ICD10 = 'http://hl7.org/fhir/sid/icd-10-cm';
export const SNOMED = 'http://snomed.info/sct';
export const ASSESSMENT = 'org.nerve-block-cds.assessment';
export const PROFILE = 'org.nerve-block-cds.profile';
export const PROFILES = ['guideline', 'medicare-lcd'];
export const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/u;

export interface Action {
  readonly type: string;
  readonly description: string;
  readonly resource?: Json;
  readonly resourceId?: string;
}

export interface Suggestion {
  readonly label: string;
  readonly uuid: string;
  readonly isRecommended?: boolean;
  readonly actions?: readonly Action[];
}

export interface Criterion {
  readonly id: string;
  readonly severity: string;
  readonly status: string;
  readonly lines?: readonly string[];
  readonly required?: string;
  readonly found?: string;
}

export interface Assessment {
  readonly profile: string;
  readonly evaluatedOn: string;
  readonly determination: string;
  readonly lines: readonly { order: string; code: string; determination: string }[];
  readonly criteria: readonly Criterion[];
}

export interface Card {
  readonly uuid: string;
  readonly summary: string;
  readonly detail: string;
  readonly indicator: string;
  readonly source: Json;
  readonly suggestions?: readonly Suggestion[];
  readonly selectionBehavior?: string;
  readonly links?: readonly Json[];
  readonly overrideReasons?: readonly Json[];
  readonly extension: Json;
}

export interface Issue {
  readonly severity: string;
  readonly code: string;
  readonly diagnostics: string;
  readonly expression?: readonly string[];
}

const sharedApp = appForTest();

/** Fires the hook over HTTP. */
export function post(body: object, app: Express = sharedApp): Promise<Response> {
  return Promise.resolve(request(app).post(SERVICE).send(body));
}

/** Fires order-select over HTTP, with the named orders selected. */
export function select(
  { context, ...body }: { readonly context: object },
  selections?: unknown,
): Promise<Response> {
  const selected = { ...body, hook: 'order-select', context: { ...context, selections } };
  return Promise.resolve(request(sharedApp).post(SELECT_SERVICE).send(selected));
}

/** One procedure order as a CDS Client drafts it. */
export function draftOrder(members: Json = {}): Json {
  return {
    resourceType: 'ServiceRequest',
    id: 'sr1',
    status: 'draft',
    intent: 'order',
    subject: { reference: 'Patient/pt1' },
    code: { coding: [{ system: CPT, code: '64483' }] },
    ...members,
  };
}

export function bundleOf(...resources: readonly Json[]): Json {
  return {
    resourceType: 'Bundle',
    type: 'collection',
    entry: resources.map((resource) => ({ resource })),
  };
}

/** The smallest valid invocation; it carries nothing of the chart. */
export function minimalRequest(...orders: readonly Json[]) {
  return {
    hook: 'order-sign',
    hookInstance: 'd1577c69-dfbe-44ad-ba6d-3e05e953b2ea',
    context: {
      userId: 'Practitioner/p1',
      patientId: 'pt1',
      draftOrders: bundleOf(...(orders.length > 0 ? orders : [draftOrder()])),
    },
  };
}

/** The smallest invocation that is answered with a card: one key of the chart says that nothing is on file. */
export function answerableRequest(...orders: readonly Json[]) {
  return { ...minimalRequest(...orders), prefetch: { conditions: null } };
}

/** The invocation with other members of its context; undefined takes a member away. */
export function withContext<Body extends { context: object }>(body: Body, members: Json): Body {
  return { ...body, context: { ...body.context, ...members } };
}

type Changes = Partial<Pick<Scenario, 'without' | 'change' | 'with'>>;

function scenarioOf(chart: string, changes: Changes, orders: Changes): Scenario {
  const nothing = { without: [], change: {}, with: [] };
  return {
    id: chart,
    name: chart,
    chart,
    notSent: [],
    expect: {},
    ...nothing,
    ...changes,
    orders: { ...nothing, ...orders },
  };
}

/** An invocation with a whole chart of the fixtures, changed where the test needs it. */
export function chartRequest(
  chart: string,
  { profile = 'guideline', orders = {}, ...changes }: Changes & { profile?: string; orders?: Changes } = {},
) {
  return scenarioRequest(scenarioOf(chart, changes, orders), profile, FIXTURES);
}

/** The answer's body, checked to be a success. */
export function cardsOf(response: Response): readonly Card[] {
  const body: unknown = response.body;
  expect({ status: response.status, body }).toMatchObject({
    status: 200,
    body: { cards: expect.anything() },
  });
  return (body as { cards: readonly Card[] }).cards;
}

/** The only card of the answer. */
export function cardOf(response: Response): Card {
  const cards = cardsOf(response);
  expect(cards).toHaveLength(1);
  return cards[0] as Card;
}

export function assessmentOf(card: Card): Assessment {
  return card.extension[ASSESSMENT] as Assessment;
}

/** The issues of an error, checked to be an OperationOutcome of the given status that a browser may read. */
export function issuesOf(response: Response, status: number): readonly Issue[] {
  const body = response.body as { resourceType?: string; issue?: readonly Issue[] };
  expect([response.status, body.resourceType]).toEqual([status, 'OperationOutcome']);
  expect(body.issue).toEqual(expect.arrayContaining([expect.anything()]));
  return body.issue ?? [];
}

/** Where the errors of a refusal are, in the request. */
export function pathsOf(response: Response, status = 400): string[] {
  return issuesOf(response, status)
    .flatMap((issue) => issue.expression ?? [])
    .toSorted();
}

/** An answer without what is new in every call. */
export function withoutIds(value: unknown): unknown {
  const uuid = /"uuid":"[0-9a-f-]{36}"/gu;
  return JSON.parse(JSON.stringify(value).replace(uuid, '"uuid":"new"'));
}

/** The answer to a request, without what is new in every call. */
export async function answerTo(body: object): Promise<unknown> {
  return withoutIds(cardsOf(await post(body)));
}

/** The paths at which JSON says nothing: null, "", [] and {}. */
export function emptyPaths(value: unknown, path = ''): string[] {
  if (value === null || value === '') return [path];
  if (typeof value !== 'object') return [];
  const members = Object.entries(value);
  if (members.length === 0) return [path];
  return members.flatMap(([name, member]) => emptyPaths(member, `${path}/${name}`));
}

/** Criteria of the only card by id; for a criterion told once per line, the id is followed by the lines. */
export async function criteriaOf(body: object): Promise<Map<string, Criterion>> {
  const { criteria } = assessmentOf(cardOf(await post(body)));
  return new Map(
    criteria.map((criterion) => [[criterion.id, ...(criterion.lines ?? [])].join(' '), criterion]),
  );
}
