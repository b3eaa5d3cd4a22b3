import { join } from 'node:path';
import { lintPolicies } from '../src/policy/lint-policies';
import { withPolicies } from './support/changed-policies';
import { POLICIES } from './support/service-for-test';

test('what is right is counted', () => {
  expect(lintPolicies(POLICIES)).toMatchObject({ isRight: true });
  expect(lintPolicies(POLICIES).says).toMatch(/^\d+ policies, \d+ criteria, \d+ profiles: nothing wrong\.$/u);
});

test('what is wrong is said with file, line and a sentence', () => {
  const file = 'policies/trigger-point/parameters.yaml';
  const { isRight, says } = withPolicies(
    { [file]: (text) => text.replace('value: 42', 'value: six weeks') },
    lintPolicies,
  );
  expect(isRight).toBe(false);
  expect(says).toMatch(/policies\/trigger-point\/parameters\.yaml:7\b.*\S/u);
});

test('a folder that is not there is said, too', () => {
  const { isRight, says } = lintPolicies(join(POLICIES, 'nowhere'));
  expect(isRight).toBe(false);
  expect(says).toMatch(/nowhere: there is no folder "policies"/u);
});
