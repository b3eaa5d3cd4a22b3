import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { FACTS } from '../gather/facts';
import { loadPolicyData } from './load';
import type { PolicyData } from './policy-data';
import { vignettesSchema } from './vignette-schema';
import { PolicyError, readYaml } from './yaml-file';

/** Every id that a card can list. */
function listedIds({ policies, profiles }: PolicyData): ReadonlySet<string> {
  return new Set(
    [...policies.values()].flatMap((policy) =>
      [...profiles.keys()].flatMap((profile) => [
        ...policy.criteria(profile).map(({ id }) => id),
        ...policy.otherViews(profile).flatMap(({ id }) => id ?? []),
      ]),
    ),
  );
}

/** Reads the vignettes of a policy: they may expect something only of profiles, codes and criteria that there are. */
function checkVignettes(
  folder: string,
  policy: string,
  policyData: PolicyData,
  ids: ReadonlySet<string>,
): number {
  const place = join(folder, 'policies', policy, 'vignettes');
  if (!existsSync(place)) throw new PolicyError(`cds-services/policies/${policy}: it has no vignettes`);
  let count = 0;
  for (const name of readdirSync(place).filter((file) => file.endsWith('.yaml'))) {
    const path = join(place, name);
    const file = readYaml(
      readFileSync(path, 'utf8'),
      join('cds-services', relative(folder, path)),
      vignettesSchema,
    );
    file.data.forEach((vignette, i) => {
      count += 1;
      for (const [profile, { lines = {}, criteria = {} }] of Object.entries(vignette.expect)) {
        const at = [i, 'expect', profile];
        if (!policyData.profiles.has(profile)) throw file.mistake(at, `there is no profile "${profile}"`);
        const code = Object.keys(lines).find((line) => !policyData.procedures.has(line));
        if (code !== undefined)
          throw file.mistake([...at, 'lines', code], `no policy is for the code ${code}`);
        const strange = Object.keys(criteria).find((criterion) => !ids.has(criterion.split(' ')[0] ?? ''));
        if (strange !== undefined)
          throw file.mistake([...at, 'criteria', strange], `there is no criterion "${strange}"`);
      }
    });
  }
  return count;
}

/** Reads all policy data as the service does at its start, and the vignettes; says what is wrong: file, line, a sentence. */
export function lintPolicies(folder: string): { readonly isRight: boolean; readonly says: string } {
  try {
    const policyData = loadPolicyData(folder, FACTS);
    const { policies, profiles } = policyData;
    const ids = listedIds(policyData);
    const vignettes = [...policies.keys()].reduce(
      (sum, policy) => sum + checkVignettes(folder, policy, policyData, ids),
      0,
    );
    const counted = [
      `${policies.size} policies`,
      `${ids.size} criteria`,
      `${profiles.size} profiles`,
      `${vignettes} vignettes`,
    ].join(', ');
    return { isRight: true, says: `${counted}: nothing wrong.` };
  } catch (error) {
    if (!(error instanceof PolicyError)) throw error;
    return { isRight: false, says: error.message };
  }
}
