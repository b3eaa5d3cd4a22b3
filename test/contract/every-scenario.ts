import { join } from 'node:path';
import { readScenarios, scenarioRequest } from '../../src/demo/scenario';
import { FIXTURES } from '../support/service-for-test';
import { allVignettes } from '../support/vignettes';
import { cardsOf, post, PROFILES, type Card } from './support';

export type ScenarioRequest = ReturnType<typeof scenarioRequest>;

/** One scenario under one profile, with what goes in. */
export interface Case {
  readonly name: string;
  readonly body: ScenarioRequest;
}

/** One vignette in so many is fired over HTTP; all of them are judged, without HTTP, by `vignettes.test.ts`. */
const ONE_IN = 12;

const scenarios = [
  ...readScenarios(join(FIXTURES, 'scenarios')),
  ...[...new Set(allVignettes().map(({ scenario }) => scenario))].filter((_, i) => i % ONE_IN === 0),
];

/** Every scenario of the fixtures and vignettes of every policy that are answered with cards, in both profiles. */
export const EVERY_CASE: readonly Case[] = scenarios.flatMap((scenario) =>
  PROFILES.filter((profile) => scenario.expect[profile]?.refused === undefined).map((profile) => ({
    name: `${scenario.id} ${scenario.name} (${profile})`,
    body: scenarioRequest(scenario, profile, FIXTURES),
  })),
);

/** What was asked and every card of the answer. */
export interface Answered {
  readonly name: string;
  readonly body: ScenarioRequest;
  readonly answer: object;
  readonly cards: readonly Card[];
}

/** How long it may take to fire every case, on a slow machine. */
export const EVERY_CASE_MS = 60_000;

/** Fires every case over HTTP, once. */
export async function answerEveryCase(): Promise<readonly Answered[]> {
  const answered: Answered[] = [];
  for (const { name, body } of EVERY_CASE) {
    const response = await post(body);
    answered.push({ name, body, answer: response.body as object, cards: cardsOf(response) });
  }
  return answered;
}
