import type { Side } from '../anatomy/side';
import type { Assessment, LineAssessment } from '../evaluate/assess';
import { type Json, isObject, objects, text } from '../fhir/read';
import type { DraftOrder } from '../gather/draft-orders';
import { withFluoroscopy } from '../gather/order-words';
import type { OrderedLine, Session } from '../gather/sessions';
import { CODE_SYSTEMS } from '../policy/code-systems';
import { canBeChanged, ordersOf, updated, withCode } from './changed-order';
import { findingOf } from './line-facts';
import type { Speaker, Words } from './wording';

export interface SuggestionContext {
  readonly assessment: Assessment;
  readonly speaker: Speaker;
  readonly patientId: string;
  /** Sides that coded evidence names for the symptoms or the imaging. */
  readonly evidencedSides: () => readonly Side[];
  readonly newId: () => string;
  /** The page of the policy. */
  readonly policyUrl: string;
  /** The entries of `context.draftOrders`, all they come to, and how they would be judged if they were other ones. */
  readonly draftOrders: readonly unknown[];
  readonly assessments: readonly Assessment[];
  readonly reassess: (draftOrders: readonly unknown[]) => readonly Assessment[] | undefined;
}

export interface Draft {
  readonly remedy: string;
  readonly words: Words;
  readonly isRecommended: boolean;
  /** Ids of the criteria that it is about. */
  readonly about?: readonly string[];
  /** Other sessions that it changes beside the card's own. */
  readonly sessions?: readonly Session[];
  readonly actions: readonly { readonly change: Change; readonly order: DraftOrder; readonly words: Words }[];
}

type Change =
  | { readonly type: 'create' | 'update'; readonly resource: Json }
  | { readonly type: 'delete'; readonly resourceId: string };

/** The policy's own short label of a code. */
export function labelOf(code: string, speaker: Speaker): string {
  return speaker.policyData.procedures.get(code)?.label ?? code;
}

/** One code of an order. */
interface CodeOnOrder {
  readonly order: DraftOrder;
  readonly procedure: { readonly code: string };
}

/** Takes codes off their orders; an order of which nothing is left is removed. */
export function removeLines(failing: readonly CodeOnOrder[], remedy: string): Draft[] {
  const orders = ordersOf(failing);
  if (!orders.every(canBeChanged)) return [];
  const actions = orders.map((order) => {
    const codes = failing.filter((line) => line.order === order).map((line) => line.procedure.code);
    const words = { code: codes.join(' and ') };
    if (order.cptCodes.every((code) => codes.includes(code))) {
      return { change: { type: 'delete' as const, resourceId: order.reference }, order, words };
    }
    const { text: _old, ...code } = isObject(order.resource['code']) ? order.resource['code'] : {};
    const isRemoved = (c: Json): boolean =>
      c['system'] === CODE_SYSTEMS.cpt && codes.includes(text(c['code']) ?? '');
    const coding = objects(code['coding']).filter((c) => !isRemoved(c));
    return updated(order, { code: { ...code, coding } }, words);
  });
  const codes = [...new Set(failing.map((line) => line.procedure.code))];
  return [{ remedy, words: { codes: codes.join(' and ') }, isRecommended: false, actions }];
}

function isUnsafe({ results }: LineAssessment): boolean {
  return results.some(({ severity, status }) => severity === 'contraindication' && status === 'not-met');
}

/**
 * What must not be done now comes off the order, with what only accompanies it; nothing is taken off for a mere suspicion.
 * It is all of the session that must not be done, or an add-on of the other side would be left behind.
 */
export function holdOrder(failing: readonly LineAssessment[], context: SuggestionContext): Draft[] {
  const { session } = context.assessment.group;
  const unsafe = context.assessments
    .filter(({ group }) => group.session === session)
    .flatMap(({ lines }) => lines.filter(isUnsafe).map(({ line }) => line));
  if (!failing.some(isUnsafe)) return [];
  const companions =
    unsafe.length < session.lines.length
      ? []
      : session.companions.map(({ order, companion }) => ({ order, procedure: { code: companion.code } }));
  const held = removeLines([...unsafe, ...companions], 'hold-order');
  return held.map((draft) => ({ ...draft, isRecommended: true }));
}

/** Words that ask for ultrasound, where the code includes fluoroscopy or CT, ask for fluoroscopy. */
export function useFluoroscopy(failing: readonly OrderedLine[]): Draft[] {
  const orders = ordersOf(failing).filter(({ guidance }) => guidance.has('ultrasound'));
  if (orders.length === 0 || !orders.every(canBeChanged)) return [];
  const reworded = (items: unknown): Json[] =>
    objects(items).map((item) => {
      const words = text(item['text']);
      return words === undefined ? item : { ...item, text: withFluoroscopy(words) };
    });
  const actions = orders.map((order) => {
    const { orderDetail, note } = order.resource;
    return updated(order, {
      ...(orderDetail !== undefined && { orderDetail: reworded(orderDetail) }),
      ...(note !== undefined && { note: reworded(note) }),
    });
  });
  return [{ remedy: 'use-fluoroscopy', words: {}, isRecommended: true, actions }];
}

/**
 * Changes the codes to those of the other region, all of the family in the session together: one alone would leave its
 * add-on or its primary behind.
 */
export function switchRegion(
  failing: readonly OrderedLine[],
  { assessment, speaker }: SuggestionContext,
): Draft[] {
  const { family, session } = assessment.group;
  const others = session.lines.filter((line) => line.procedure.family === family && !failing.includes(line));
  const orders = ordersOf(failing);
  if (others.length > 0 || !orders.every(canBeChanged)) return [];
  const codesOf = (lines: readonly OrderedLine[]) => ({
    from: [...new Set(lines.map((line) => line.procedure.code))].join(' and '),
    to: [...new Set(lines.map((line) => line.procedure.otherRegion))].join(' and '),
  });
  // Two codes on one order are changed in one update, or the second would undo the first.
  const actions = orders.map((order) => {
    const lines = failing.filter((line) => line.order === order);
    const resource = lines.reduce((changed, { procedure }) => {
      const to = procedure.otherRegion ?? '';
      return withCode(changed, procedure.code, to, labelOf(to, speaker));
    }, order.resource);
    return updated(order, resource, codesOf(lines));
  });
  return [{ remedy: 'switch-region', words: codesOf(failing), isRecommended: true, actions }];
}

/** A diagnostic block answers unclear imaging; it is no way round missing imaging, another side or a failed requirement. */
export function couldBeDiagnostic(line: LineAssessment): boolean {
  if (findingOf(line, 'facetPurpose') === 'open') return false;
  const imaging = findingOf(line, 'rootConcordance');
  if (imaging !== undefined && ['none', 'other-region', 'other-side'].includes(imaging)) return false;
  return line.results.every(
    ({ status, severity, criterion }) =>
      status !== 'not-met' ||
      criterion.remedies.includes('mark-diagnostic') ||
      (severity !== 'hard' && severity !== 'contraindication'),
  );
}

/** Marks the block as diagnostic; offered where the root is not yet shown, never as the recommended way. */
export function markDiagnostic(failing: readonly OrderedLine[]): Draft[] {
  const orders = ordersOf(failing).filter(
    // An order that calls itself therapeutic is not to be called diagnostic for the sake of a criterion.
    (order) => !order.modifiers.has('KX') && !order.purposes.has('therapeutic'),
  );
  if (orders.length === 0 || !orders.every(canBeChanged)) return [];
  const actions = orders.map((order) => {
    const kx = { coding: [{ system: CODE_SYSTEMS.hcpcs, code: 'KX' }] };
    const orderDetail = [...objects(order.resource['orderDetail']), kx];
    return updated(order, { orderDetail });
  });
  const codes = [...new Set(failing.map((line) => line.procedure.code))].join(' and ');
  return [{ remedy: 'mark-diagnostic', words: { codes }, isRecommended: false, actions }];
}
