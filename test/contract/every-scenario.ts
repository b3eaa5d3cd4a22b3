import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { readScenarios, scenarioRequest } from '../../src/demo/scenario';
import { FIXTURES, POLICIES } from '../support/service-for-test';
import { cardsOf, post, PROFILES, type Card } from './support';

export type ScenarioRequest = ReturnType<typeof scenarioRequest>;

/** One scenario under one profile, with what goes in. */
export interface Case {
  readonly name: string;
  readonly body: ScenarioRequest;
}

/** All vignettes are judged, without HTTP, by `vignettes.test.ts`; over HTTP go the source cases of every policy. */
const scenarios = [
  ...readScenarios(join(FIXTURES, 'scenarios')),
  ...readdirSync(join(POLICIES, 'policies'))
    .map((policy) => join(POLICIES, 'policies', policy, 'vignettes'))
    .filter(existsSync)
    .flatMap((folder) => readScenarios(folder, 'source-cases.yaml')),
];

/** Every scenario of the fixtures and every source case that is answered with cards, in both profiles. */
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
