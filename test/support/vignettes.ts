import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { readScenarios, type Scenario } from '../../src/demo/scenario';
import { POLICIES } from './service-for-test';

/** One vignette in one profile, with the policy in whose folder it stands. */
export interface Vignette {
  readonly policy: string;
  readonly scenario: Scenario;
  readonly profile: string;
  readonly expected: Scenario['expect'][string];
}

/** The vignettes of every policy. */
export function vignettesByPolicy(): [string, Scenario[]][] {
  const root = join(POLICIES, 'policies');
  return readdirSync(root)
    .filter((folder) => !folder.startsWith('_') && existsSync(join(root, folder, 'vignettes')))
    .map((policy) => [policy, readScenarios(join(root, policy, 'vignettes'))]);
}

/** Every vignette of every policy, in every profile for which it says what must come out. */
export function allVignettes(): Vignette[] {
  return vignettesByPolicy().flatMap(([policy, scenarios]) =>
    scenarios.flatMap((scenario) =>
      Object.entries(scenario.expect).map(([profile, expected]) => ({ policy, scenario, profile, expected })),
    ),
  );
}
