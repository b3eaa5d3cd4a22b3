import { readdirSync } from 'node:fs';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { basename, join } from 'node:path';
import {
  readScenarios,
  scenarioChart,
  scenarioRequest,
  KEY_OF_TYPE,
  type Scenario,
} from '../../src/demo/scenario';
import { ofOwnPatient } from '../../src/demo/demo-cases';
import { demoRoutes } from '../../src/demo/demo-routes';
import { loadChart, loadDemoCases } from '../../src/demo/load-records';
import { ownerOf } from '../../src/gather/usable-resource';
import { OUTSIDE_CODES, OUTSIDE_PATIENT, OUTSIDE_RECORD, outsideRequest } from '../contract/outside-record';
import { assessmentOf, cardOf, post, PROFILES, withoutIds, type Json } from '../contract/support';
import { appForTest, FIXTURES, policyData } from '../support/service-for-test';
import { vignettesByPolicy } from '../support/vignettes';
import { wholeChart } from '../support/whole-chart';
import { requireMaven, startHapi, type HapiServer } from './hapi-server';

requireMaven();

/** Smaller than most charts, so that they come in several pages. */
const PAGE_SIZE = 3;
const CHARTS = join(FIXTURES, 'patients');
const charts = readdirSync(CHARTS);
const app = appForTest({ deadlineMs: 20_000 });

/** A patient on the server, and what is asked of the service about that patient, by name. */
interface Patient {
  readonly id: string;
  readonly chart: readonly Json[];
  readonly requests: readonly (readonly [string, object])[];
}

function patientOf(scenario: Scenario): Patient {
  const whole = { ...scenario, notSent: [] };
  const requests = PROFILES.map(
    (profile) => [profile, ofOwnPatient(scenarioRequest(whole, profile, FIXTURES), scenario)] as const,
  );
  return { id: scenario.id, chart: ofOwnPatient(scenarioChart(scenario, FIXTURES), scenario), requests };
}

/** The first vignette whose chart has a resource of the type. */
function vignetteWith(type: string): Patient {
  const scenario = vignettesByPolicy()
    .flatMap(([, vignettes]) => vignettes)
    .find((vignette) => scenarioChart(vignette, FIXTURES).some(({ resourceType }) => resourceType === type));
  if (!scenario) throw new Error(`no vignette has a ${type}`);
  return patientOf({ ...scenario, id: `vignette-with-${type}` });
}

const patients: readonly Patient[] = [
  ...charts.map((file) => {
    const scenario = wholeChart(basename(file, '.json'));
    return patientOf({ ...scenario, id: `whole-${scenario.id}` });
  }),
  ...readScenarios(join(FIXTURES, 'scenarios')).map(patientOf),
  // No scenario has these.
  ...['AllergyIntolerance', 'MedicationStatement', 'ServiceRequest', 'Task'].map(vignetteWith),
  {
    id: OUTSIDE_PATIENT,
    chart: OUTSIDE_RECORD,
    requests: OUTSIDE_CODES.map((code) => [code, outsideRequest(code)]),
  },
];

let hapi: HapiServer;

beforeAll(async () => {
  hapi = await startHapi(PAGE_SIZE);
  await loadDemoCases(hapi.url, FIXTURES);
  for (const { chart } of patients) await loadChart(hapi.url, chart);
}, 1_800_000);

afterAll(() => hapi?.close());

async function read(url: string): Promise<Json> {
  const response = await fetch(url);
  const body = (await response.json()) as Json;
  expect({ url, status: response.status, body }).toMatchObject({ status: 200 });
  return body;
}

interface Searchset {
  readonly entry?: readonly { readonly resource: Json }[];
  readonly link: readonly { readonly relation: string; readonly url: string }[];
}

/** The pages of a search, by their next links. */
async function pagesOf(url: string): Promise<Json[][]> {
  const bundle = await read(url);
  expect(bundle).toMatchObject({ resourceType: 'Bundle', type: 'searchset' });
  const { entry = [], link } = bundle as unknown as Searchset;
  const next = link.find(({ relation }) => relation === 'next')?.url;
  const page = entry.map(({ resource }) => resource);
  return [page, ...(next === undefined ? [] : await pagesOf(next))];
}

function idsOf(resources: readonly Json[]): string[] {
  return resources.map(({ id }) => String(id)).toSorted();
}

describe('every search that is published', () => {
  const { patient: patientTemplate = '', ...searches } = policyData.discovery.prefetch;
  const typeOf = new Map(Object.entries(KEY_OF_TYPE).map(([type, key]) => [key, type]));

  test.each(patients)('finds what is on file, page by page: $id', async ({ id, chart }) => {
    const address = (template: string) => `${hapi.url}/${template.replaceAll('{{context.patientId}}', id)}`;
    expect(await read(address(patientTemplate))).toMatchObject({ resourceType: 'Patient', id });
    for (const [key, template] of Object.entries(searches)) {
      const pages = await pagesOf(address(template));
      const onFile = chart.filter(
        (resource) => resource['resourceType'] === typeOf.get(key) && ownerOf(resource, id) === 'patient',
      );
      expect([key, idsOf(pages.flat())]).toEqual([key, idsOf(onFile)]);
      expect(pages).toHaveLength(Math.max(1, Math.ceil(onFile.length / PAGE_SIZE)));
    }
  });
});

describe('the same chart by prefetch and from HAPI', () => {
  const answerTo = async (body: object) => {
    const { status, body: answer } = await post(body, app);
    return { status, answer: withoutIds(answer) };
  };
  const cases = patients.flatMap(({ id, requests }) =>
    requests.map(([name, body]) => [id, name, body] as const),
  );

  test.each(cases)('gives the same cards: %s (%s)', async (_id, _name, body) => {
    expect(await answerTo({ ...body, prefetch: undefined, fhirServer: hapi.url })).toEqual(
      await answerTo(body),
    );
  });
});

test('what is new in the chart is read, and the drug and the payor that it only points at', async () => {
  const id = 'by-reference';
  const {
    chart,
    requests: [[, body] = []],
  } = patientOf({ ...wholeChart('base-lumbar'), id });
  const unnamed = { ...body, extension: undefined, prefetch: undefined, fhirServer: hapi.url };
  const judged = async () => {
    const { profile, criteria } = assessmentOf(cardOf(await post(unnamed, app)));
    return [profile, criteria.find((criterion) => criterion.id === 'SAF-ACOAG')?.status];
  };
  await loadChart(hapi.url, chart);
  expect(await judged()).toEqual(['guideline', 'met']);

  const rxnorm = 'http://www.nlm.nih.gov/research/umls/rxnorm';
  const patient = { reference: `Patient/${id}` };
  await loadChart(hapi.url, [
    { resourceType: 'Medication', id: 'apixaban', code: { coding: [{ system: rxnorm, code: '1364445' }] } },
    { resourceType: 'Organization', id: 'cms', name: 'Medicare' },
    {
      resourceType: 'MedicationStatement',
      id: 'apixaban-taken',
      status: 'active',
      subject: patient,
      medicationReference: { reference: 'Medication/apixaban' },
      effectivePeriod: { start: '2025-10-01' },
    },
    {
      resourceType: 'Coverage',
      id: 'medicare',
      status: 'active',
      beneficiary: patient,
      payor: [{ reference: 'Organization/cms' }],
    },
  ]);
  expect(await judged()).toEqual(['medicare-lcd', 'not-documented']);
});

test('the demo shows what HAPI holds, page by page, at its own address', async () => {
  const demo = createServer(appForTest({ demo: demoRoutes(FIXTURES, policyData, hapi.url) }));
  demo.listen(0, '127.0.0.1');
  await once(demo, 'listening');
  const { port } = demo.address() as AddressInfo;
  const [page] = await pagesOf(`http://127.0.0.1:${port}/fhir/Observation?patient=04-care-too-short`);
  expect(page).toHaveLength(PAGE_SIZE);
  demo.close();
  demo.closeAllConnections();
});
