import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CORE_SCHEMA, load } from 'js-yaml';
import { z } from 'zod';
import { isObject, text, type Json } from '../fhir/read';
import { type vignetteSchema, vignettesSchema } from '../policy/vignette-schema';
import { orderSignOf, prefetched } from './order-sign-request';

export type Scenario = z.output<typeof vignetteSchema> & { readonly id: string };
type Changes = Pick<Scenario, 'without' | 'change' | 'with'>;

const bundles = new Map<string, Json[]>();

/** The resources of a Bundle in a file, which is read once. */
function bundleResources(file: string): Json[] {
  const known = bundles.get(file) ?? readBundle(file);
  bundles.set(file, known);
  return known;
}

/** The resources of a Bundle in a file. */
export function readBundle(file: string): Json[] {
  const bundle: unknown = JSON.parse(readFileSync(file, 'utf8'));
  const entries = isObject(bundle) && Array.isArray(bundle['entry']) ? bundle['entry'] : [];
  return entries.flatMap((entry: unknown) =>
    isObject(entry) && isObject(entry['resource']) ? [entry['resource']] : [],
  );
}

function referenceTo(resource: Json): string {
  return `${text(resource['resourceType'])}/${text(resource['id'])}`;
}

/** The member that says whose a resource is, where it is not `subject`. */
const OWNER_MEMBER: Readonly<Record<string, string>> = {
  AllergyIntolerance: 'patient',
  Task: 'for',
  Coverage: 'beneficiary',
};

function apply(resources: readonly Json[], changed: Changes, { name, chart }: Scenario): Json[] {
  const full = (reference: string): string => reference.replace('/', `/${chart}-`);
  const known = new Set(resources.map(referenceTo));
  for (const reference of [...changed.without, ...Object.keys(changed.change)]) {
    if (!known.has(full(reference)))
      throw new Error(`scenario "${name}": ${full(reference)} is not in the chart ${chart}`);
  }
  const without = new Set(changed.without.map(full));
  const changesOf = new Map(
    Object.entries(changed.change).map(([reference, members]) => [full(reference), members]),
  );
  const kept = resources
    .filter((resource) => !without.has(referenceTo(resource)))
    .map((resource) => {
      const merged = { ...resource, ...changesOf.get(referenceTo(resource)) };
      return Object.fromEntries(Object.entries(merged).filter(([, value]) => value !== null));
    });
  const added = changed.with.map((resource) => ({
    [OWNER_MEMBER[text(resource['resourceType']) ?? ''] ?? 'subject']: { reference: `Patient/${chart}` },
    ...resource,
  }));
  return [...kept, ...added];
}

/** The prefetch key that holds the resources of a type. */
export const KEY_OF_TYPE: Readonly<Record<string, string>> = {
  Condition: 'conditions',
  Procedure: 'procedures',
  Observation: 'observations',
  ServiceRequest: 'serviceRequests',
  MedicationRequest: 'medicationRequests',
  MedicationStatement: 'medicationStatements',
  DiagnosticReport: 'diagnosticReports',
  AllergyIntolerance: 'allergyIntolerances',
  CarePlan: 'carePlans',
  Goal: 'goals',
  Coverage: 'coverage',
  Task: 'tasks',
};

/** The resources of the scenario: the chart as changed. */
export function scenarioChart(scenario: Scenario, fixtures: string): Json[] {
  return apply(bundleResources(join(fixtures, 'patients', `${scenario.chart}.json`)), scenario, scenario);
}

/** The draft orders of the scenario. */
export function scenarioOrders(scenario: Scenario, fixtures: string): Json[] {
  return apply(
    bundleResources(join(fixtures, 'orders', `${scenario.chart}.json`)),
    scenario.orders,
    scenario,
  );
}

/** Who is to get which orders, by which chart. */
export interface Case {
  readonly patientId: string;
  readonly chart: readonly Json[];
  readonly orders: readonly Json[];
  /** The prefetch keys that are left out. */
  readonly notSent: readonly string[];
}

/** What a scenario tells. */
export function caseOf(scenario: Scenario, fixtures: string): Case {
  return {
    patientId: scenario.chart,
    chart: scenarioChart(scenario, fixtures),
    orders: scenarioOrders(scenario, fixtures),
    notSent: scenario.notSent,
  };
}

/** The whole CDS Hooks request of a scenario for one profile, with the chart as prefetch. */
export function scenarioRequest(scenario: Scenario, profile: string, fixtures: string) {
  return requestFor(caseOf(scenario, fixtures), profile);
}

/** The whole CDS Hooks request of a case for one profile, with the chart as prefetch. */
export function requestFor({ patientId, chart, orders, notSent }: Case, profile: string) {
  const types = Object.entries({ ...KEY_OF_TYPE, Patient: 'patient' });
  const sent = types.filter(([, key]) => !notSent.includes(key));
  const prefetch: Record<string, unknown> = Object.fromEntries(
    sent.map(([type, key]) => [key, prefetched(type, chart)]),
  );
  return { ...orderSignOf(patientId, orders, profile), prefetch };
}

/** Reads every scenario of a folder, or of its files of one name. */
export function readScenarios(folder: string, only?: string): Scenario[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.yaml') && (only === undefined || file === only))
    .toSorted()
    .flatMap((file) => {
      const data: unknown = load(readFileSync(join(folder, file), 'utf8'), { schema: CORE_SCHEMA });
      const parsed = vignettesSchema.safeParse(data);
      if (!parsed.success) throw new Error(`${file}: ${z.prettifyError(parsed.error)}`);
      const list = parsed.data;
      return list.map((item, i) => ({
        ...item,
        id: file.replace('.yaml', '') + (list.length > 1 ? `-${i + 1}` : ''),
      }));
    });
}
