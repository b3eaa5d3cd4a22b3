import { assessmentOf, bundleOf, cardOf, cardsOf, CPT, ICD10, pathsOf, post, type Json } from './support';

/** What the public CDS Hooks Sandbox sent, as captured in a browser. */
const PREFETCH = {
  patient: {
    resourceType: 'Patient',
    id: 'nb-001',
    name: [{ family: 'Rivera', given: ['Marta'] }],
    birthDate: '1968-03-14',
    gender: 'female',
  },
  conditions: {
    resourceType: 'Bundle',
    type: 'searchset',
    total: 1,
    entry: [
      {
        resource: {
          resourceType: 'Condition',
          id: 'c1',
          subject: { reference: 'Patient/nb-001' },
          clinicalStatus: {
            coding: [{ system: 'http://terminology.hl7.org/CodeSystem/condition-clinical', code: 'active' }],
          },
          code: {
            text: 'Radiculopathy, lumbar region',
            coding: [{ system: ICD10, code: 'M54.16', display: 'Radiculopathy, lumbar region' }],
          },
        },
      },
    ],
  },
  coverage: {
    resourceType: 'Bundle',
    type: 'searchset',
    total: 1,
    entry: [
      {
        resource: {
          resourceType: 'Coverage',
          id: 'cov1',
          status: 'active',
          beneficiary: { reference: 'Patient/nb-001' },
          payor: [{ display: 'Medicare' }],
        },
      },
    ],
  },
  procedures: {
    resourceType: 'Bundle',
    type: 'searchset',
    total: 1,
    entry: [
      {
        resource: {
          resourceType: 'Procedure',
          id: 'p1',
          status: 'completed',
          subject: { reference: 'Patient/nb-001' },
          performedDateTime: '2026-02-01',
          code: { coding: [{ system: CPT, code: '64483' }] },
        },
      },
    ],
  },
};

const PROCEDURE = {
  resourceType: 'ServiceRequest',
  id: 'example-request-id',
  status: 'draft',
  intent: 'plan',
  code: {
    coding: [
      {
        system: CPT,
        code: '64483',
        display: 'Transforaminal epidural injection, lumbar or sacral, single level',
      },
    ],
    text: 'Transforaminal epidural injection, lumbar or sacral, single level',
  },
  subject: { reference: 'Patient/nb-001' },
  reasonCode: [
    {
      coding: [{ system: ICD10, code: 'M54.16', display: 'Radiculopathy, lumbar region' }],
      text: 'Radiculopathy, lumbar region',
    },
  ],
};

const DRUG = {
  resourceType: 'MedicationRequest',
  id: 'request-123',
  status: 'draft',
  subject: { reference: 'Patient/nb-001' },
  authoredOn: '2026-11-21',
  dosageInstruction: [
    {
      timing: { repeat: { frequency: 1, period: 1, periodUnit: 'd' } },
      doseAndRate: [{ doseQuantity: { value: 1, system: 'http://unitsofmeasure.org', code: '{pill}' } }],
    },
  ],
  dispenseRequest: {
    expectedSupplyDuration: { value: 30, unit: 'days', system: 'http://unitsofmeasure.org', code: 'd' },
  },
  intent: 'order',
  category: {
    coding: [
      {
        system: 'http://terminology.hl7.org/CodeSystem/medicationrequest-category',
        code: 'community',
      },
    ],
  },
  medicationCodeableConcept: {
    text: 'Naproxen 500 MG Oral Tablet',
    coding: [
      {
        display: 'Naproxen 500 MG Oral Tablet',
        system: 'http://www.nlm.nih.gov/research/umls/rxnorm',
        code: '198014',
      },
    ],
  },
};

/** As the Sandbox builds its request: no Bundle type, no fhirAuthorization, no encounter. */
function sandboxRequest(order: Json, context: Json = {}) {
  return {
    hookInstance: 'eea333c5-3179-4feb-a357-f0a9e72627ad',
    hook: 'order-sign',
    fhirServer: 'http://127.0.0.1:36223/fhir',
    context: {
      patientId: 'nb-001',
      userId: 'Practitioner/COREPRACTITIONER1',
      draftOrders: { resourceType: 'Bundle', entry: [{ resource: order }] },
      ...context,
    },
    prefetch: PREFETCH,
  };
}

const SELECTIONS = { selections: ['ServiceRequest/example-request-id'] };

describe('the public sandbox', () => {
  test('[D4] its order of a nerve block, in a Bundle without a type, is judged', async () => {
    const card = cardOf(await post(sandboxRequest(PROCEDURE, SELECTIONS)));
    expect(assessmentOf(card).lines).toEqual([
      expect.objectContaining({ order: 'ServiceRequest/example-request-id', code: '64483' }),
    ]);
    expect(assessmentOf(card).criteria.find(({ id }) => id === 'TF-DX')?.status).toBe('met');
  });

  test('[D6 N3] its drug order, with a category that is no list, gets no card', async () => {
    expect(cardsOf(await post(sandboxRequest(DRUG)))).toEqual([]);
  });

  test('[D4 D6] its first draft, with a coding that is empty, gets no card', async () => {
    const first = { ...PROCEDURE, code: { coding: [{}] }, reasonCode: [] };
    expect(cardsOf(await post(sandboxRequest(first, SELECTIONS)))).toEqual([]);
  });

  test('[D6] its drug order before a drug is chosen gets no card', async () => {
    const { medicationCodeableConcept: _drug, intent: _intent, ...unchosen } = DRUG;
    expect(cardsOf(await post(sandboxRequest(unchosen)))).toEqual([]);
  });

  test('[D4] its nerve block with a category that is no list is judged the same', async () => {
    const order = { ...PROCEDURE, category: { coding: [{ code: '387713003' }] }, bodySite: { text: 'left' } };
    const { lines } = assessmentOf(cardOf(await post(sandboxRequest(order))));
    expect(lines).toHaveLength(1);
  });

  test('[D6] a drug order and a nerve block together get the card of the nerve block', async () => {
    const draftOrders = { ...bundleOf(DRUG, PROCEDURE), type: undefined };
    const { lines } = assessmentOf(cardOf(await post(sandboxRequest(DRUG, { draftOrders }))));
    expect(lines.map(({ order }) => order)).toEqual(['ServiceRequest/example-request-id']);
  });

  test('[C2] its order-select body is refused here, by the hook', async () => {
    const body = { ...sandboxRequest(PROCEDURE, SELECTIONS), hook: 'order-select' };
    expect(pathsOf(await post(body))).toEqual(['hook']);
  });

  test('[D4] its second click on Rx Sign, without draft orders, is refused by name', async () => {
    const body = sandboxRequest(DRUG, { draftOrders: undefined });
    expect(pathsOf(await post(body))).toEqual(['context.draftOrders']);
  });

  test('[C9 E9] its request without prefetch is told that the chart is missing', async () => {
    const body = { ...sandboxRequest(PROCEDURE, SELECTIONS), prefetch: undefined };
    expect((await post(body)).status).toBe(412);
  });
});
