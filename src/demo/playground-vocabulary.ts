import type { Parameter, PolicyData } from '../policy/policy-data';
import { TIMELINE_ROWS } from './chart-timeline';

interface Drawn {
  readonly row: string;
  /** A length is asked of what is on the row; a window ends on the day of judging, and only what lies in it counts. */
  readonly kind: 'length' | 'window';
  readonly label: (amount: string) => string;
}

/** The parameters that the timeline shows. */
const DRAWN: Readonly<Record<string, Drawn>> = {
  conservativeCareDays: {
    row: 'care',
    kind: 'length',
    label: (amount) => `${amount} of active care asked`,
  },
  baselineDays: { row: 'scores', kind: 'window', label: (amount) => `scores of the last ${amount}` },
  sessionWindowMonths: {
    row: 'blocks',
    kind: 'window',
    label: (amount) => `blocks of ${amount} are counted`,
  },
  minimumIntervalDays: { row: 'blocks', kind: 'window', label: (amount) => `${amount} between blocks` },
};

function windowsOf(parameters: ReadonlyMap<string, Parameter>, profile: string) {
  return Object.entries(DRAWN).flatMap(([name, { row, kind, label }]) => {
    const parameter = parameters.get(name);
    const value = parameter?.values[profile]?.value;
    if (!parameter || typeof value !== 'number') return [];
    const { description } = parameter;
    const unit = parameter.unit === 'mo' ? ('months' as const) : ('days' as const);
    return [{ name, row, kind, value, unit, label: label(`${value} ${unit}`), description }];
  });
}

/** What the playground offers to choose from, and the numbers that its timeline draws. */
export function playgroundVocabulary({ discovery, profiles, policies, procedures, sources }: PolicyData) {
  return {
    profiles: [...profiles.values()].map(({ id, title, standsFor }) => ({ id, title, standsFor })),
    procedures: [...procedures.values()].map(({ code, label, family }) => ({ code, label, policy: family })),
    policies: Object.fromEntries(
      [...policies.values()].map(({ id, title, parameters }) => [
        id,
        {
          title,
          /** Visits at most this many days apart are drawn as one course. */
          visitGapDays: parameters.get('seriesGapDays')?.values['guideline']?.value ?? 0,
          windows: Object.fromEntries(
            [...profiles.keys()].map((profile) => [profile, windowsOf(parameters, profile)]),
          ),
        },
      ]),
    ),
    rows: TIMELINE_ROWS.map(({ id, title }) => ({ id, title })),
    /** The resource type that each prefetch key holds. */
    prefetch: Object.fromEntries(
      Object.entries(discovery.prefetch).map(([key, template]) => [
        key,
        /^[A-Za-z]+/u.exec(template)?.[0] ?? '',
      ]),
    ),
    sources: Object.fromEntries(
      [...sources.values()].map(({ id, title, url }) => [id, { title, ...(url && { url }) }]),
    ),
  };
}
