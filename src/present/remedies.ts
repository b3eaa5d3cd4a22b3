import { SNOMED_OF_SIDE, type Side, joinSides } from '../anatomy/side';
import { isLumbarSacral } from '../anatomy/spine-level';
import type { Assessment, LineAssessment } from '../evaluate/assess';
import { type Json, isObject, objects, text } from '../fhir/read';
import type { DraftOrder } from '../gather/draft-orders';
import type { OrderedLine } from '../gather/sessions';
import { CODE_SYSTEMS } from '../policy/code-systems';
import type { Speaker, Words } from './wording';

export interface SuggestionContext {
  readonly assessment: Assessment;
  readonly speaker: Speaker;
  readonly patientId: string;
  /** Sides that coded evidence names for the symptoms or the imaging. */
  readonly evidencedSides: () => readonly Side[];
  readonly newId: () => string;
}

export interface Draft {
  readonly remedy: string;
  readonly words: Words;
  readonly isRecommended: boolean;
  readonly actions: readonly { readonly change: Change; readonly order: DraftOrder; readonly words: Words }[];
}

type Change =
  | { readonly type: 'create' | 'update'; readonly resource: Json }
  | { readonly type: 'delete'; readonly resourceId: string };

function canBeChanged(order: DraftOrder): boolean {
  return text(order.resource['id']) !== undefined;
}

/** The order as it came, with its coding of one procedure code replaced. */
function withCode(order: DraftOrder, from: string, to: string, label: string): Json {
  const code = isObject(order.resource['code']) ? order.resource['code'] : {};
  const coding = objects(code['coding']).map((c) =>
    c['system'] === CODE_SYSTEMS.cpt && c['code'] === from
      ? { system: CODE_SYSTEMS.cpt, code: to, display: label }
      : c,
  );
  const { text: words, ...rest } = code;
  const keepsText = words !== undefined && coding.length > 1;
  return { ...order.resource, code: { ...rest, coding, ...(keepsText ? { text: words } : { text: label }) } };
}

const KEPT_FOR_A_NEW_LINE = [
  'subject',
  'encounter',
  'occurrenceDateTime',
  'occurrencePeriod',
  'occurrenceTiming',
  'authoredOn',
  'requester',
  'performer',
  'performerType',
  'insurance',
  'priority',
  'category',
  'reasonCode',
  'reasonReference',
  'requisition',
] as const;

/** A new line beside an existing one: for the same patient, visit, reason and side, at a level still to be stated. */
function newLineBeside(order: DraftOrder, code: string, label: string, patient: string): Json {
  const kept = Object.fromEntries(
    KEPT_FOR_A_NEW_LINE.flatMap((member) =>
      order.resource[member] === undefined ? [] : [[member, order.resource[member]]],
    ),
  );
  const side = order.side && { bodySite: [{ coding: [sideCoding(order.side)] }] };
  const modifiers = objects(order.resource['orderDetail']).filter(
    (detail) => objects(detail['coding']).length > 0,
  );
  const codings = modifiers.map((detail) => ({ coding: detail['coding'] }));
  return {
    resourceType: 'ServiceRequest',
    status: 'draft',
    intent: text(order.resource['intent']) ?? 'order',
    subject: { reference: patient },
    ...kept,
    code: { coding: [{ system: CODE_SYSTEMS.cpt, code, display: label }], text: label },
    ...(codings.length > 0 && { orderDetail: codings }),
    ...side,
  };
}

function sideCoding(side: Side) {
  return {
    system: CODE_SYSTEMS.snomed,
    code: SNOMED_OF_SIDE[side],
    display: side === 'both' ? 'Right and left' : side === 'left' ? 'Left' : 'Right',
  };
}

function labelOf(code: string, speaker: Speaker): string {
  return speaker.policyData.procedures.get(code)?.label ?? code;
}

export function addPrimary(
  failing: readonly OrderedLine[],
  { assessment, speaker, patientId }: SuggestionContext,
): Draft[] {
  const ordered = new Set(assessment.group.session.lines.map((line) => line.procedure.code));
  const wanted = new Map<string, OrderedLine>();
  for (const line of failing) {
    for (const code of line.procedure.addOnTo ?? []) if (!ordered.has(code)) wanted.set(code, line);
  }
  if (wanted.size === 0) return [];
  const codes = [...wanted.keys()];
  const words = {
    codes: codes.join(' and '),
    addOns: failing.map((line) => line.procedure.code).join(' and '),
  };
  const patient = `Patient/${patientId}`;
  const actions = codes.map((code) => {
    const line = wanted.get(code) ?? failing[0];
    if (!line) throw new Error('an add-on without a line');
    const resource = newLineBeside(line.order, code, labelOf(code, speaker), patient);
    return { change: { type: 'create' as const, resource }, order: line.order, words: { ...words, code } };
  });
  return [{ remedy: 'add-primary', words, isRecommended: true, actions }];
}

export function removeAddOn(failing: readonly OrderedLine[]): Draft[] {
  if (!failing.every((line) => canBeChanged(line.order))) return [];
  const codes = failing.map((line) => line.procedure.code);
  const actions = failing.map((line) => {
    const words = { code: line.procedure.code };
    const onlyLine = line.order.cptCodes.every((code) => codes.includes(code));
    if (onlyLine)
      return {
        change: { type: 'delete' as const, resourceId: line.order.reference },
        order: line.order,
        words,
      };
    const code = isObject(line.order.resource['code']) ? line.order.resource['code'] : {};
    const coding = objects(code['coding']).filter(
      (c) => c['system'] !== CODE_SYSTEMS.cpt || c['code'] !== line.procedure.code,
    );
    return {
      change: { type: 'update' as const, resource: { ...line.order.resource, code: { ...code, coding } } },
      order: line.order,
      words,
    };
  });
  return [{ remedy: 'remove-add-on', words: { codes: codes.join(' and ') }, isRecommended: false, actions }];
}

/** Offered only where the code of the other region fits the level and the diagnoses that the order states. */
export function switchRegion(
  failing: readonly LineAssessment[],
  { assessment, speaker }: SuggestionContext,
): Draft[] {
  const wouldFit = ({ line, results }: LineAssessment): boolean => {
    const region = results
      .find((r) => r.criterion.id === 'ORD-REG')
      ?.facts.find((f) => f.name === 'orderRegion')?.fact.finding;
    const other = speaker.policyData.procedures.get(line.procedure.otherRegion ?? '');
    if (!other || !canBeChanged(line.order)) return false;
    if (region === 'level-and-diagnosis-outside') return true;
    if (region === 'diagnosis-outside') return line.level === undefined;
    return (
      line.level !== undefined &&
      isLumbarSacral(line.level) === (other.region === 'lumbar-sacral') &&
      line.order.reasons.length === 0
    );
  };
  if (failing.length === 0 || failing.length !== assessment.lines.length || !failing.every(wouldFit))
    return [];
  const change = ({ line }: LineAssessment) => {
    const to = line.procedure.otherRegion ?? '';
    const words = { from: line.procedure.code, to };
    return {
      change: {
        type: 'update' as const,
        resource: withCode(line.order, line.procedure.code, to, labelOf(to, speaker)),
      },
      order: line.order,
      words,
    };
  };
  const actions = joinByOrder(failing.map(change), failing, speaker);
  const words = {
    from: failing.map((f) => f.line.procedure.code).join(' and '),
    to: failing.map((f) => f.line.procedure.otherRegion).join(' and '),
  };
  return [{ remedy: 'switch-region', words, isRecommended: true, actions }];
}

/** Two codes on one order are changed in one update, or the second update would undo the first. */
function joinByOrder(
  actions: Draft['actions'],
  failing: readonly LineAssessment[],
  speaker: Speaker,
): Draft['actions'] {
  return [...new Set(actions.map((action) => action.order))].map((order) => {
    const own = failing.filter(({ line }) => line.order === order).map(({ line }) => line);
    let changed: DraftOrder = order;
    for (const line of own) {
      const to = line.procedure.otherRegion ?? '';
      changed = { ...changed, resource: withCode(changed, line.procedure.code, to, labelOf(to, speaker)) };
    }
    const words = {
      from: own.map((line) => line.procedure.code).join(' and '),
      to: own.map((line) => line.procedure.otherRegion).join(' and '),
    };
    return { change: { type: 'update' as const, resource: changed.resource }, order, words };
  });
}

export function addSide(failing: readonly OrderedLine[], { evidencedSides }: SuggestionContext): Draft[] {
  const orders = [...new Set(failing.map((line) => line.order))].filter((order) => !order.side);
  if (orders.length === 0 || !orders.every(canBeChanged)) return [];
  const evidenced = joinSides(evidencedSides());
  return (['left', 'right'] as const)
    .map((side): Draft => {
      const actions = orders.map((order) => {
        const bodySite = [...objects(order.resource['bodySite']), { coding: [sideCoding(side)] }];
        return {
          change: { type: 'update' as const, resource: { ...order.resource, bodySite } },
          order,
          words: { side },
        };
      });
      return { remedy: 'add-side', words: { side }, isRecommended: evidenced === side, actions };
    })
    .toSorted((a, b) => Number(b.isRecommended) - Number(a.isRecommended));
}

/** A diagnostic block answers unclear imaging; it is no way round missing imaging or another failed requirement. */
export function couldBeDiagnostic({ results }: LineAssessment): boolean {
  const imaging = results.flatMap((result) => result.facts).find((fact) => fact.name === 'rootConcordance');
  if (imaging && ['none', 'other-region'].includes(imaging.fact.finding)) return false;
  return results.every(
    ({ status, severity, criterion }) =>
      status !== 'not-met' ||
      criterion.remedies.includes('mark-diagnostic') ||
      (severity !== 'hard' && severity !== 'contraindication'),
  );
}

/** Marks the block as diagnostic; offered where the root is not yet shown, never as the recommended way. */
export function markDiagnostic(failing: readonly OrderedLine[]): Draft[] {
  const orders = [...new Set(failing.map((line) => line.order))].filter(
    (order) => !order.modifiers.has('KX'),
  );
  if (orders.length === 0 || !orders.every(canBeChanged)) return [];
  const actions = orders.map((order) => {
    const kx = { coding: [{ system: CODE_SYSTEMS.hcpcs, code: 'KX' }] };
    const orderDetail = [...objects(order.resource['orderDetail']), kx];
    return {
      change: { type: 'update' as const, resource: { ...order.resource, orderDetail } },
      order,
      words: {},
    };
  });
  const codes = [...new Set(failing.map((line) => line.procedure.code))].join(' and ');
  return [{ remedy: 'mark-diagnostic', words: { codes }, isRecommended: false, actions }];
}
