import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { objects, text, type Json } from '../fhir/read';
import { readBundle, caseOf, readScenarios, type Case, type Scenario } from './scenario';

/** A patient to try the service with: one for every scenario, and the records that nobody here shaped. */
export interface DemoCase extends Case {
  /** The id of the patient, too. */
  readonly id: string;
  readonly name: string;
  /** Where the case comes from, in a few words. */
  readonly source?: string;
}

/** Scenarios change the same few charts; where they stand side by side each has a patient of its own, under its id. */
export function ofOwnPatient<Content>(
  content: Content,
  { chart, id }: Pick<Scenario, 'chart' | 'id'>,
): Content {
  return JSON.parse(JSON.stringify(content).replaceAll(chart, id)) as Content;
}

/** A scenario with a patient of its own. */
export function demoCase(scenario: Scenario, fixtures: string): DemoCase {
  const { id, name, source } = scenario;
  return { ...ofOwnPatient(caseOf(scenario, fixtures), scenario), id, name, ...(source && { source }) };
}

/** The name of the patient of a chart. */
export function patientName(chart: readonly Json[]): string {
  const patient = chart.find(({ resourceType }) => resourceType === 'Patient') ?? {};
  const [name = {}] = objects(patient['name']);
  const given = Array.isArray(name['given']) ? name['given'].map(String) : [];
  return [...given, text(name['family']) ?? ''].join(' ').trim();
}

function filesIn(folder: string): string[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .map((file) => join(folder, file));
}

/** The charts that the scenarios change, as they are; some scenarios point at a patient of another chart. */
export function baseCharts(fixtures: string): Json[][] {
  return filesIn(join(fixtures, 'patients')).map(readBundle);
}

/** A whole record without orders. */
function recordCase(file: string): DemoCase {
  const chart = readBundle(file);
  const patient = chart.find(({ resourceType }) => resourceType === 'Patient') ?? {};
  const id = text(patient['id']) ?? '';
  return { id, patientId: id, name: patientName(chart), chart, orders: [], notSent: [] };
}

/** Every case of the fixtures, the scenarios first. */
export function demoCases(fixtures: string): DemoCase[] {
  return [
    ...readScenarios(join(fixtures, 'scenarios')).map((scenario) => demoCase(scenario, fixtures)),
    ...filesIn(join(fixtures, 'records')).map(recordCase),
  ];
}
