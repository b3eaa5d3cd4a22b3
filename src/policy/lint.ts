import { lintPolicies } from './lint-policies';
import { POLICY_FOLDER } from './load';

const { isRight, says } = lintPolicies(process.argv[2] ?? POLICY_FOLDER);
(isRight ? process.stdout : process.stderr).write(`${says}\n`);
process.exitCode = isRight ? 0 : 1;
