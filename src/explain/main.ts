import { readFileSync } from 'node:fs';
import { FACTS } from '../gather/facts';
import { readHookRequest } from '../hooks/hook-request';
import { judgeOrders } from '../hooks/order-sign';
import { loadPolicyData } from '../policy/load';
import { Problem } from '../problem';
import { POLICY_FOLDER, today } from '../service';
import { readSettings } from '../settings';
import { explain } from './explain';

/** Prints everything behind the answer to a hook request in a file. */
function main(file: string | undefined): void {
  if (file === undefined) throw new Error('Usage: npm run explain -- <request.json>');
  const policyData = loadPolicyData(POLICY_FOLDER, FACTS);
  const settings = readSettings(process.env, [...policyData.profiles.keys()]);
  const body: unknown = JSON.parse(readFileSync(file, 'utf8'));
  const judgement = judgeOrders(readHookRequest(body, policyData.service.hook), {
    policyData,
    defaultProfile: settings.policyProfile,
    today,
    newId: () => '',
  });
  process.stdout.write(
    judgement ? `${explain(judgement, policyData)}\n` : 'No order of the request has a policy: no card.\n',
  );
}

try {
  main(process.argv[2]);
} catch (error) {
  const issues = error instanceof Problem ? JSON.stringify(error.toOutcome(), null, 2) : undefined;
  process.stderr.write(`${issues ?? (error instanceof Error ? error.message : String(error))}\n`);
  process.exitCode = 1;
}
