import type { CriterionStatus } from '../src/evaluate/criterion';
import type { Criterion } from '../src/policy/policy-data';
import { policyData } from './support/service-for-test';
import { allVignettes } from './support/vignettes';

const STATUSES: readonly CriterionStatus[] = [
  'met',
  'not-met',
  'not-documented',
  'not-assessed',
  'not-applicable',
];
const vignettes = allVignettes();

/** What vignettes expect of criteria: `FJ-CC guideline not-met`. */
const expectations = new Set(
  vignettes.flatMap(({ profile, expected }) =>
    Object.entries(expected.criteria ?? {}).flatMap(([name, statuses]) =>
      statuses.split(', ').map((status) => `${name.split(' ')[0]} ${profile} ${status}`),
    ),
  ),
);
const named = new Set([...expectations].map((expectation) => expectation.split(' ')[0]));

interface Asked {
  readonly criterion: Criterion;
  readonly policy: string;
  readonly profile: string;
}

const asked: Asked[] = [...policyData.policies.values()].flatMap((policy) =>
  [...policyData.profiles.keys()].flatMap((profile) =>
    policy.criteria(profile).map((criterion) => ({ criterion, policy: policy.id, profile })),
  ),
);
const ids = [...new Set(asked.map(({ criterion }) => criterion.id))].toSorted();

test('every criterion is named by a vignette', () => {
  expect(ids.filter((id) => !named.has(id))).toEqual([]);
});

test('every other view that is listed is named by a vignette', () => {
  const views = [...policyData.policies.values()].flatMap((policy) =>
    [...policyData.profiles.keys()].flatMap((profile) =>
      policy.otherViews(profile).flatMap(({ id }) => id ?? []),
    ),
  );
  expect(views).toEqual(expect.arrayContaining(['FJ-ADV', 'TN-EV']));
  expect(views.filter((id) => !named.has(id))).toEqual([]);
});

/** Hard by itself, or hard only as a finding: such a one is hard only when it is not met. */
function hardness({ criterion }: Asked): 'always' | 'as-finding' | 'never' {
  if (!criterion.asked) return 'never';
  if (criterion.severity === 'hard') return 'always';
  return Object.values(criterion.severityWhen).includes('hard') ? 'as-finding' : 'never';
}

/** For each hard criterion the statuses it can take, in the profiles where it is hard. */
const wanted = ids.flatMap((id) => {
  const all = asked.filter(
    ({ criterion }) => criterion.id === id && hardness({ criterion } as Asked) !== 'never',
  );
  const [first] = all;
  if (!first) return [];
  const profiles = [...new Set(all.map(({ profile }) => profile))];
  const statuses = all.some((one) => hardness(one) === 'always')
    ? STATUSES.filter((status) => first.criterion.cannotBe[status] === undefined)
    : (['not-met'] as const);
  return statuses.map((status) => ({ id, status, profiles }));
});

test.each(wanted.map((item) => [`${item.id} ${item.status}`, item] as const))(
  'a vignette shows %s in a profile where it is hard',
  (_title, { id, status, profiles }) => {
    const missing = `no vignette under ${profiles.join(', ')} expects { ${id}: ${status} }; write one, or say in the criterion under cannotBe why there is none`;
    const isShown = profiles.some((profile) => expectations.has(`${id} ${profile} ${status}`));
    expect(isShown ? '' : missing).toBe('');
  },
);
