import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { differences } from '../src/demo/compare';
import { readScenarios, scenarioRequest } from '../src/demo/scenario';
import { FACTS } from '../src/gather/facts';
import { loadPolicyData } from '../src/policy/load';
import { answerAsReceived, dependenciesForTest, FIXTURES, POLICIES, ROOT } from './support/service-for-test';

/** The files that the worked example in CONTRIBUTING.md shows, by the path on their first line. */
function shownFiles(): Map<string, string> {
  const page = readFileSync(join(ROOT, 'CONTRIBUTING.md'), 'utf8');
  const blocks = [...page.matchAll(/```yaml\n# (policies\/\S+)\n(.*?)```/gsu)];
  return new Map(blocks.map(([, path = '', content = '']) => [path, content]));
}

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'new-policy-'));
  cpSync(POLICIES, folder, { recursive: true });
  for (const [path, content] of shownFiles()) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
});

afterAll(() => {
  rmSync(folder, { recursive: true });
});

test('the example shows one whole policy folder', () => {
  expect([...shownFiles().keys()]).toEqual([
    'policies/suprascapular-nerve/policy.yaml',
    'policies/suprascapular-nerve/parameters.yaml',
    'policies/suprascapular-nerve/value-sets/shoulder-diagnoses.yaml',
    'policies/suprascapular-nerve/vignettes/care.yaml',
  ]);
});

test('with the folder of the example its code is judged as its vignettes say, and announced', () => {
  const policyData = loadPolicyData(folder, FACTS);
  for (const { description } of policyData.discovery.services) expect(description).toContain('64418');
  const vignettes = readScenarios(join(folder, 'policies/suprascapular-nerve/vignettes'));
  expect(vignettes).toHaveLength(2);
  for (const vignette of vignettes) {
    for (const [profile, expected] of Object.entries(vignette.expect)) {
      const request = scenarioRequest(vignette, profile, FIXTURES);
      const answer = answerAsReceived(request, { ...dependenciesForTest(), policyData });
      expect([vignette.name, profile, ...differences(expected, 200, answer)]).toEqual([
        vignette.name,
        profile,
      ]);
    }
  }
});

test('without it the code has no policy', () => {
  expect(loadPolicyData(POLICIES, FACTS).procedures.has('64418')).toBe(false);
});
