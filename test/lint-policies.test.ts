import { join } from 'node:path';
import { lintPolicies } from '../src/policy/lint-policies';
import { withPolicies } from './support/changed-policies';
import { POLICIES } from './support/service-for-test';

test('what is right is counted', () => {
  expect(lintPolicies(POLICIES)).toMatchObject({ isRight: true });
  expect(lintPolicies(POLICIES).says).toMatch(
    /^\d+ policies, \d+ criteria, \d+ profiles, \d+ vignettes: nothing wrong\.$/u,
  );
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

const VIGNETTES = 'policies/trigger-point/vignettes/readings.yaml';
const FIRST = 'guideline: { determination: meets-criteria, criteria: { TP-DX: met } }';

test.each([
  ['an unknown profile', FIRST, FIRST.replace('guideline', 'guidelines'), 'there is no profile "guidelines"'],
  ['an unknown criterion', FIRST, FIRST.replace('TP-DX', 'TP-DXX'), 'there is no criterion "TP-DXX"'],
  ['an unknown determination', FIRST, FIRST.replace('meets-criteria', 'meets'), 'must be one of '],
  [
    'a member that is misspelt',
    'expect:\n    guideline',
    'expects:\n    guideline',
    'expects: is not known here',
  ],
])('in a vignette: %s', (_what, right, wrong, sentence) => {
  let line = 0;
  const { isRight, says } = withPolicies(
    {
      [VIGNETTES]: (text) => {
        line = text.slice(0, text.indexOf(right)).split('\n').length;
        return text.replace(right, wrong);
      },
    },
    lintPolicies,
  );
  expect(isRight).toBe(false);
  expect(says).toContain(`cds-services/${VIGNETTES}:${line}: `);
  expect(says).toContain(sentence);
});

test('a folder that is not there is said, too', () => {
  const { isRight, says } = lintPolicies(join(POLICIES, 'nowhere'));
  expect(isRight).toBe(false);
  expect(says).toMatch(/policies: there is no policy in it/u);
});
