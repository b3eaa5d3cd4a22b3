import { createHash } from 'node:crypto';
import type { Policy, PolicyData } from './policy-data';
import type { ValueSet } from './value-set';

function codesOf({ exact, prefixes }: ValueSet): string[] {
  return [...exact.keys(), ...prefixes.map(({ key }) => `${key}-`)].toSorted();
}

/** Digest of everything by which a policy decides: codes, diagnoses, criteria with their numbers, other views. */
export function policyDigest(policy: Policy, { profiles }: PolicyData): string {
  const ofProfiles = [...profiles.keys()].map((profile) => [
    profile,
    policy.criteria(profile).map(({ id, version, asked, severity }) => [id, version, asked, severity]),
    policy.supportedDiagnoses(profile).map(codesOf),
    policy.excludedDiagnoses(profile).map(codesOf),
    (policy.openDiagnoses(profile) ?? []).map(codesOf),
    policy.otherViews(profile).map(({ says, sources }) => [says, sources]),
  ]);
  return createHash('sha256')
    .update(JSON.stringify([ofProfiles, policy.procedures]))
    .digest('hex')
    .slice(0, 16);
}
