import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { FACTS } from '../gather/facts';
import { loadPolicyData, POLICY_FOLDER } from '../policy/load';
import { exportedResources } from './export';

const folder = process.argv[2] ?? 'plan-definitions';
const resources = exportedResources(FACTS, loadPolicyData(POLICY_FOLDER, FACTS));
for (const resource of resources) {
  const file = join(folder, resource.resourceType, `${resource.id}.json`);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify(resource, null, 2)}\n`);
}
process.stdout.write(`${resources.length} resources are in ${folder}.\n`);
