import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { differences } from '../src/demo/compare';
import { readScenarios, scenarioRequest } from '../src/demo/scenario';
import { FACTS } from '../src/gather/facts';
import { loadPolicyData } from '../src/policy/load';
import { answerAsReceived, dependenciesForTest, FIXTURES, POLICIES } from './support/service-for-test';

/** What a new policy starts from; its id is that of a policy that there is not. */
const TEMPLATE = join(POLICIES, 'policies', '_template');
const ID = 'suprascapular-nerve';

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'new-policy-'));
  cpSync(POLICIES, folder, { recursive: true });
  cpSync(TEMPLATE, join(folder, 'policies', ID), { recursive: true });
});

afterAll(() => {
  rmSync(folder, { recursive: true });
});

test('a copy of the template is a policy: its code is judged as its vignettes say, and announced', () => {
  const policyData = loadPolicyData(folder, FACTS);
  for (const { description } of policyData.discovery.services) expect(description).toContain('64418');
  const vignettes = readScenarios(join(folder, 'policies', ID, 'vignettes'));
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
