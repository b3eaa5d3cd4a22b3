import { join } from 'node:path';
import axios from 'axios';
import { codingsOf } from '../fhir/read';
import { startService } from '../service';
import { determinationOf, differences } from './compare';
import { readScenarios, scenarioRequest, type Scenario } from './scenario';

const FIXTURES = join(__dirname, '..', '..', 'fhir-fixtures');
const SERVICE = '/cds-services/nerve-block-order-sign';

interface Row {
  readonly scenario: string;
  readonly profile: string;
  readonly determination: string;
  readonly differences: readonly string[];
}

/** The codes of the draft orders, in their sequence. */
function codesOf({ context }: ReturnType<typeof scenarioRequest>): string[] {
  return context.draftOrders.entry.flatMap(({ resource }) =>
    codingsOf(resource['code']).map(({ code }) => code),
  );
}

async function fire(url: string, scenario: Scenario, profile: string): Promise<Row> {
  const request = scenarioRequest(scenario, profile, FIXTURES);
  const answer = await axios.post<unknown>(url + SERVICE, request, {
    validateStatus: () => true,
    proxy: false,
  });
  const expected = scenario.expect[profile] ?? {};
  return {
    scenario: scenario.name,
    profile,
    determination: determinationOf(answer.status, answer.data, codesOf(request)),
    differences: differences(expected, answer.status, answer.data),
  };
}

function print(rows: readonly Row[]): void {
  const cells = rows.map((row) => [
    row.scenario,
    row.profile,
    row.determination,
    row.differences.length === 0 ? 'as expected' : `NOT AS EXPECTED: ${row.differences.join('; ')}`,
  ]);
  const all = [['Scenario', 'Profile', 'Determination', 'Result'], ...cells];
  const widths = [0, 1, 2].map((column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  for (const row of all) {
    const line = row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ');
    process.stdout.write(`${line.trimEnd()}\n`);
  }
}

/** Starts the service, fires every scenario over HTTP, prints one row each, and says whether all were as expected. */
async function demo(once: boolean): Promise<void> {
  const scenarios = readScenarios(join(FIXTURES, 'scenarios'));
  const environment = {
    LOG_LEVEL: 'warn',
    DATABASE_URL: 'file::memory:',
    ...process.env,
    ...(once && { PORT: '0' }),
  };
  const service = await startService(environment);
  try {
    const rows: Row[] = [];
    for (const scenario of scenarios) {
      for (const profile of Object.keys(scenario.expect))
        rows.push(await fire(service.url, scenario, profile));
    }
    print(rows);
    const wrong = rows.filter((row) => row.differences.length > 0).length;
    process.stdout.write(`\n${rows.length - wrong} of ${rows.length} as expected\n`);
    if (wrong > 0) process.exitCode = 1;
  } catch (error) {
    await service.stop();
    throw error;
  }
  if (once) {
    await service.stop();
    return;
  }
  process.stdout.write(
    `The playground is at ${service.url}/ and the service at ${service.url}/cds-services, until Ctrl-C.\n`,
  );
  process.once('SIGINT', () => {
    service.stop().then(
      () => process.exit(),
      () => process.exit(1),
    );
  });
}

demo(process.argv.includes('--once')).catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
