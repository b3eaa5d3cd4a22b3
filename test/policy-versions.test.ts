import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { caseOf } from '../src/demo/scenario';
import { FACTS } from '../src/gather/facts';
import { loadPolicyData } from '../src/policy/load';
import { readPolicyFiles } from '../src/policy/policy-files';
import { policyDigest, readingDigest } from '../src/policy/policy-digest';
import type { Policy, PolicyData } from '../src/policy/policy-data';
import { requestFor } from '../src/demo/scenario';
import { withPolicies, type Changes } from './support/changed-policies';
import {
  dependenciesForTest,
  FIXTURES,
  judgementOf,
  policyData,
  POLICIES,
  ROOT,
} from './support/service-for-test';
import { wholeChart } from './support/whole-chart';

const RECORDED = join(POLICIES, 'policies', 'versions.yaml');
type Digests = Readonly<Record<'policy' | 'reading', string>>;
type Recorded = Record<string, Record<string, Digests>>;

function recorded(): Recorded {
  return (parse(readFileSync(RECORDED, 'utf8')) ?? {}) as Recorded;
}

const policies = [...policyData.policies.values()];

function digests(policy: Policy, data: PolicyData, folder: string): Digests {
  return { policy: policyDigest(policy, data), reading: readingDigest(policy.id, readPolicyFiles(folder)) };
}

/** Versions that decide otherwise than was recorded for them. What charts are read by has no past. */
function otherwise(policy: Policy, data: PolicyData, folder: string): string[] {
  const known = recorded()[policy.id];
  const earlier = policy.earlier.filter(
    (before) => known?.[before.version]?.policy !== policyDigest(before, data),
  );
  const isAsRecorded =
    JSON.stringify(known?.[policy.version]) === JSON.stringify(digests(policy, data, folder));
  return [...(isAsRecorded ? [] : [policy]), ...earlier].map(({ version }) => version);
}

describe('a policy whose data changed has a new version', () => {
  if (process.env['UPDATE_VERSIONS'] !== undefined) {
    const known = recorded();
    for (const policy of policies) {
      // What was recorded for a version stays: other data is another version.
      const versions = (known[policy.id] ??= {});
      versions[policy.version] ??= digests(policy, policyData, POLICIES);
    }
    const comment = readFileSync(RECORDED, 'utf8')
      .split('\n')
      .filter((line) => line.startsWith('#'));
    writeFileSync(RECORDED, `${comment.join('\n')}\n${stringify(known)}`);
  }

  test.each(policies.map((policy) => [policy.id, policy] as const))('%s', (id, policy) => {
    // If this fails for the version that holds now: raise `version` in policy.yaml, say in CHANGELOG.md which determinations
    // change, and record it with `npm run policy-versions`. If for an earlier one: keep under `earlier` what it had.
    expect([id, otherwise(policy, policyData, POLICIES)]).toEqual([id, []]);
  });

  test.each(policies.map(({ id, title, version }) => [id, title, version]))(
    '%s: the changelog says what its version changes',
    (_id, title, version) => {
      const changelog = readFileSync(join(ROOT, 'CHANGELOG.md'), 'utf8').replace(/\s+/gu, ' ').toLowerCase();
      const clinical = changelog
        .split('### clinical policy')
        .slice(1)
        .map((part) => part.split('### ')[0] ?? '');
      expect(clinical.some((part) => part.includes(title.toLowerCase()) && part.includes(version))).toBe(
        true,
      );
    },
  );
});

test.each([
  ['value-sets/infections.yaml', 'prefix: "L03"', 'prefix: "L04"'],
  ['selectors.yaml', 'codes: [platelets]', 'codes: [inr]'],
  ['vocabulary.yaml', '- below[- ]knee', '- below[- ]thigh'],
  ['companions.yaml', 'kind: fluoroscopy', 'kind: ultrasound'],
  ['policies/trigger-point/policy.yaml', 'title: ', 'title: Other '],
])('another version is asked for where %s changes, if it decides by it', (file, from, to) => {
  const changed = withPolicies({ [file]: (text) => text.replace(from, to) }, (folder) => {
    const data = loadPolicyData(folder, FACTS);
    return [...data.policies.values()].filter((policy) => otherwise(policy, data, folder).length > 0);
  });
  expect(changed.map(({ id }) => id)).toEqual(
    file.startsWith('policies') ? [] : policies.map(({ id }) => id),
  );
});

describe('the day of the order decides which version judges it', () => {
  const EPIDURAL = 'policies/_shared/epidural.yaml';

  const changed = (changes: Changes) => withPolicies(changes, (folder) => loadPolicyData(folder, FACTS));

  /** From July on two more weeks of care are asked, by version 0.2.0 of both epidural policies. */
  const newVersion = (text: string): string =>
    text.replace(
      /version: 0\.1\.0\nfrom: "2026-01-01"\n/u,
      'version: 0.2.0\nfrom: "2026-07-01"\nearlier: [{ version: 0.1.0, from: "2026-01-01" }]\n',
    );
  const moreCare = (text: string): string =>
    text.replace(
      'guideline: { value: 42, from: "2026-01-01", sources: [s000, s001] }',
      'guideline: { value: 70, from: "2026-07-01", sources: [s000], earlier: [{ value: 42, from: "2026-01-01", sources: [s000, s001] }] }',
    );
  /** A number with three values, from these days on. */
  const careBefore =
    (...[latest, ...earlier]: string[]) =>
    (text: string): string =>
      text.replace(
        'guideline: { value: 42, from: "2026-01-01", sources: [s000, s001] }',
        `guideline: { value: 70, from: "${latest}", sources: [s000], earlier: [${earlier
          .map((day) => `{ value: 42, from: "${day}", sources: [s000] }`)
          .join(', ')}] }`,
      );
  const july = {
    [EPIDURAL]: moreCare,
    'policies/transforaminal-epidural/policy.yaml': newVersion,
    'policies/interlaminar-epidural/policy.yaml': newVersion,
  };

  test('a number that changes with a version is judged by on either side of its day', () => {
    const data = changed(july);
    const of = caseOf(wholeChart('base-lumbar'), FIXTURES);
    const judged = (day: string) => {
      const orders = of.orders.map((order) => ({ ...order, occurrenceDateTime: day }));
      const [assessment] =
        judgementOf(requestFor({ ...of, orders }, 'guideline'), {
          ...dependenciesForTest(),
          policyData: data,
        })?.judgement.assessments ?? [];
      const care = assessment?.lines[0]?.results.find(({ criterion }) => criterion.id === 'TF-CC');
      return [
        assessment?.policy.version,
        assessment?.policy.threshold('guideline', 'conservativeCareDays'),
        care?.criterion.version,
      ];
    };
    const [before, after] = [judged('2026-06-30'), judged('2026-07-01')];
    expect(before.slice(0, 2)).toEqual(['0.1.0', 42]);
    expect(after.slice(0, 2)).toEqual(['0.2.0', 70]);
    expect(before[2]).not.toBe(after[2]);
    // Nothing is older than the first version.
    expect(judged('2020-01-01').slice(0, 2)).toEqual(['0.1.0', 42]);
  });

  test('an earlier version decides as was recorded for it, whatever the later one asks', () => {
    const POLICY = 'policies/transforaminal-epidural/policy.yaml';
    const excluded = 'excluded: [axial-spine-diagnoses, fibromyalgia]';
    const block = /^diagnoses:\n(?: .*\n)+/mu;
    /** The later version excludes less. With `kept`, the earlier one keeps what it had. */
    const lessExcluded = (kept: boolean) => (text: string) => {
      const before = (block.exec(text)?.[0] ?? '').trim().replaceAll('\n', '\n    ');
      const then = kept ? `earlier:\n  - version: 0.1.0\n    from: "2026-01-01"\n    ${before}\n` : '';
      return newVersion(text)
        .replace(excluded, 'excluded: [fibromyalgia]')
        .replace(/^earlier: .*\n/mu, (line) => then || line);
    };
    const rewritten = (changes: Changes) =>
      withPolicies(changes, (folder) => {
        const data = loadPolicyData(folder, FACTS);
        const policy = data.policies.get('transforaminal-epidural');
        return policy && otherwise(policy, data, folder);
      });
    // 0.2.0 is recorded nowhere yet; of 0.1.0 nothing may change.
    expect(rewritten(july)).toEqual(['0.2.0']);
    expect(rewritten({ ...july, [POLICY]: lessExcluded(true) })).toEqual(['0.2.0']);
    expect(rewritten({ ...july, [POLICY]: lessExcluded(false) })).toEqual(['0.2.0', '0.1.0']);
    const otherPast = (text: string) =>
      moreCare(text).replace('earlier: [{ value: 42', 'earlier: [{ value: 49');
    expect(rewritten({ ...july, [EPIDURAL]: otherPast })).toEqual(['0.2.0', '0.1.0']);
  });

  test.each([
    [
      'a number that changes between versions',
      { [EPIDURAL]: moreCare },
      /"conservativeCareDays" changes on 2026-07-01, on which no version of the policy begins/u,
    ],
    [
      'a number that changed before, too, on a day on which no version began',
      { ...july, [EPIDURAL]: careBefore('2026-07-01', '2026-03-01', '2026-01-01') },
      /"conservativeCareDays" changes on 2026-03-01, on which no version of the policy begins/u,
    ],
    [
      'a number whose values are not with the latest first',
      { ...july, [EPIDURAL]: careBefore('2026-07-01', '2026-01-01', '2026-03-01') },
      /"conservativeCareDays" has its values not with the latest first/u,
    ],
    [
      'a number that begins after its policy',
      {
        [EPIDURAL]: (text: string) =>
          text.replace(
            'guideline: { value: 42, from: "2026-01-01"',
            'guideline: { value: 42, from: "2026-07-01"',
          ),
      },
      /"conservativeCareDays" begins on 2026-07-01, after the policy: write under "earlier" what it was from 2026-01-01 on/u,
    ],
    [
      'an unknown source of what a number was before',
      {
        ...july,
        [EPIDURAL]: (text: string) =>
          moreCare(text).replace('sources: [s000, s001] }] }', 'sources: [s999] }] }'),
      },
      /there is no source "s999"/u,
    ],
    [
      'an earlier version with a higher number',
      {
        ...july,
        'policies/transforaminal-epidural/policy.yaml': (text: string) =>
          newVersion(text).replace('earlier: [{ version: 0.1.0', 'earlier: [{ version: 0.10.0'),
      },
      /policy\.yaml:\d+: must be lower than 0\.2\.0, which came later/u,
    ],
    [
      'a mistake in what an earlier version had',
      {
        ...july,
        'policies/transforaminal-epidural/policy.yaml': (text: string) =>
          newVersion(text).replace('from: "2026-01-01" }]', 'from: "2026-01-01", includes: [TF-NONE] }]'),
      },
      /policy\.yaml:\d+: there is no shared criterion "TF-NONE"/u,
    ],
    [
      'versions in the wrong order',
      {
        'policies/transforaminal-epidural/policy.yaml': (text: string) =>
          text.replace(
            'from: "2026-01-01"\n',
            'from: "2026-01-01"\nearlier: [{ version: 0.0.9, from: "2026-02-01" }]\n',
          ),
      },
      /must be before the next one/u,
    ],
  ])('%s stops the start', (_what, changes, sentence) => {
    expect(() => changed(changes)).toThrow(sentence);
  });
});
