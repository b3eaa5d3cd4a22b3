import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { scenarioRequest } from '../src/demo/scenario';
import { FACTS } from '../src/gather/facts';
import { policyPage } from '../src/pages/policy-page';
import { loadPolicyData } from '../src/policy/load';
import { policyDigest } from '../src/policy/policy-digest';
import type { PolicyData } from '../src/policy/policy-data';
import { Problem } from '../src/problem';
import { withPolicies, type Changes } from './support/changed-policies';
import { dependenciesForTest, FIXTURES, judgementOf, policyData, ROOT } from './support/service-for-test';
import { allVignettes } from './support/vignettes';

const page = readFileSync(join(ROOT, 'docs', 'change-a-threshold.md'), 'utf8');

// docs/change-a-threshold.md is followed here step by step: whoever changes it changes what is tested.

/** What the page says to change: the file after `---`, the line that goes and the one that comes. */
const changes: Changes = Object.fromEntries(
  [...page.matchAll(/^--- cds-services\/(\S+)\n-(.*)\n\+(.*)\n/gmu)].map(
    ([, file = '', before = '', after = '']) => [
      file,
      (text: string) => {
        const count = text.split('\n').filter((line) => line === before).length;
        if (count !== 1) throw new Error(`"${before}" stands ${count} times in ${file}`);
        return text.replace(`${before}\n`, `${after}\n`);
      },
    ],
  ),
);

/** The vignettes that the page says are named, each with the profiles under it. */
const named = [...page.matchAll(/^- _(.+)_: (.+)$/gmu)].map(
  ([, name = '', profiles = '']) => [name, profiles.split(', ')] as const,
);

const data = withPolicies(changes, (folder) => loadPolicyData(folder, FACTS));

/** What comes out of a request: for each line the determination and every status. */
function outcome(request: unknown, by: PolicyData): unknown {
  try {
    const judged = judgementOf(request, { ...dependenciesForTest(), policyData: by });
    return judged?.judgement.assessments.map(({ policy, lines }) =>
      lines.map(({ determination, results }) => [
        policy.id,
        determination,
        results.map(({ criterion, status }) => [criterion.id, status]),
      ]),
    );
  } catch (error) {
    if (error instanceof Problem) return error.message;
    throw error;
  }
}

test('the vignettes on the edge of the number change, and no other', () => {
  const changed = new Map<string, string[]>();
  for (const { policy, scenario, profile } of allVignettes()) {
    if (policy !== 'trigger-point') continue;
    const request = scenarioRequest(scenario, profile, FIXTURES);
    const [before, after] = [outcome(request, policyData), outcome(request, data)];
    if (JSON.stringify(before) === JSON.stringify(after)) continue;
    changed.set(scenario.name, [...(changed.get(scenario.name) ?? []), profile]);
  }
  expect([...changed]).toEqual(named);
});

test('the pages of the policies change in the lines that show the number', () => {
  const linesOf = (by: PolicyData): string[] =>
    [...by.policies.values()].flatMap((policy) => policyPage(policy, by, []).split('\n'));
  const before = linesOf(policyData);
  const differing = linesOf(data).flatMap((line, i) => (line === before[i] ? [] : [line]));
  expect(differing).toHaveLength(3);
  expect(differing[0]).toMatch(/^Version 0\.2\.0/u);
  expect(differing[1]).toMatch(/^\| \*\*TP-CC\*\* .*49 days of active care/u);
  expect(differing[2]).toMatch(/conservativeCareDays.* 49 d /u);
});

test('no other policy decides by anything else than before: only the policy whose number it is gets another digest', () => {
  const ids = [...data.policies.keys()].filter((id) => {
    const [before, after] = [policyData.policies.get(id), data.policies.get(id)];
    return before && after && policyDigest(before, policyData) !== policyDigest(after, data);
  });
  expect(ids).toEqual(['trigger-point']);
});
