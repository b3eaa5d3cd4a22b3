import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import axios from 'axios';
import type { Json } from '../fhir/read';
import { baseCharts, demoCases } from './demo-cases';

/** How often, and how many milliseconds apart, a server that is starting is asked whether it is ready. */
const READINESS = { attempts: 100, pauseMs: 2000 };

async function untilReady(baseUrl: string): Promise<void> {
  for (let attempt = 0; attempt < READINESS.attempts; attempt += 1) {
    const ready = await axios.get(`${baseUrl}/metadata`, { proxy: false }).catch(() => undefined);
    if (ready) return;
    await pause(READINESS.pauseMs);
  }
  throw new Error(`there is no FHIR server at ${baseUrl}`);
}

/**
 * Puts a chart into a FHIR server, as one transaction; what is there already is replaced.
 * @throws Error with what the server says against it
 */
export async function loadChart(baseUrl: string, chart: readonly Json[]): Promise<void> {
  const entry = chart.map((resource) => ({
    resource,
    request: { method: 'PUT', url: `${String(resource['resourceType'])}/${String(resource['id'])}` },
  }));
  const bundle = { resourceType: 'Bundle', type: 'transaction', entry };
  const { status, data } = await axios.post<unknown>(baseUrl, bundle, {
    headers: { 'Content-Type': 'application/fhir+json' },
    maxBodyLength: Number.POSITIVE_INFINITY,
    validateStatus: () => true,
    proxy: false,
  });
  if (status !== 200) throw new Error(`the server answers ${status}: ${JSON.stringify(data)}`);
}

/** Puts every demo case into a FHIR server, and first the charts of which some speak. Says how many there are. */
export async function loadDemoCases(baseUrl: string, fixtures: string): Promise<number> {
  const charts = [...baseCharts(fixtures), ...demoCases(fixtures).map(({ chart }) => chart)];
  for (const chart of charts) await loadChart(baseUrl, chart);
  return charts.length;
}

async function main([baseUrl]: readonly string[]): Promise<void> {
  if (baseUrl === undefined) throw new Error('which FHIR server? Give its base URL');
  await untilReady(baseUrl);
  const count = await loadDemoCases(baseUrl, join(__dirname, '..', '..', 'fhir-fixtures'));
  process.stdout.write(`${count} charts are in ${baseUrl}\n`);
}

if (require.main === module) {
  main(process.argv.slice(2)).catch((error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  });
}
