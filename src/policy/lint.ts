import { join } from 'node:path';
import { lintPolicies } from './lint-policies';

const { isRight, says } = lintPolicies(process.argv[2] ?? join(__dirname, '..', '..', 'cds-services'));
(isRight ? process.stdout : process.stderr).write(`${says}\n`);
process.exitCode = isRight ? 0 : 1;
