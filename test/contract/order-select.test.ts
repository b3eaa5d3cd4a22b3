import { join } from 'node:path';
import { readScenarios, scenarioRequest } from '../../src/demo/scenario';
import { FIXTURES } from '../support/service-for-test';
import {
  answerableRequest,
  answerTo,
  assessmentOf,
  cardOf,
  cardsOf,
  chartRequest,
  CPT,
  draftOrder,
  issuesOf,
  minimalRequest,
  pathsOf,
  post,
  select,
  withContext,
  withoutIds,
  type Card,
  type Json,
} from './support';

const other = draftOrder({ id: 'sr2', bodySite: [{ text: 'right L4-5' }] });
const first = draftOrder({ bodySite: [{ text: 'left L4-5' }] });

async function linesOf(body: Parameters<typeof select>[0], selections: unknown): Promise<string[]> {
  const cards = cardsOf(await select(body, selections));
  return cards
    .flatMap((card) => assessmentOf(card).lines.map(({ order, code }) => `${order} ${code}`))
    .toSorted();
}

describe('the selections', () => {
  const both = answerableRequest(first, other);

  test('[D14] only the selected order is judged', async () => {
    expect(await linesOf(both, ['ServiceRequest/sr1'])).toEqual(['ServiceRequest/sr1 64483']);
    expect(await linesOf(both, ['ServiceRequest/sr2'])).toEqual(['ServiceRequest/sr2 64483']);
    expect(await linesOf(both, ['ServiceRequest/sr1', 'ServiceRequest/sr2'])).toHaveLength(2);
  });

  test.each([['sr1'], ['https://ehr.example/fhir/ServiceRequest/sr1'], ['ServiceRequest/sr1/_history/2']])(
    '[D14] an order is also known as %s',
    async (name) => {
      expect(await linesOf(both, [name])).toEqual(['ServiceRequest/sr1 64483']);
    },
  );

  test('[D14] an order with an id is also known by the address of its entry', async () => {
    const fullUrl = 'urn:uuid:d1577c69-dfbe-44ad-ba6d-3e05e953b2ea';
    const entry = [{ fullUrl, resource: first }, { resource: other }];
    const body = withContext(both, { draftOrders: { resourceType: 'Bundle', entry } });
    expect(await linesOf(body, [fullUrl])).toEqual(['ServiceRequest/sr1 64483']);
  });

  test.each([[[]], [['ServiceRequest/sr11']], [['MedicationRequest/sr1']], [['']]])(
    '[D14 N3] %j selects nothing of ours and gets no card',
    async (selections) => {
      expect(await linesOf(both, selections)).toEqual([]);
      expect(cardsOf(await select(minimalRequest(first), selections))).toEqual([]);
    },
  );

  test.each([undefined, null, 'ServiceRequest/sr1', {}, [7]])(
    '[D14] %j in their place is refused by name',
    async (selections) => {
      expect(pathsOf(await select(both, selections))).toEqual(['context.selections']);
    },
  );

  test('[D14] all that is missing is named at once', async () => {
    const body = withContext(both, { draftOrders: undefined, userId: undefined });
    expect(pathsOf(await select(body, undefined))).toEqual([
      'context.draftOrders',
      'context.selections',
      'context.userId',
    ]);
  });

  test('[D14] an order that is not selected still belongs to the session', async () => {
    const primary = draftOrder({ id: 'sr1', bodySite: [{ text: 'left L4-5' }] });
    const addOn = draftOrder({
      id: 'sr2',
      code: { coding: [{ system: CPT, code: '64484' }] },
      bodySite: [{ text: 'left L5-S1' }],
    });
    const statusOf = (card: Card): string | undefined =>
      assessmentOf(card).criteria.find(({ id }) => id === 'ORD-ADD')?.status;
    const together = cardOf(await select(answerableRequest(primary, addOn), ['ServiceRequest/sr2']));
    expect(assessmentOf(together).lines.map(({ code }) => code)).toEqual(['64484']);
    expect(statusOf(together)).toBeUndefined();
    expect(statusOf(cardOf(await select(answerableRequest(addOn), ['ServiceRequest/sr2'])))).toBe('not-met');
  });

  test('[D14] the headline is that of the selected lines', async () => {
    const body = chartRequest('base-facet-lumbar', { profile: 'medicare-lcd' });
    const orders = body.context.draftOrders.entry.map(({ resource }) => resource);
    const names = orders.map((order) => `ServiceRequest/${String(order['id'])}`);
    for (const name of names) {
      for (const card of cardsOf(await select(body, [name]))) {
        const { determination, lines } = assessmentOf(card);
        expect(lines.map((line) => line.determination)).toContain(determination);
        expect(lines.map(({ order }) => order)).toEqual([name]);
      }
    }
  });

  test('[D14] what is one too many beside an order that is not selected can be removed', async () => {
    const twice = answerableRequest(first, draftOrder({ id: 'sr3', bodySite: [{ text: 'left L4-5' }] }));
    const labels = (cards: readonly Card[]): string[] =>
      cards.flatMap(({ suggestions }) => (suggestions ?? []).map(({ label }) => label));
    const [selected, signed] = [await select(twice, ['ServiceRequest/sr3']), await post(twice)];
    expect(labels(cardsOf(signed))).toContain('Remove 64483');
    expect(labels(cardsOf(selected))).toContain('Remove 64483');
  });

  test('[D14] at signing they are ignored', async () => {
    const selections: Json = { selections: ['ServiceRequest/none'] };
    expect(await answerTo(withContext(both, selections))).toEqual(await answerTo(both));
  });
});

describe('the same judgement, quiet', () => {
  const cases = readScenarios(join(FIXTURES, 'scenarios')).flatMap((scenario) =>
    Object.entries(scenario.expect)
      .filter(([, { refused }]) => refused === undefined)
      .map(([profile]) => [scenario.id, profile, scenarioRequest(scenario, profile, FIXTURES)] as const),
  );

  function asks({ detail }: Card): boolean {
    return !detail.startsWith('**Nothing to add.**');
  }

  test.each(cases)(
    '[D14 N3] %s (%s): the cards of signing that ask for something',
    async (_id, _profile, body) => {
      const names = body.context.draftOrders.entry.map(
        ({ resource }) => `ServiceRequest/${String(resource['id'])}`,
      );
      const signed = cardsOf(await post(body));
      const selected = cardsOf(await select(body, names));
      expect(withoutIds(selected)).toEqual(withoutIds(signed.filter(asks)));
    },
  );

  test.each([
    ['23-occipital-neuralgia', 0],
    ['01-seed-000', 1],
  ])('[D14 N3] %s is answered with %s cards', async (id, count) => {
    const [, , body] = cases.find((candidate) => candidate[0] === id) ?? [];
    const [order] = body?.context.draftOrders.entry ?? [];
    expect(cardsOf(await select(body ?? minimalRequest(), [String(order?.resource['id'])]))).toHaveLength(
      count,
    );
  });

  test('[B8 E9] without anything of the chart it is a 412', async () => {
    expect(issuesOf(await select(minimalRequest(first), ['ServiceRequest/sr1']), 412)).toHaveLength(1);
  });

  test('[C2] the hook of another service is refused', async () => {
    const body = withContext(answerableRequest(first), { selections: ['ServiceRequest/sr1'] });
    expect(pathsOf(await post({ ...body, hook: 'order-select' }))).toEqual(['hook']);
  });
});
