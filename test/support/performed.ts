import { levelName } from '../../src/anatomy/spine-level';
import { sideCoding } from '../../src/present/changed-order';
import { codingsOf, concepts, isObject, objects, text, type Concept, type Json } from '../../src/fhir/read';
import type { LineContext } from '../../src/gather/facts/fact';
import { earlierSessions } from '../../src/gather/readings/earlier-blocks';
import { regionsOfLine } from '../../src/gather/readings/imaging';
import { memberOf } from '../../src/policy/value-set';
import { formatDay, parseExactDay, type Day } from '../../src/time/days';
import { policyData } from './service-for-test';

/** For whom, for which line and in which chart something is recorded or done. */
export interface Situation {
  readonly context: LineContext;
  readonly patientId: string;
  readonly chart: readonly Json[];
}

const CPT = 'http://www.ama-assn.org/go/cpt';
const LOINC = 'http://loinc.org';
const RXNORM = 'http://www.nlm.nih.gov/research/umls/rxnorm';
const ICD = 'http://hl7.org/fhir/sid/icd-10-cm';
const SNOMED = 'http://snomed.info/sct';
const EVIDENCE = 'https://nerve-block-cds.example/fhir/CodeSystem/evidence';
const UCUM = 'http://unitsofmeasure.org';

const coded = (system: string, code: string, words = code) => ({ coding: [{ system, code }], text: words });
const positive = coded(SNOMED, '10828004', 'Positive');

/** How long before the block the things that are recorded now were done, in days. */
const AGO = {
  recorded: 1,
  drugUntil: 20,
  careUntil: 15,
  careFrom: 90,
  drugFrom: 100,
  onset: 400,
  recentOnset: 60,
};
/** How long a course of therapy takes that is ordered now. */
const COURSE_DAYS = 60;

function daysBefore({ context }: Situation, days: number): string {
  return formatDay(context.asOf - days);
}

function sites({ context }: Situation): Json[] {
  const { side } = context.group;
  const { level } = context.line;
  const words = [side ?? '', level ? levelName(level) : ''].filter((word) => word !== '').join(' ');
  return words === '' ? [] : [{ ...(side && { coding: [sideCoding(side)] }), text: words }];
}

function observation(situation: Situation, code: Json, value: Json): Json {
  const [bodySite] = sites(situation);
  return {
    resourceType: 'Observation',
    status: 'final',
    code,
    effectiveDateTime: daysBefore(situation, AGO.recorded),
    ...(bodySite && { bodySite }),
    ...value,
  };
}

function quantity(value: number, code: string): Json {
  return { valueQuantity: { value, unit: code, system: UCUM, code } };
}

/** A drug that was taken for a while without enough relief. */
function drug(situation: Situation, rxnorm: string, name: string): Json {
  const [start, end] = [daysBefore(situation, AGO.drugFrom), daysBefore(situation, AGO.drugUntil)];
  return {
    resourceType: 'MedicationRequest',
    status: 'stopped',
    intent: 'order',
    medicationCodeableConcept: coded(RXNORM, rxnorm, name),
    authoredOn: start,
    dosageInstruction: [{ timing: { repeat: { boundsPeriod: { start, end } } } }],
    statusReason: { text: 'ineffective' },
  };
}

function therapy(start: string, end: string): Json {
  return {
    resourceType: 'Procedure',
    status: 'completed',
    code: coded(CPT, '97110', 'Therapeutic exercise'),
    performedPeriod: { start, end },
    outcome: { text: 'no lasting benefit' },
  };
}

/** A diagnosis that supports each kind of block, lumbar or else where it is. */
const DIAGNOSES: Readonly<Record<string, readonly [string, string?]>> = {
  'transforaminal-epidural': ['M54.12', 'M54.16'],
  'interlaminar-epidural': ['M54.12', 'M54.16'],
  'facet-joint': ['M47.812', 'M47.816'],
  'facet-ablation': ['M47.812', 'M47.816'],
  'greater-occipital-nerve': ['M54.81'],
  'trigeminal-branch': ['G50.0'],
  'peripheral-nerve': ['G58.9'],
  'trigger-point': ['M79.18'],
};

/** Whether the profile denies the block for pain that has lasted long. */
function asksForRecentPain({ context: { policy, profile } }: Situation): boolean {
  return policy.criteria(profile).some(({ id, asked }) => id === 'TF-EVID' && asked);
}

/** The last earlier block's day, and the day after. */
function aroundLastBlock({ context }: Situation): [Day, Day] {
  const on = earlierSessions(context).sessions.find((session) => session.on)?.on?.latest ?? context.asOf;
  return [on, on + 1];
}

/** The diagnosis that the block is for, with the day on which the pain began. */
function diagnosisSince(situation: Situation): Json {
  const { policy, profile, line } = situation.context;
  const isSupported = (concept: Concept): boolean =>
    memberOf([concept], policy.supportedDiagnoses(profile)) !== undefined;
  const [upper = '', lower = upper] = DIAGNOSES[policy.id] ?? [];
  const favourable = coded(ICD, line.procedure.region === 'lumbar-sacral' ? lower : upper);
  const listed = situation.chart
    .filter(({ resourceType }) => resourceType === 'Condition')
    .flatMap((condition) => concepts(condition['code']));
  // A headache is one or the other; a spine has several regions.
  const known = line.procedure.region === undefined ? listed : [];
  const stated = [...line.order.reasons, ...known].find(isSupported);
  return {
    resourceType: 'Condition',
    clinicalStatus: { coding: [{ code: 'active' }] },
    verificationStatus: { coding: [{ code: 'confirmed' }] },
    code: stated ? { coding: stated.codings } : favourable,
    onsetDateTime: daysBefore(situation, asksForRecentPain(situation) ? AGO.recentOnset : AGO.onset),
  };
}

/** How much an earlier block helped, and for how long. */
function relief(block: Json, on: Day, until: Day): Json[] {
  const of = (code: string, value: Json): Json => ({
    resourceType: 'Observation',
    status: 'final',
    code: coded(EVIDENCE, code),
    effectiveDateTime: formatDay(on + 1),
    partOf: [{ reference: `Procedure/${text(block['id'])}` }],
    ...value,
  });
  const days = Math.min(100, until - on);
  return [of('pain-relief-percent', quantity(85, '%')), of('pain-relief-duration', quantity(days, 'd'))];
}

function dayOf(block: Json): Day {
  const period = isObject(block['performedPeriod']) ? block['performedPeriod']['start'] : undefined;
  return parseExactDay(text(block['performedDateTime'] ?? period)?.slice(0, 10)) ?? 0;
}

/** Two diagnostic blocks at the place that is ordered, with what came of them. */
function earlierBlocks(situation: Situation): Json[] {
  const { procedure } = situation.context.line;
  const code = procedure.region === 'lumbar-sacral' ? '64493' : '64490';
  return [60, 120].flatMap((days) => {
    const on = situation.context.asOf - days;
    const block = {
      resourceType: 'Procedure',
      id: `earlier-block-${days}-${text(sites(situation)[0]?.['text'])?.replace(/\W/gu, '-')}`,
      status: 'completed',
      code: coded(CPT, code),
      performedDateTime: formatDay(on),
      bodySite: sites(situation),
    };
    return [block, ...relief(block, on, situation.context.asOf)];
  });
}

/** Day, level, side and relief of the blocks on file. */
function resultsOfKnownBlocks(situation: Situation): Json[] {
  const isBlock = (resource: Json): boolean =>
    resource['resourceType'] === 'Procedure' &&
    codingsOf(resource['code']).some(({ code }) => policyData.procedures.has(code));
  const blocks = situation.chart.filter(isBlock);
  const placed = blocks.map((block) => {
    const month = /^\d{4}-\d{2}$/u.exec(text(block['performedDateTime']) ?? '')?.[0];
    return { ...block, bodySite: sites(situation), ...(month && { performedDateTime: `${month}-20` }) };
  });
  return [...placed, ...blocks.flatMap((block) => relief(block, dayOf(block), situation.context.asOf))];
}

/** The treatments on file, with what came of them. */
function treatmentsWithResult({ chart }: Situation): Json[] {
  const isTherapy = (resource: Json): boolean =>
    resource['resourceType'] === 'Procedure' &&
    !codingsOf(resource['code']).some(({ code }) => policyData.procedures.has(code));
  return chart
    .filter(isTherapy)
    .map((resource) => ({ ...resource, outcome: { text: 'no lasting benefit' } }));
}

function imaging(situation: Situation, order: Json, conclusion: Json): Json {
  return {
    resourceType: 'DiagnosticReport',
    status: 'final',
    code: order['code'],
    effectiveDateTime: daysBefore(situation, AGO.recorded),
    ...conclusion,
  };
}

/** A herniated disc at the ordered level and side. */
function rootFinding(situation: Situation): Json {
  const isNeck = regionsOfLine(situation.context).includes('cervical');
  const words = `${text(sites(situation)[0]?.['text']) ?? ''} disc displacement with compression of the root`;
  return { conclusionCode: [coded(SNOMED, isNeck ? '85216006' : '20021007', words)], conclusion: words };
}

type Performance = (situation: Situation, created: Json) => readonly Json[];

/** What a conscientious team records or does when asked, by the request. What the patient has been through is a favourable case. */
const PERFORMANCES: Readonly<Record<string, Performance>> = {
  'ask-care': (s) => [therapy(daysBefore(s, AGO.careFrom), daysBefore(s, AGO.careUntil))],
  'ask-more-care': (s) => [therapy(daysBefore(s, AGO.careFrom), daysBefore(s, AGO.careUntil))],
  'ask-pain-score': (s) => [observation(s, coded(LOINC, '72514-3'), quantity(7, '{score}'))],
  'ask-function-score': (s) => [observation(s, coded(EVIDENCE, 'oswestry-total'), quantity(46, '%'))],
  'ask-examination': (s) => [
    observation(s, coded(EVIDENCE, 'straight-leg-raise'), { valueCodeableConcept: positive }),
    observation(s, coded(EVIDENCE, 'neurologic-exam'), { valueString: 'Sensation reduced, strength 5/5' }),
  ],
  'ask-facet-examination': (s) => [
    observation(s, coded(EVIDENCE, 'facet-loading'), { valueCodeableConcept: positive }),
  ],
  'ask-neuralgia-features': (s) => [
    observation(s, coded(EVIDENCE, 'neuralgia-features'), { valueInteger: 3 }),
  ],
  'ask-trigger-points': (s) => [
    observation(s, coded(EVIDENCE, 'trigger-point-findings'), { valueInteger: 3 }),
  ],
  'ask-onset': (s) => [diagnosisSince(s)],
  'ask-drug-trials': (s) => [drug(s, '198014', 'naproxen 500 mg tablet')],
  'ask-adjuvant-trial': (s) => [drug(s, '310431', 'gabapentin 300 mg capsule')],
  'ask-preventive-trial': (s) => [drug(s, '38404', 'topiramate')],
  'ask-anticonvulsant-trial': (s) => [drug(s, '308979', 'carbamazepine 200 mg tablet')],
  'ask-selection': (s) => [
    imaging(s, { code: coded(LOINC, '24590-2', 'MR brain') }, { conclusion: 'No mass.' }),
  ],
  'ask-program': (s) => [
    {
      resourceType: 'CarePlan',
      status: 'active',
      intent: 'plan',
      category: [coded(SNOMED, '229065009', 'Home exercise')],
      title: 'Physician-directed home exercise',
      period: { start: daysBefore(s, AGO.careFrom) },
    },
  ],
  'ask-reach-of-pain': (s) => [
    observation(s, coded(EVIDENCE, 'functional-limitation'), { valueString: 'Pain reaches below the knee' }),
  ],
  'ask-function-after-block': (s) =>
    aroundLastBlock(s).map((day, i) => ({
      ...observation(s, coded(EVIDENCE, 'oswestry-total'), quantity(i === 0 ? 80 : 10, '%')),
      effectiveDateTime: formatDay(day),
    })),
  'ask-movement': (s) => [
    observation(s, coded(EVIDENCE, 'functional-limitation'), { valueString: 'Rotation of the neck limited' }),
  ],
  'ask-psychosocial-screen': (s) => [observation(s, coded(LOINC, '44261-6'), quantity(6, '{score}'))],
  'ask-functional-goal': () => [
    {
      resourceType: 'Goal',
      lifecycleStatus: 'active',
      description: { text: 'Walk half an hour' },
    },
  ],
  'ask-earlier-blocks': earlierBlocks,
  'ask-relief': resultsOfKnownBlocks,
  'ask-care-result': treatmentsWithResult,
  'ask-interruption-plan': (s) => [
    observation(s, coded(EVIDENCE, 'interruption-plan'), {
      valueString: 'Paused three days before the block',
    }),
  ],
  'order-spine-mri': (s, order) => [imaging(s, order, rootFinding(s))],
  'order-spine-xray': (s, order) => [imaging(s, order, { conclusion: 'No fracture or destructive lesion.' })],
  'order-nerve-tests': (s, order) => [imaging(s, order, rootFinding(s))],
  'order-therapy': ({ context: { asOf } }) => [therapy(formatDay(asOf), formatDay(asOf + COURSE_DAYS))],
  'order-inr': (s) => [observation(s, coded(LOINC, '6301-6'), quantity(1, '{INR}'))],
  'order-platelets': (s) => [observation(s, coded(LOINC, '777-3'), quantity(240, '10*9/L'))],
  // A surgeon's opinion is no evidence for a block; the referral stays on file.
  'refer-to-surgeon': (_s, order) => [{ ...order, status: 'active' }],
  'refer-to-surgeon-urgently': (_s, order) => [{ ...order, status: 'active' }],
};

/** The request of requests.yaml that a created resource stands for. */
export function requestOf(created: Json): string | undefined {
  const codes = new Set(codingsOf(created['code']).map(({ code }) => code));
  const words = isObject(created['code']) ? text(created['code']['text']) : undefined;
  return [...policyData.requests].find(([name, { order }]) =>
    order ? order.some(({ code, label }) => codes.has(code) && label === words) : codes.has(name),
  )?.[0];
}

export const PERFORMED_REQUESTS = Object.keys(PERFORMANCES);

/** Whether it takes a course of treatment until the block. */
export function takesTime(created: Json): boolean {
  return requestOf(created) === 'order-therapy';
}

/** The day on which the block can be done after a course that was ordered for it. */
export function dayAfterCourse(asOf: Day): string {
  return formatDay(asOf + COURSE_DAYS + 1);
}

const SUBJECT_OF: Readonly<Record<string, string>> = { Task: 'for' };
let recorded = 0;

/** What is in the chart once a created task or order was carried out. */
export function performed(created: Json, situation: Situation): Json[] {
  const perform = PERFORMANCES[requestOf(created) ?? ''];
  if (!perform) throw new Error(`nobody knows how to perform ${JSON.stringify(created['code'])}`);
  return perform(situation, created).map((resource) => {
    recorded += 1;
    const member = SUBJECT_OF[text(resource['resourceType']) ?? ''] ?? 'subject';
    const id = text(resource['id']) ?? `performed-${recorded}`;
    return { ...resource, id, [member]: { reference: `Patient/${situation.patientId}` } };
  });
}

/** The chart with resources added; one of the same type and id is replaced. */
export function withResources(chart: readonly Json[], resources: readonly Json[]): Json[] {
  const nameOf = (resource: Json): string => `${text(resource['resourceType'])}/${text(resource['id'])}`;
  const added = new Set(resources.map(nameOf));
  return [...chart.filter((resource) => !added.has(nameOf(resource))), ...resources];
}

export function createdBy(suggestion: { readonly actions: readonly unknown[] }): Json[] {
  return objects(suggestion.actions).flatMap(({ type, resource }) =>
    type === 'create' && isObject(resource) ? [resource] : [],
  );
}
