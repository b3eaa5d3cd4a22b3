import { isObject, number, objects, referenceOf, text } from '../../fhir/read';
import type { Procedure } from '../../policy/library';
import type { Day, DayInterval } from '../../time/days';
import type { LineContext } from '../facts/fact';
import type { Selected } from '../patient-record';
import { observedOn, performed } from './dates-of';
import { memberMatcher, readScores, type Score } from './scores';

/** A block that was done before the session now ordered. */
export interface EarlierBlock {
  readonly entry: Selected;
  readonly procedure: Procedure;
  /** Undefined when the record does not say when. */
  readonly on?: DayInterval | undefined;
}

/** How well an earlier block worked; what is not recorded, or not linked to the block, is unknown. */
export interface Relief {
  /** Share of the pain that went, in percent; negative when the pain rose. */
  readonly percent?: number;
  readonly percentSource?: string;
  /** How long the relief lasted, in days. */
  readonly days?: number;
  readonly daysSource?: string;
}

const DAYS_A_WEEK = 7;
/** Three months of relief are 3 mo, 13 wk or 91 d, so a month counts a third of 91 days. */
const DAYS_A_MONTH = 91 / 3;
const DAYS_OF_UNIT: Readonly<Record<string, number>> = {
  d: 1,
  day: 1,
  days: 1,
  wk: DAYS_A_WEEK,
  week: DAYS_A_WEEK,
  weeks: DAYS_A_WEEK,
  mo: DAYS_A_MONTH,
  month: DAYS_A_MONTH,
  months: DAYS_A_MONTH,
};

function wasDone(entry: Selected, asOf: Day): boolean {
  const on = performed(entry.resource).start;
  return on === undefined || on.earliest < asOf;
}

/** Earlier blocks of the kind in the region of the ordered code, latest first; those without a date come last. */
export function earlierBlocks(
  context: LineContext,
  kind: string,
): { blocks: EarlierBlock[]; unread: readonly string[] } {
  const { items, unread } = context.select('earlierProcedures');
  const region = context.line.procedure.region;
  const blocks = items.flatMap((entry) => {
    if (!wasDone(entry, context.asOf)) return [];
    for (const coding of entry.concepts.flatMap((concept) => concept.codings)) {
      const procedure = context.library.procedures.get(coding.code);
      if (procedure?.kind === kind && procedure.region === region) {
        return [{ entry, procedure, on: performed(entry.resource).start }];
      }
    }
    return [];
  });
  const latest = (block: EarlierBlock): number => block.on?.latest ?? Number.NEGATIVE_INFINITY;
  return {
    blocks: blocks.toSorted(
      (a, b) => latest(b) - latest(a) || (a.entry.reference < b.entry.reference ? -1 : 1),
    ),
    unread,
  };
}

function isPartOf(observation: Selected, reference: string): boolean {
  return objects(observation.resource['partOf']).some((link) => referenceOf(link) === reference);
}

function quantityOf(
  observation: Selected,
): { value: number; unit: string; comparator: string | undefined } | undefined {
  const quantity = observation.resource['valueQuantity'];
  if (!isObject(quantity)) return undefined;
  const value = number(quantity['value']);
  const unit = text(quantity['code']) ?? text(quantity['unit']) ?? '';
  return value === undefined ? undefined : { value, unit, comparator: text(quantity['comparator']) };
}

function recordedPercent(observation: Selected): number | undefined {
  const quantity = quantityOf(observation);
  if (!quantity || quantity.comparator !== undefined) return undefined;
  const isPercent = quantity.unit === '%' || quantity.unit === '';
  return isPercent && quantity.value >= 0 && quantity.value <= 100 ? quantity.value : undefined;
}

function recordedDays(observation: Selected): number | undefined {
  const quantity = quantityOf(observation);
  if (!quantity || quantity.comparator !== undefined || quantity.value < 0) return undefined;
  const days = DAYS_OF_UNIT[quantity.unit];
  return days === undefined ? undefined : quantity.value * days;
}

function best(
  observations: readonly Selected[],
  reference: string,
  read: (observation: Selected) => number | undefined,
): { value: number; source: string } | undefined {
  let highest: { value: number; source: string } | undefined;
  for (const observation of observations) {
    if (!isPartOf(observation, reference)) continue;
    const value = read(observation);
    if (value !== undefined && (!highest || value > highest.value))
      highest = { value, source: observation.reference };
  }
  return highest;
}

/** (pre - post) / pre x 100 from the last score before the block and the first one after it that belongs to it. */
function computedPercent(
  block: EarlierBlock,
  scores: readonly Score[],
): { value: number; source: string } | undefined {
  const day = block.on;
  if (!day || day.earliest !== day.latest) return undefined;
  const dated = scores.filter(
    (score) => score.value !== undefined && score.on?.earliest === score.on?.latest,
  );
  const dayOf = (score: Score): number => score.on?.earliest ?? Number.NaN;
  const belongs = (score: Score): boolean => isPartOf(score.entry, block.entry.reference);
  const before = dated
    .filter((score) => dayOf(score) <= day.earliest && !belongs(score))
    .toSorted((a, b) => dayOf(b) - dayOf(a) || (a.reference < b.reference ? -1 : 1));
  const after = dated
    .filter((score) => dayOf(score) >= day.earliest && belongs(score))
    .toSorted((a, b) => dayOf(a) - dayOf(b) || (a.reference < b.reference ? -1 : 1));
  for (const post of after) {
    const pre = before.find((score) => score.member.code === post.member.code);
    if (pre?.value && post.value !== undefined) {
      return { value: ((pre.value - post.value) / pre.value) * 100, source: post.reference };
    }
  }
  return undefined;
}

/** Reads what is on file about the relief that a block gave; a recorded percentage outranks a computed one. */
export function reliefAfter(block: EarlierBlock, context: LineContext): Relief {
  const reference = block.entry.reference;
  const painScores = context.select('painScores').items;
  const match = memberMatcher(context.library.selector('painScores').codes);
  const percent =
    best(context.select('painReliefPercents').items, reference, recordedPercent) ??
    computedPercent(block, readScores(painScores, 'pain', match));
  const days = best(context.select('painReliefDurations').items, reference, recordedDays);
  return {
    ...(percent && { percent: percent.value, percentSource: percent.source }),
    ...(days && { days: days.value, daysSource: days.source }),
  };
}

/** When relief observations were made, for showing. */
export function reliefObservedOn(context: LineContext, reference: string): DayInterval | undefined {
  const entry = context.record.find(reference);
  return entry && observedOn(entry.resource);
}
