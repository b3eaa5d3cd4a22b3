import { scenarioRequest, type Scenario } from '../src/demo/scenario';
import { objects } from '../src/fhir/read';
import { assessments, changedStatuses } from './support/assessment';
import { answer, FIXTURES } from './support/service-for-test';
import { wholeChart } from './support/whole-chart';

const BASE = wholeChart('base-lumbar');

function changes(profile: string, changed: Partial<Scenario>): Record<string, string> {
  const before = answer(scenarioRequest(BASE, profile, FIXTURES));
  return changedStatuses(before, answer(scenarioRequest({ ...BASE, ...changed }, profile, FIXTURES)));
}

const THERAPY = ['pt-eval', 'pt-1', 'pt-2', 'pt-3', 'pt-4', 'pt-5', 'pt-6', 'pt-7'].map(
  (id) => `Procedure/${id}`,
);

describe('the chart without one piece of evidence', () => {
  test.each<[string, string, string[], Record<string, string>]>([
    ['therapy', 'guideline', THERAPY, { 'TF-CC 64483': 'not-documented' }],
    ['therapy', 'medicare-lcd', THERAPY, { 'TF-CC 64483': 'not-documented' }],
    [
      'drug trials',
      'guideline',
      ['MedicationRequest/naproxen', 'MedicationRequest/gabapentin'],
      { 'TF-CC 64483': 'not-documented' },
    ],
    ['imaging', 'guideline', ['DiagnosticReport/mri'], { 'TF-CORR 64483': 'not-documented' }],
    ['imaging', 'medicare-lcd', ['DiagnosticReport/mri'], { 'TF-CORR 64483': 'not-documented' }],
    ['pain score', 'guideline', ['Observation/pain'], { 'TF-BASE 64483': 'not-documented' }],
    ['function score', 'medicare-lcd', ['Observation/odi'], { 'TF-BASE 64483': 'not-documented' }],
    [
      'examination',
      'guideline',
      ['Observation/slr', 'Observation/neuro'],
      { 'TF-EXAM 64483': 'not-documented' },
    ],
    ['diagnosis', 'medicare-lcd', ['Condition/radiculopathy'], { 'TF-DUR 64483': 'not-documented' }],
  ])('%s (%s): only what rests on it becomes not-documented', (_piece, profile, without, expected) => {
    expect(changes(profile, { without })).toEqual(expected);
  });
});

describe('the chart with one piece below its threshold', () => {
  test.each<[string, string, Partial<Scenario>, Record<string, string>]>([
    [
      'therapy of 22 days',
      'medicare-lcd',
      { without: ['pt-eval', 'pt-1', 'pt-2', 'pt-3', 'pt-4'].map((id) => `Procedure/${id}`) },
      { 'TF-CC 64483': 'not-met' },
    ],
    [
      'therapy of 37 days',
      'guideline',
      { without: ['Procedure/pt-eval', 'Procedure/pt-1'] },
      { 'TF-CC 64483': 'not-met' },
    ],
    [
      'pain for 15 days',
      'medicare-lcd',
      { change: { 'Condition/radiculopathy': { onsetDateTime: '2026-03-01' } } },
      { 'TF-DUR 64483': 'not-met' },
    ],
  ])('%s (%s): exactly its criterion becomes not-met', (_piece, profile, changed, expected) => {
    expect(changes(profile, changed)).toEqual(expected);
  });
});

describe('the chart without one prefetch key', () => {
  test.each<[string, string, Record<string, string>]>([
    [
      'conditions',
      'guideline',
      {
        'SAF-INF 64483': 'not-assessed',
        'SAF-COAG 64483': 'not-assessed',
        'SAF-CONS 64483': 'not-assessed',
        'SAF-RED 64483': 'not-assessed',
        'SAF-LIFE 64483': 'not-assessed',
        'SAF-ANAT 64483': 'not-assessed',
        'SAF-PREG 64483': 'not-assessed',
        'SAF-ALL 64483': 'not-assessed',
        'TF-BILAT 64483': 'not-assessed',
      },
    ],
    [
      'diagnosticReports',
      'guideline',
      { 'TF-CORR 64483': 'not-assessed', 'TF-LEVEL 64483': 'not-assessed', 'TF-SPEC 64483': 'not-assessed' },
    ],
    [
      'medicationRequests',
      'guideline',
      {
        'TF-CC 64483': 'not-assessed',
        'SAF-ACOAG 64483': 'not-assessed',
        'SAF-ANTIANG 64483': 'not-assessed',
      },
    ],
    ['allergyIntolerances', 'medicare-lcd', { 'SAF-ALL 64483': 'not-assessed' }],
    ['tasks', 'guideline', {}],
    ['goals', 'guideline', {}],
    ['serviceRequests', 'guideline', {}],
  ])('%s (%s): exactly what rests on it becomes not-assessed', (key, profile, expected) => {
    expect(changes(profile, { notSent: [key] })).toEqual(expected);
  });

  test('an anticoagulant found in one source counts although the other was not sent', () => {
    const apixaban = {
      resourceType: 'MedicationRequest',
      id: 'apixaban',
      status: 'active',
      intent: 'order',
      medicationCodeableConcept: { text: 'Apixaban 5 mg' },
    };
    const changed = changes('guideline', { with: [apixaban], notSent: ['medicationStatements'] });
    expect(changed).toEqual({ 'SAF-ACOAG 64483': 'not-documented', 'SAF-ANTIANG 64483': 'not-assessed' });
  });
});

test('what was not looked for is not said to be missing beside what decides', () => {
  const without = [5, 6, 7].map((n) => `Procedure/pt-${n}`);
  const changed = { ...BASE, without, notSent: ['medicationRequests'] };
  const [assessment] = assessments(answer(scenarioRequest(changed, 'guideline', FIXTURES)));
  const care = objects(assessment?.['criteria']).find(({ id }) => id === 'TF-CC');
  expect(care?.['status']).toBe('not-met');
  expect(care?.['found']).toContain('of 42 days');
  expect(care?.['found']).toContain('prescriptions (not sent)');
  expect(care?.['found']).not.toContain('no drug trial');
});
