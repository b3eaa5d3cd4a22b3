import { randomUUID } from 'node:crypto';
import { appForTest } from '../support/service-for-test';
import { answerEveryCase, EVERY_CASE, EVERY_CASE_MS, type Answered } from './every-scenario';
import {
  answerableRequest,
  ASSESSMENT,
  assessmentOf,
  cardOf,
  cardsOf,
  chartRequest,
  CPT,
  draftOrder,
  emptyPaths,
  ICD10,
  minimalRequest,
  post,
  PROFILES,
  UUID,
  type Card,
  type Json,
} from './support';

let answered: readonly Answered[] = [];
beforeAll(async () => {
  answered = await answerEveryCase();
}, EVERY_CASE_MS);

const CARD_MEMBERS = [
  'uuid',
  'summary',
  'detail',
  'indicator',
  'source',
  'suggestions',
  'selectionBehavior',
  'overrideReasons',
  'links',
  'extension',
];

/** The names of the cases that have a card for which something does not hold. */
function casesWhere(fails: (card: Card, answered: Answered) => boolean): string[] {
  return answered.filter((item) => item.cards.some((card) => fails(card, item))).map(({ name }) => name);
}

/** The service with the ids that it makes when it runs. */
const liveApp = appForTest({ newId: randomUUID });

function idsOf(cards: readonly Card[]): string[] {
  return cards.flatMap((card) => [card.uuid, ...(card.suggestions ?? []).map(({ uuid }) => uuid)]);
}

describe('every scenario', () => {
  test('[H1] there are scenarios in both profiles, and each has a card', () => {
    for (const profile of PROFILES) {
      expect(answered.filter(({ name }) => name.endsWith(`(${profile})`)).length).toBeGreaterThan(1);
    }
    expect(answered.filter(({ cards }) => cards.length === 0)).toEqual([]);
  });

  test('[H1] cards is an array and stands alone in the answer', () => {
    for (const { answer } of answered) expect(Object.keys(answer)).toEqual(['cards']);
  });

  test('[B3 B4] nothing in an answer is null or empty', () => {
    const empty = answered.flatMap(({ name, answer }) =>
      emptyPaths(answer).map((path) => `${name}: ${path}`),
    );
    expect(empty).toEqual([]);
  });

  test('[B5] resources are objects with a type', () => {
    const resources = answered
      .flatMap(({ cards }) => cards)
      .flatMap((card) => card.suggestions ?? [])
      .flatMap(({ actions }) => actions ?? [])
      .filter(({ type }) => type !== 'delete')
      .map(({ resource }) => resource);
    expect(resources).not.toEqual([]);
    for (const resource of resources) expect(resource?.['resourceType']).toMatch(/^[A-Z]/u);
  });

  test('[H2 I8] no system action is proposed', () => {
    for (const { answer } of answered) expect(answer).not.toHaveProperty('systemActions');
  });

  test('[H3 H13 H16] a card has only members that CDS Hooks 2.0 knows', () => {
    expect(casesWhere((card) => Object.keys(card).some((name) => !CARD_MEMBERS.includes(name)))).toEqual([]);
  });

  test('[H4] every card has a UUID', () => {
    expect(casesWhere(({ uuid }) => !UUID.test(uuid))).toEqual([]);
  });

  test('[H5] every summary is one sentence of fewer than 140 characters', () => {
    expect(casesWhere(({ summary }) => summary.length >= 140)).toEqual([]);
    expect(casesWhere(({ summary }) => !/\S/u.test(summary) || /[\n\r\t]/u.test(summary))).toEqual([]);
  });

  test('[H6] no detail holds raw HTML', () => {
    expect(casesWhere(({ detail }) => /(?<!\\)<\/?[a-z!]/iu.test(detail))).toEqual([]);
  });

  test('[H6] every row of a table has as many cells as its heading', () => {
    const cells = (row: string): number => row.replace(/\\./gu, '').split('|').length;
    const isUneven = (block: string): boolean => {
      const rows = block.split('\n');
      return rows.some((row) => cells(row) !== cells(rows[0] ?? ''));
    };
    const tablesOf = (card: Card): string[] =>
      card.detail.split('\n\n').filter((block) => block.startsWith('|'));
    expect(answered.flatMap(({ cards }) => cards).flatMap(tablesOf).length).toBeGreaterThan(0);
    expect(casesWhere((card) => tablesOf(card).some(isUneven))).toEqual([]);
  });

  test('[H7] every indicator is info, warning or critical', () => {
    expect(casesWhere(({ indicator }) => !['info', 'warning', 'critical'].includes(indicator))).toEqual([]);
  });

  test('[H7 N6] critical is kept for contraindications and red flags', () => {
    const isLoud = (card: Card): boolean =>
      card.indicator === 'critical' &&
      assessmentOf(card).determination !== 'contraindicated' &&
      !card.summary.startsWith('Red flag');
    expect(casesWhere(isLoud)).toEqual([]);
  });

  test('[H8 H9] every source is an object with a short label', () => {
    expect(casesWhere(({ source }) => !/^\S.{0,79}$/u.test(String(source['label'])))).toEqual([]);
  });

  test('[H10 H11] addresses of a source, if there are any, are absolute', () => {
    const isRelative = (value: unknown): boolean => value !== undefined && !URL.canParse(value as string);
    expect(casesWhere(({ source }) => isRelative(source['url']) || isRelative(source['icon']))).toEqual([]);
  });

  test('[H12] a topic, if there is one, has a code and a system', () => {
    const isPoor = (topic: Json | undefined): boolean =>
      topic !== undefined && (typeof topic['code'] !== 'string' || typeof topic['system'] !== 'string');
    expect(casesWhere(({ source }) => isPoor(source['topic'] as Json | undefined))).toEqual([]);
  });

  test('[H14] a selection behaviour stands exactly where there are suggestions', () => {
    expect(answered.some(({ cards }) => cards.some(({ suggestions }) => suggestions))).toBe(true);
    expect(
      casesWhere(
        ({ suggestions, selectionBehavior }) =>
          (suggestions !== undefined) !== (selectionBehavior !== undefined),
      ),
    ).toEqual([]);
    const known = ['at-most-one', 'any', undefined];
    expect(casesWhere(({ selectionBehavior }) => !known.includes(selectionBehavior))).toEqual([]);
  });

  test('[H15] a card that asks for something can be overridden, each reason with code, system and display', () => {
    const reasonsOf = ({ overrideReasons }: Card): readonly Json[] => overrideReasons ?? [];
    const isWrong = (reason: Json): boolean =>
      !/^[a-z-]+$/u.test(String(reason['code'])) ||
      !URL.canParse(String(reason['system'])) ||
      !/^\S.*$/u.test(String(reason['display']));
    expect(casesWhere((card) => reasonsOf(card).some(isWrong))).toEqual([]);
    const isBare = (card: Card): boolean => reasonsOf(card).length === 0 && card.indicator !== 'info';
    expect(casesWhere(isBare)).toEqual([]);
    expect(casesWhere((card) => reasonsOf(card).length > 0).length).toBeGreaterThan(10);
  });

  test('[N3] where the operator wants it so, a card that asks for nothing is left out at signing', async () => {
    const silent = appForTest({ quietWhenMet: true });
    for (const { body, cards } of answered) {
      const asking = cards.filter(({ detail }) => !detail.startsWith('**Nothing to add.**'));
      expect(cardsOf(await post(body, silent))).toHaveLength(asking.length);
    }
  });

  test('[H17 H18 H19] links, if there are any, are whole', () => {
    const isWrong = (link: Json): boolean =>
      !['absolute', 'smart'].includes(String(link['type'])) ||
      !URL.canParse(String(link['url'])) ||
      typeof link['label'] !== 'string' ||
      (link['type'] === 'absolute' && 'appContext' in link) ||
      'autolaunchable' in link;
    expect(casesWhere(({ links }) => (links ?? []).some(isWrong))).toEqual([]);
  });

  test('[L1 L3] every extension is an object with globally unique keys', () => {
    const isWrong = (extension: unknown): boolean =>
      typeof extension !== 'object' ||
      extension === null ||
      Array.isArray(extension) ||
      Object.keys(extension).some((key) => !/^[a-z]+(\.[\w-]+)+$/u.test(key));
    expect(casesWhere(({ extension }) => isWrong(extension))).toEqual([]);
  });

  test('[L2] every card carries its assessment', () => {
    expect(casesWhere(({ extension }) => extension[ASSESSMENT] === undefined)).toEqual([]);
  });

  test('[L2] the headline is the gravest determination among the lines', () => {
    const gravest = [
      'contraindicated',
      'criteria-not-met',
      'coding-issue',
      'documentation-gaps',
      'meets-criteria',
    ];
    const isWrong = (card: Card): boolean => {
      const { determination, lines } = assessmentOf(card);
      const found = lines.map((line) => gravest.indexOf(line.determination));
      return found.includes(-1) || gravest[Math.min(...found)] !== determination;
    };
    expect(casesWhere(isWrong)).toEqual([]);
  });

  test('[L2] every status and severity is one of the agreed words', () => {
    const statuses = ['met', 'not-met', 'not-documented', 'not-assessed', 'not-applicable'];
    const severities = ['hard', 'documentation', 'caution', 'contraindication', 'coding'];
    expect(
      casesWhere((card) =>
        assessmentOf(card).criteria.some(
          ({ status, severity }) => !statuses.includes(status) || !severities.includes(severity),
        ),
      ),
    ).toEqual([]);
  });

  test('[L2 B4] cautions and coding criteria are listed only when they say something', () => {
    const isNoise = (card: Card): boolean =>
      assessmentOf(card).criteria.some(
        ({ status, severity }) =>
          ['caution', 'coding'].includes(severity) && ['met', 'not-applicable'].includes(status),
      );
    expect(casesWhere(isNoise)).toEqual([]);
  });

  test('[N6] there is at most one card for each order', () => {
    const tooMany = answered.filter(
      ({ cards, body }) => cards.length > body.context.draftOrders.entry.length,
    );
    expect(tooMany.map(({ name }) => name)).toEqual([]);
  });
});

describe('charts without words', () => {
  const WORDS = new Set(['display', 'text', 'title', 'description']);

  /** The same resources with their codes alone. */
  function wordless<Value>(value: Value): Value {
    const kept = (name: string, member: unknown): unknown =>
      WORDS.has(name) && typeof member === 'string' ? undefined : member;
    return JSON.parse(JSON.stringify(value, kept)) as Value;
  }

  test(
    '[B3 B4] nothing in an answer is null or empty when the chart holds codes alone',
    async () => {
      const empty: string[] = [];
      for (const { name, body } of EVERY_CASE) {
        const response = await post({ ...body, prefetch: wordless(body.prefetch) });
        empty.push(...emptyPaths(response.body).map((path) => `${name}: ${path}`));
      }
      expect(empty.filter((path) => !path.endsWith(': /cards'))).toEqual([]);
    },
    EVERY_CASE_MS,
  );
});

describe('drafts with empty members', () => {
  test.each([
    ['an empty list of reasons', { reasonCode: [] }],
    ['a note that is null', { note: null }],
    ['an empty coding beside the code', { code: { coding: [{}, { system: CPT, code: '64483' }] } }],
    ['a priority without a word', { priority: '' }],
  ])('[B3] %s does not come back in a suggestion', async (_name, members) => {
    const response = await post(answerableRequest(draftOrder(members)));
    expect(cardOf(response).suggestions).toBeDefined();
    expect(emptyPaths(response.body)).toEqual([]);
  });
});

describe('ids', () => {
  test('[H4 I2] no id is given twice within an answer or across two answers', async () => {
    const body = answerableRequest(draftOrder({ code: { coding: [{ system: CPT, code: '64484' }] } }));
    const first = cardsOf(await post(body, liveApp));
    const second = cardsOf(await post(body, liveApp));
    const ids = [...idsOf(first), ...idsOf(second)];
    expect(ids.length).toBeGreaterThan(3);
    expect(new Set(ids).size).toBe(ids.length);
    for (const id of ids) expect(id).toMatch(UUID);
  });
});

describe('long orders', () => {
  const longText = 'a very long description of the procedure that somebody typed '.repeat(20);

  test('[H5] long words on the order do not lengthen the summary', async () => {
    const order = draftOrder({
      code: { coding: [{ system: CPT, code: '64483', display: longText }], text: longText },
      bodySite: [{ text: `left ${longText}` }],
      note: [{ text: longText }],
      reasonCode: [{ coding: [{ system: ICD10, code: 'M54.50', display: longText }], text: longText }],
    });
    expect(cardOf(await post(answerableRequest(order))).summary.length).toBeLessThan(140);
  });

  test('[H5] many levels do not lengthen the summary', async () => {
    const levels = ['T12-L1', 'L1-2', 'L2-3', 'L3-4', 'L4-5', 'L5-S1', 'S1'];
    const orders = levels.map((level, i) =>
      draftOrder({
        id: `sr${i}`,
        code: { coding: [{ system: CPT, code: i === 0 ? '64483' : '64484' }] },
        bodySite: [{ text: `left ${level}` }],
      }),
    );
    const { summary } = cardOf(await post(answerableRequest(...orders)));
    expect(summary.length).toBeLessThan(140);
    expect(summary).toMatch(/\S/u);
  });

  test('[H5] long words in the chart do not lengthen the summary', async () => {
    const condition = {
      resourceType: 'Condition',
      id: 'infection',
      clinicalStatus: { coding: [{ code: 'active' }] },
      code: { coding: [{ system: ICD10, code: 'L03.312' }], text: longText },
    };
    const card = cardOf(await post(chartRequest('base-lumbar', { with: [condition] })));
    expect(card.summary.length).toBeLessThan(140);
  });
});

describe('nothing to say', () => {
  test('[N3] an order without a policy gets an empty list and a 200', async () => {
    const response = await post(
      minimalRequest(draftOrder({ code: { coding: [{ system: CPT, code: '99213' }] } })),
    );
    expect([response.status, response.text]).toEqual([200, '{"cards":[]}']);
  });
});
