import { readFileSync } from 'node:fs';
import { isObject } from '../fhir/read';
import { FACTS } from '../gather/facts';
import { chartFor } from '../hooks/answer';
import { readHookRequest } from '../hooks/hook-request';
import { judgeBlocks, readOrderedBlocks } from '../hooks/judge-orders';
import { loadPolicyData, POLICY_FOLDER } from '../policy/load';
import { Problem } from '../problem';
import { hookDependencies } from '../hooks/dependencies';
import { readSettings } from '../settings';
import { explain } from './explain';

/** Prints everything behind the answer to a hook request in a file. */
async function main(file: string | undefined): Promise<void> {
  if (file === undefined) throw new Error('Usage: npm run explain -- <request.json>');
  const policyData = loadPolicyData(POLICY_FOLDER, FACTS);
  const settings = readSettings(process.env, [...policyData.profiles.keys()]);
  const dependencies = hookDependencies(settings, policyData);
  const body: unknown = JSON.parse(readFileSync(file, 'utf8'));
  const hook = isObject(body) && body['hook'] === 'order-select' ? 'order-select' : 'order-sign';
  const blocks = readOrderedBlocks(readHookRequest(body, hook), dependencies);
  const judgement = blocks && judgeBlocks(blocks, await chartFor(blocks, dependencies), dependencies);
  process.stdout.write(
    judgement ? `${explain(judgement, policyData)}\n` : 'No order of the request has a policy: no card.\n',
  );
}

main(process.argv[2]).catch((error: unknown) => {
  const issues = error instanceof Problem ? JSON.stringify(error.toOutcome(), null, 2) : undefined;
  process.stderr.write(`${issues ?? (error instanceof Error ? error.message : String(error))}\n`);
  process.exitCode = 1;
});
