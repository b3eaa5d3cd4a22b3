import { forProfile, strayProfile } from './load-criterion';
import type { PolicyFile, PolicySetting } from './load-policy';

/** What each profile has; undefined for a profile that nobody knows. */
export function byProfile<T>(
  profiles: readonly string[],
  of: (profile: string) => T,
): (profile: string) => T | undefined {
  const known = new Map(profiles.map((profile) => [profile, of(profile)]));
  return (profile) => known.get(profile);
}

/** The value sets of the diagnoses that support, exclude or do neither, profile by profile. */
export function diagnosesOf(file: PolicyFile, setting: PolicySetting) {
  const { diagnoses } = file.data;
  const setsOf = (member: 'supported' | 'excluded' | 'open') => {
    const value = diagnoses[member];
    const stray = strayProfile(value, setting.profiles);
    if (stray !== undefined)
      throw file.mistake(['diagnoses', member, stray], `there is no profile "${stray}"`);
    return byProfile(setting.profiles, (profile) => {
      const ids = forProfile(value, setting.lineage(profile));
      if (!ids && member === 'open') return undefined;
      if (!ids) throw file.mistake(['diagnoses', member], `nothing for the profile "${profile}"`);
      return ids.map((id) => {
        const set = setting.valueSets.get(id);
        if (!set) throw file.mistake(['diagnoses', member, profile], `there is no value set "${id}"`);
        return set;
      });
    });
  };
  const [supportedSets, excludedSets] = [setsOf('supported'), setsOf('excluded')];
  for (const profile of setting.profiles) {
    const both = supportedSets(profile)?.find((set) => excludedSets(profile)?.includes(set) === true);
    if (both)
      throw file.mistake(
        ['diagnoses', 'excluded'],
        `"${both.id}" both supports and excludes for the profile "${profile}"`,
      );
  }
  const forNerve = diagnoses.supportedForNerve.map(({ nerves, supported }, i) => ({
    nerves: nerves.map((nerve) => {
      if (!setting.nerves.has(nerve))
        throw file.mistake(
          ['diagnoses', 'supportedForNerve', i],
          `there is no nerve "${nerve}" in coding-rules.yaml`,
        );
      return nerve;
    }),
    sets: supported.map((id) => {
      const set = setting.valueSets.get(id);
      if (!set) throw file.mistake(['diagnoses', 'supportedForNerve', i], `there is no value set "${id}"`);
      return set;
    }),
  }));
  const called = byProfile(setting.profiles, (profile) => {
    const name = forProfile(diagnoses.called, setting.lineage(profile));
    if (name === undefined)
      throw file.mistake(['diagnoses', 'called'], `nothing for the profile "${profile}"`);
    return name;
  });
  return {
    called,
    supported: supportedSets,
    excluded: excludedSets,
    open: setsOf('open'),
    forNerve,
  };
}
