import type { Side } from '../anatomy/side';
import { isBare, isIdentical, jointsOfBranches, type SpineLevel } from '../anatomy/spine-level';
import type { Companion, PolicyData, Procedure } from '../policy/policy-data';
import type { Day } from '../time/days';
import type { DraftOrder } from './draft-orders';

/** One procedure code on one order. */
export interface OrderedLine {
  readonly order: DraftOrder;
  readonly procedure: Procedure;
  readonly level?: SpineLevel;
  /** All levels that its order states, for a code that may name several. */
  readonly severalLevels?: readonly SpineLevel[];
}

export interface CompanionLine {
  readonly order: DraftOrder;
  readonly companion: Companion;
}

/** Everything that is to be done at one visit. */
export interface Session {
  readonly orders: readonly DraftOrder[];
  readonly lines: readonly OrderedLine[];
  readonly companions: readonly CompanionLine[];
  readonly evaluatedOn: Day;
}

/** Lines of one family, session and side; they are answered with one card. */
export interface ProcedureGroup {
  readonly family: string;
  readonly side?: Side;
  readonly session: Session;
  readonly lines: readonly OrderedLine[];
  /** Levels that the group's orders state and no line uses. */
  readonly unusedLevels: readonly SpineLevel[];
}

function sortKey(order: DraftOrder): string {
  return `${[...order.cptCodes].toSorted().join(',')}|${order.reference}`;
}

/**
 * Orders with a day form one session a day; the others join the session of their requisition, else the one session
 * that has no other requisition. Orders are sorted first, so that their sequence in the Bundle never matters.
 */
function partition(orders: readonly DraftOrder[]): DraftOrder[][] {
  const sorted = orders.toSorted(
    (a, b) => (a.occurrence ?? 0) - (b.occurrence ?? 0) || (sortKey(a) < sortKey(b) ? -1 : 1),
  );
  const sessions: DraftOrder[][] = [];
  const dated = sorted.filter((order) => order.occurrence !== undefined);
  const undated = sorted
    .filter((order) => order.occurrence === undefined)
    .toSorted((a, b) => Number(b.requisition !== undefined) - Number(a.requisition !== undefined));
  for (const order of dated) {
    const session = sessions.find(([first]) => first?.occurrence === order.occurrence);
    if (session) session.push(order);
    else sessions.push([order]);
  }
  for (const order of undated) {
    const sameRequisition = (session: DraftOrder[]): boolean =>
      session.some((other) => order.requisition !== undefined && other.requisition === order.requisition);
    const noOtherRequisition = (session: DraftOrder[]): boolean =>
      order.requisition === undefined || session.every((other) => other.requisition === undefined);
    const session = sessions.find(sameRequisition) ?? sessions.find(noOtherRequisition);
    if (session) session.push(order);
    else sessions.push([order]);
  }
  return sessions;
}

/** The day of the blocks; what is only done beside them decides nothing. */
function evaluationDay(lines: readonly { readonly order: DraftOrder }[], today: Day): Day {
  const orders = lines.map(({ order }) => order);
  const days = orders.flatMap((order) => order.occurrence ?? []);
  if (days.length > 0) return Math.max(...days);
  const authored = orders.flatMap((order) => order.authoredOn ?? []);
  return authored.length > 0 ? Math.max(...authored) : today;
}

/** In the order of their procedure codes. */
export function compareCodes(a: OrderedLine, b: OrderedLine): number {
  return Number(a.procedure.code > b.procedure.code) - Number(a.procedure.code < b.procedure.code);
}

/**
 * The levels of an order; where joints are counted, the nerves named beside them are none, and medial branches alone stand for
 * the joints that they supply.
 */
function levelsOf({ levels, namesBranches }: DraftOrder, countsJoints: boolean): readonly SpineLevel[] {
  if (!countsJoints) return levels;
  const joints = levels.filter((level) => !isBare(level));
  if (joints.length > 0) return joints;
  return (namesBranches ? jointsOfBranches(levels) : undefined) ?? levels;
}

/** Gives each line its level: the one its own order states, else in CPT order the next that the group states. */
function assignLevels(lines: readonly OrderedLine[]): { lines: OrderedLine[]; unused: SpineLevel[] } {
  const ordered = lines.toSorted(
    (a, b) => compareCodes(a, b) || (sortKey(a.order) < sortKey(b.order) ? -1 : 1),
  );
  const countsJoints = ordered.some(({ procedure }) => procedure.countsJoints === true);
  const levelsIn = (order: DraftOrder): readonly SpineLevel[] => levelsOf(order, countsJoints);
  const stated = [...new Set(ordered.map((line) => line.order))].flatMap(levelsIn);
  const used: SpineLevel[] = [];
  const isUnused = (level: SpineLevel): boolean => !used.some((other) => isIdentical(level, other));
  const levels = new Map<OrderedLine, SpineLevel>();
  const take = (line: OrderedLine, level: SpineLevel | undefined): void => {
    if (!level) return;
    levels.set(line, level);
    used.push(level);
  };
  const linesOf = (order: DraftOrder): number => ordered.filter((line) => line.order === order).length;
  for (const line of ordered) {
    const own = levelsIn(line.order);
    if (own.length === 1 && linesOf(line.order) === 1) take(line, own[0]);
  }
  for (const line of ordered) {
    if (levels.has(line)) continue;
    take(line, levelsIn(line.order).find(isUnused));
  }
  // A code for the third and further levels may name several.
  for (const { procedure, order } of ordered) if (procedure.fromLevel) used.push(...levelsIn(order));
  for (const line of ordered) {
    if (levels.has(line) || levelsIn(line.order).length > 0) continue;
    take(line, stated.find(isUnused));
  }
  return {
    lines: ordered.map((line) => {
      const level = levels.get(line);
      return {
        ...line,
        ...(level && { level }),
        ...(line.procedure.fromLevel !== undefined && { severalLevels: levelsIn(line.order) }),
      };
    }),
    unused: stated.filter(
      (level, i) => isUnused(level) && stated.findIndex((other) => isIdentical(level, other)) === i,
    ),
  };
}

function groupLines(
  session: Omit<Session, 'lines'>,
  lines: readonly OrderedLine[],
): Omit<ProcedureGroup, 'session'>[] {
  const families = new Map<string, OrderedLine[]>();
  for (const line of lines) {
    const family = families.get(line.procedure.family) ?? [];
    families.set(line.procedure.family, [...family, line]);
  }
  const groups: Omit<ProcedureGroup, 'session'>[] = [];
  for (const [family, members] of families) {
    const sides = [...new Set(members.flatMap((line) => line.order.side ?? []))];
    // A line without a side goes with the only side that its family has in the session.
    const sideOf = (line: OrderedLine): Side | undefined =>
      line.order.side ?? (sides.length === 1 ? sides[0] : undefined);
    for (const side of new Set(members.map(sideOf))) {
      const { lines: assigned, unused } = assignLevels(members.filter((line) => sideOf(line) === side));
      groups.push({ family, ...(side && { side }), lines: assigned, unusedLevels: unused });
    }
  }
  return groups;
}

/**
 * Groups the ordered procedures by session, family and side, and gives every line its level.
 * Codes that the catalogue does not know are ignored.
 */
export function procedureGroups(
  orders: readonly DraftOrder[],
  policyData: PolicyData,
  today: Day,
): ProcedureGroup[] {
  const { procedures, companions: catalogue } = policyData;
  // Whatever else is being ordered has a day of its own.
  const ofBlocks = orders.filter(({ cptCodes }) =>
    cptCodes.some((code) => procedures.has(code) || catalogue.has(code)),
  );
  return partition(ofBlocks).flatMap((sessionOrders) => {
    const companions = sessionOrders.flatMap((order) =>
      order.cptCodes.flatMap((code) => {
        const companion = catalogue.get(code);
        return companion ? [{ order, companion }] : [];
      }),
    );
    const lines = sessionOrders.flatMap((order) =>
      order.cptCodes.flatMap((code) => {
        const procedure = procedures.get(code);
        return procedure ? [{ order, procedure }] : [];
      }),
    );
    const base = { orders: sessionOrders, companions, evaluatedOn: evaluationDay(lines, today) };
    const groups = groupLines(base, lines);
    const session: Session = { ...base, lines: groups.flatMap((group) => group.lines) };
    return groups.map((group) => ({ ...group, session }));
  });
}
