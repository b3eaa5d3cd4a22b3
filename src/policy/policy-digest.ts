import { createHash } from 'node:crypto';
import { CORE_SCHEMA, load } from 'js-yaml';
import type { Policy, PolicyData } from './policy-data';
import { filesIn, type PolicyFiles } from './policy-files';
import type { ValueSet } from './value-set';

function digestOf(data: unknown): string {
  return createHash('sha256').update(JSON.stringify(data)).digest('hex').slice(0, 16);
}

function codesOf({ exact, prefixes }: ValueSet): string[] {
  return [...exact.keys(), ...prefixes.map(({ key }) => `${key}-`)].toSorted();
}

/** Digest of what the policy asks for: codes, diagnoses, criteria with their numbers, other views. */
export function policyDigest(policy: Policy, { profiles }: PolicyData): string {
  const ofProfiles = [...profiles.keys()].map((profile) => [
    profile,
    policy.criteria(profile).map(({ id, version, asked, severity }) => [id, version, asked, severity]),
    policy.supportedDiagnoses(profile).map(codesOf),
    policy.excludedDiagnoses(profile).map(codesOf),
    policy.openDiagnoses(profile)?.map(codesOf) ?? null,
    policy.otherViews(profile).map(({ says, sources, written }) => [says, sources, written]),
  ]);
  const forNerve = policy.supportedForNerve.map(({ nerves, sets }) => [nerves, sets.map(codesOf)]);
  return digestOf([ofProfiles, forNerve, policy.procedures]);
}

/** What every policy reads charts and orders by. */
const READ_BY = ['selectors', 'vocabulary', 'companions', 'coding-rules', 'opioid-factors', 'profiles'];

/** Digest of what the policy reads charts and orders by: value sets, selectors, words, coding rules. It has no past. */
export function readingDigest(policy: string, files: PolicyFiles): string {
  const folders = ['value-sets', `policies/${policy}/value-sets`];
  const read = [
    ...READ_BY.map((name) => `${name}.yaml`),
    ...folders.flatMap((folder) => filesIn(files, folder).map((name) => `${folder}/${name}`)),
  ];
  return digestOf(read.map((path) => load(files.get(path) ?? '', { schema: CORE_SCHEMA })));
}
