import { type Side, joinSides, sideOfCodings } from '../anatomy/side';
import { type Json, concepts, objects, text } from '../fhir/read';
import type { DraftOrder } from '../gather/draft-orders';
import type { OrderedLine } from '../gather/sessions';
import { CODE_SYSTEMS } from '../policy/code-systems';
import { canBeChanged, ordersOf, sideCoding, updated } from './changed-order';
import type { Draft, SuggestionContext } from './remedies';

const SIDE_MODIFIERS: readonly string[] = ['LT', 'RT', '50'];

function modifierOf(side: Side) {
  return side === 'both'
    ? { system: CODE_SYSTEMS.cpt, code: '50' }
    : { system: CODE_SYSTEMS.hcpcs, code: side === 'left' ? 'LT' : 'RT' };
}

/** Either side for orders that state none; the one that coded evidence names is recommended. */
export function addSide(failing: readonly OrderedLine[], { evidencedSides }: SuggestionContext): Draft[] {
  const orders = ordersOf(failing).filter((order) => !order.side);
  if (orders.length === 0 || !orders.every(canBeChanged)) return [];
  const evidenced = joinSides(evidencedSides());
  return (['left', 'right'] as const)
    .map((side): Draft => {
      const actions = orders.map((order) => {
        const bodySite = [...objects(order.resource['bodySite']), { coding: [sideCoding(side)] }];
        return updated(order, { bodySite }, { side });
      });
      return { remedy: 'add-side', words: { side }, isRecommended: evidenced === side, actions };
    })
    .toSorted((a, b) => Number(b.isRecommended) - Number(a.isRecommended));
}

/** Words of a site with another side in place of the one they name. */
function withSide(words: string, side: Side): string {
  const said = side === 'both' ? 'bilateral' : side;
  return words.replace(/\b(?:left|right|bilateral)\b/giu, said);
}

/** The body sites with another side: its code in place of the one that stood there, all else as it was. */
function sitesWith(side: Side, resource: Json): Json[] {
  return objects(resource['bodySite']).map((site) => {
    const coding = objects(site['coding']).map((item) =>
      sideOfCodings(concepts({ coding: [item] }).flatMap(({ codings }) => codings)) ? sideCoding(side) : item,
    );
    const words = text(site['text']);
    return {
      ...site,
      ...(coding.length > 0 && { coding }),
      ...(words !== undefined && { text: withSide(words, side) }),
    };
  });
}

/** The details with another side modifier in place of the one that stood there, all else as it was. */
function detailsWith(side: Side, resource: Json): Json[] {
  return objects(resource['orderDetail']).map((detail) => {
    const coding = objects(detail['coding']).map((item) =>
      SIDE_MODIFIERS.includes(text(item['code']) ?? '') ? modifierOf(side) : item,
    );
    return coding.length > 0 ? { ...detail, coding } : detail;
  });
}

/** The body site and the modifiers of an order, those changed that name another side. */
function saidOnce({ resource, sides }: DraftOrder, side: Side): Json {
  return {
    ...(sides.bodySite !== side && { bodySite: sitesWith(side, resource) }),
    ...(sides.modifier !== side && { orderDetail: detailsWith(side, resource) }),
  };
}

/** Where body site and modifiers name different sides: either of them, said in both places. */
export function matchSide(failing: readonly OrderedLine[], { speaker }: SuggestionContext): Draft[] {
  const orders = ordersOf(failing).filter(
    // What only words say against the coded side cannot be mended by code.
    ({ sides }) => sides.bodySite && sides.modifier && sides.bodySite !== sides.modifier,
  );
  if (orders.length === 0 || !orders.every(canBeChanged)) return [];
  const stated = [...new Set(orders.flatMap(({ sides }) => Object.values(sides)))];
  return stated.map((side): Draft => {
    const actions = orders.map((order) => ({
      change: { type: 'update' as const, resource: { ...order.resource, ...saidOnce(order, side) } },
      order,
      words: {},
    }));
    const said = side === 'both' ? speaker.policyData.wording.bothSides : side;
    return { remedy: 'match-side', words: { side: said }, isRecommended: false, actions };
  });
}
