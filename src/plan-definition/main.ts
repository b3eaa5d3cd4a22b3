import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { FACTS } from '../gather/facts';
import { loadPolicyData, POLICY_FOLDER } from '../policy/load';
import { exportedResources } from './export';

function main(): void {
  const { positionals } = parseArgs({ allowPositionals: true });
  const [folder = 'plan-definitions'] = positionals;
  const resources = exportedResources(FACTS, loadPolicyData(POLICY_FOLDER, FACTS));
  for (const resource of resources) {
    const file = join(folder, resource.resourceType, `${resource.id}.json`);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, `${JSON.stringify(resource, null, 2)}\n`);
  }
  process.stdout.write(`${resources.length} resources are in ${folder}.\n`);
}

try {
  main();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
