import { join } from 'node:path';
import { scenarioRequest, type Scenario } from '../src/demo/scenario';
import { isObject, objects, type Json } from '../src/fhir/read';

const FIXTURES = join(__dirname, '..', 'fhir-fixtures');
const CHART = 'base-lumbar';
const LOINC = 'http://loinc.org';
const ICD10 = 'http://hl7.org/fhir/sid/icd-10-cm';
const RXNORM = 'http://www.nlm.nih.gov/research/umls/rxnorm';
const CPT = 'http://www.ama-assn.org/go/cpt';

/** What a long chart is full of. The last of each list is what a criterion asks for; it comes seldom. */
const LABS = [
  ['2345-7', 'Glucose', 'mg/dL'],
  ['2160-0', 'Creatinine', 'mg/dL'],
  ['3094-0', 'Urea nitrogen', 'mg/dL'],
  ['2823-3', 'Potassium', 'mmol/L'],
  ['2951-2', 'Sodium', 'mmol/L'],
  ['718-7', 'Hemoglobin', 'g/dL'],
  ['6690-2', 'Leukocytes', '10*3/uL'],
  ['4548-4', 'Hemoglobin A1c', '%'],
  ['13457-7', 'Cholesterol in LDL', 'mg/dL'],
  ['1742-6', 'Alanine aminotransferase', 'U/L'],
  ['3016-3', 'Thyrotropin', 'mIU/L'],
  ['777-3', 'Platelets', '10*3/uL'],
] as const;
const VITALS = [
  ['8867-4', 'Heart rate', '/min'],
  ['29463-7', 'Body weight', 'kg'],
  ['59408-5', 'Oxygen saturation', '%'],
  ['8310-5', 'Body temperature', 'Cel'],
  ['9279-1', 'Respiratory rate', '/min'],
  ['72514-3', 'Pain severity', '{score}'],
] as const;
const DIAGNOSES = [
  ['I10', 'Essential hypertension'],
  ['E11.9', 'Type 2 diabetes mellitus'],
  ['E78.5', 'Hyperlipidemia'],
  ['J45.909', 'Asthma'],
  ['K21.9', 'Gastro-esophageal reflux disease'],
  ['F41.1', 'Generalized anxiety disorder'],
  ['M54.16', 'Lumbar radiculopathy'],
] as const;
const DRUGS = [
  ['314076', 'lisinopril 10 mg tablet'],
  ['617311', 'atorvastatin 40 mg tablet'],
  ['861007', 'metformin 500 mg tablet'],
  ['966224', 'levothyroxine 50 mcg tablet'],
  ['245314', 'albuterol inhaler'],
  ['198014', 'naproxen 500 mg tablet'],
] as const;
const PROCEDURES = [
  ['99213', 'Office visit'],
  ['93000', 'Electrocardiogram'],
  ['36415', 'Blood draw'],
  ['90686', 'Influenza vaccination'],
  ['45378', 'Colonoscopy'],
  ['97110', 'Therapeutic exercise'],
] as const;
const REPORTS = [
  ['24323-8', 'Comprehensive metabolic panel'],
  ['58410-2', 'Complete blood count'],
  ['36643-5', 'Chest X-ray'],
  ['24604-1', 'Mammogram'],
  ['30679-5', 'MR lumbar spine without contrast'],
] as const;

const SELDOM = 23;

function pick<T>(list: readonly T[], i: number): T {
  const common = (i + Math.floor(i / SLOTS.length)) % (list.length - 1);
  const picked = list[i % SELDOM === 0 ? list.length - 1 : common];
  if (picked === undefined) throw new Error('nothing to pick from');
  return picked;
}

function concept(system: string, code: string, display: string): Json {
  return { coding: [{ system, code, display }], text: display };
}

/** Days before the order on which the chart's entries lie, spread over some eight years. */
function dateOf(i: number): string {
  return new Date(Date.UTC(2026, 1, 28) - ((i * 37) % 3000) * 86_400_000).toISOString().slice(0, 10);
}

/** What a server writes around every resource, narrative included. */
function envelope(resourceType: string, i: number, words: string): Json {
  const date = dateOf(i);
  return {
    resourceType,
    id: `filler-${i}`,
    meta: {
      versionId: '1',
      lastUpdated: `${date}T14:05:09.114+00:00`,
      profile: [`http://hl7.org/fhir/us/core/StructureDefinition/us-core-${resourceType.toLowerCase()}`],
    },
    text: {
      status: 'generated',
      div: `<div xmlns="http://www.w3.org/1999/xhtml"><table><tbody><tr><td>Patient</td><td>Marta Rivera</td></tr><tr><td>Entry</td><td>${words}</td></tr><tr><td>Date</td><td>${date}</td></tr><tr><td>Recorded by</td><td>Ada Okafor, Riverside Spine and General Medicine</td></tr></tbody></table></div>`,
    },
    identifier: [
      { use: 'official', system: 'https://ehr.example/fhir/identifier/entry', value: `E-${100_000 + i}` },
    ],
    encounter: { reference: `Encounter/visit-${i % 97}`, display: 'Office visit, Riverside Spine' },
  };
}

function observation(i: number, kind: 'laboratory' | 'vital-signs'): Json {
  const [code, name, unit] = kind === 'laboratory' ? pick(LABS, i) : pick(VITALS, i);
  const quantity = (value: number): Json => ({
    value,
    unit,
    system: 'http://unitsofmeasure.org',
    code: unit,
  });
  return {
    ...envelope('Observation', i, name),
    status: 'final',
    category: [concept('http://terminology.hl7.org/CodeSystem/observation-category', kind, kind)],
    code: concept(LOINC, code, name),
    effectiveDateTime: `${dateOf(i)}T09:30:00Z`,
    issued: `${dateOf(i)}T13:12:44.000Z`,
    performer: [{ reference: 'Organization/laboratory', display: 'Riverside Laboratory' }],
    valueQuantity: quantity(((i * 13) % 90) / 10),
    referenceRange: [{ low: quantity(1), high: quantity(8), text: `1 to 8 ${unit}` }],
  };
}

function condition(i: number): Json {
  const [code, name] = pick(DIAGNOSES, i);
  const status = 'http://terminology.hl7.org/CodeSystem/condition-';
  return {
    ...envelope('Condition', i, name),
    clinicalStatus: concept(`${status}clinical`, 'active', 'Active'),
    verificationStatus: concept(`${status}ver-status`, 'confirmed', 'Confirmed'),
    category: [concept(`${status}category`, 'problem-list-item', 'Problem List Item')],
    code: concept(ICD10, code, name),
    onsetDateTime: dateOf(i),
    recordedDate: dateOf(i),
    recorder: { reference: 'Practitioner/base-lumbar-clinician', display: 'Ada Okafor' },
  };
}

function medicationRequest(i: number): Json {
  const [code, name] = pick(DRUGS, i);
  return {
    ...envelope('MedicationRequest', i, name),
    status: i % 3 === 0 ? 'active' : 'completed',
    intent: 'order',
    medicationCodeableConcept: concept(RXNORM, code, name),
    authoredOn: dateOf(i),
    requester: { reference: 'Practitioner/base-lumbar-clinician', display: 'Ada Okafor' },
    dosageInstruction: [
      { text: 'One a day by mouth', timing: { repeat: { frequency: 1, period: 1, periodUnit: 'd' } } },
    ],
    dispenseRequest: { numberOfRepeatsAllowed: 2, quantity: { value: 30, unit: 'tablet' } },
  };
}

function procedure(i: number): Json {
  const [code, name] = pick(PROCEDURES, i);
  return {
    ...envelope('Procedure', i, name),
    status: 'completed',
    code: concept(CPT, code, name),
    performedDateTime: dateOf(i),
    performer: [{ actor: { reference: 'Practitioner/base-lumbar-clinician', display: 'Ada Okafor' } }],
    note: [{ text: 'Tolerated well, no complications. Follow-up as agreed at the next visit.' }],
  };
}

function diagnosticReport(i: number): Json {
  const [code, name] = pick(REPORTS, i);
  return {
    ...envelope('DiagnosticReport', i, name),
    status: 'final',
    category: [concept('http://terminology.hl7.org/CodeSystem/v2-0074', 'LAB', 'Laboratory')],
    code: concept(LOINC, code, name),
    effectiveDateTime: dateOf(i),
    issued: `${dateOf(i)}T13:12:44.000Z`,
    result: [{ reference: `Observation/filler-${i + 1}` }, { reference: `Observation/filler-${i + 2}` }],
    conclusion: 'Within normal limits. No change since the last study.',
  };
}

const lab = (i: number): Json => observation(i, 'laboratory');
const vital = (i: number): Json => observation(i, 'vital-signs');

/** What follows what in the chart: nine laboratory results in twenty entries, four vital signs and so on. */
const SLOTS = [
  [lab, vital, condition, lab, medicationRequest],
  [lab, procedure, vital, lab, diagnosticReport],
  [lab, condition, medicationRequest, lab, vital],
  [procedure, lab, condition, vital, lab],
].flat();

function filler(i: number): Json {
  return (SLOTS[i % SLOTS.length] ?? lab)(i);
}

/** An order for 64483 with 64484 for the patient of the small chart, with that many more entries in the chart. */
function scenarioWith(fillers: number): Scenario {
  return {
    id: 'large-chart',
    name: 'A long chart',
    chart: CHART,
    without: [],
    change: {},
    with: Array.from({ length: fillers }, (_, i) => filler(i)),
    notSent: [],
    orders: { without: [], change: {}, with: [furtherLevel()] },
    expect: {},
  };
}

/** The order for the further level, beside the chart's own order for the first. */
function furtherLevel(): Record<string, unknown> {
  return {
    resourceType: 'ServiceRequest',
    id: `${CHART}-order-64484`,
    status: 'draft',
    intent: 'order',
    code: concept(CPT, '64484', 'Transforaminal epidural, low back, further level'),
    occurrenceDateTime: '2026-03-16',
    authoredOn: '2026-03-14',
    requester: { reference: `Practitioner/${CHART}-clinician` },
    reasonCode: [concept(ICD10, 'M54.16', 'Lumbar radiculopathy')],
    bodySite: [concept('http://snomed.info/sct', '7771000', 'Left')],
    note: [{ text: 'L5-S1, fluoroscopy' }],
  };
}

function prefetched(request: { prefetch: Record<string, unknown> }): number {
  return Object.values(request.prefetch)
    .filter(isObject)
    .reduce(
      (sum, value) => sum + (value['resourceType'] === 'Bundle' ? objects(value['entry']).length : 1),
      0,
    );
}

/** A hook call that brings exactly that many resources of one patient. */
export function hookRequest(resources: number) {
  const own = prefetched(scenarioRequest(scenarioWith(0), 'guideline', FIXTURES));
  return scenarioRequest(scenarioWith(resources - own), 'guideline', FIXTURES);
}

/** Its body. */
export function hookBody(resources: number): Buffer {
  return Buffer.from(JSON.stringify(hookRequest(resources)));
}

/** The body of a call with that many resources whose only order is none of ours. */
export function otherOrderBody(resources: number): Buffer {
  const request = hookRequest(resources);
  const { draftOrders } = request.context;
  const [entry] = draftOrders.entry;
  const other = { ...entry?.resource, code: concept(CPT, '99213', 'Office visit') };
  return Buffer.from(
    JSON.stringify({
      ...request,
      context: { ...request.context, draftOrders: { ...draftOrders, entry: [{ resource: other }] } },
    }),
  );
}
