import { FACTS } from '../gather/facts';
import { loadPolicyData } from './load';
import { PolicyError } from './yaml-file';

/** Reads all policy data as the service does at its start, and says what is wrong with it: file, line and a sentence. */
export function lintPolicies(folder: string): { readonly isRight: boolean; readonly says: string } {
  try {
    const { policies, profiles } = loadPolicyData(folder, FACTS);
    const criteria = new Set(
      [...policies.values()].flatMap((policy) =>
        [...profiles.keys()].flatMap((profile) => policy.criteria(profile).map(({ id }) => id)),
      ),
    );
    const counted = `${policies.size} policies, ${criteria.size} criteria, ${profiles.size} profiles`;
    return { isRight: true, says: `${counted}: nothing wrong.` };
  } catch (error) {
    if (!(error instanceof PolicyError)) throw error;
    return { isRight: false, says: error.message };
  }
}
