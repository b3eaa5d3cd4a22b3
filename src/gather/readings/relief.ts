import { objects, referenceOf } from '../../fhir/read';
import type { Day } from '../../time/days';
import type { Evidence, LineContext } from '../facts/fact';
import type { Selected } from '../record-entry';
import { isAfter, newestFirst, observedOn, performed } from './dates-of';
import type { EarlierSession } from './earlier-blocks';
import { evidenceOf, nameOf } from './evidence';
import { measurements, readScores, type Measured, type Score } from './scores';

/** How well the blocks of an earlier session worked; what is not recorded, or not linked to them, is unknown. */
export interface Relief {
  /** Share of the pain that went, in percent; negative when the pain rose. */
  readonly percent?: number;
  /** How long the relief lasted, in days. */
  readonly days?: number;
  readonly evidence: readonly Evidence[];
}

const DAYS_A_WEEK = 7;
/** Three months of relief are 3 mo, 13 wk or 91 d, so a month counts a third of 91 days. */
const DAYS_A_MONTH = 91 / 3;
const DAYS_OF_UNIT = new Map([
  ...['d', 'day', 'days'].map((unit) => [unit, 1] as const),
  ...['wk', 'week', 'weeks'].map((unit) => [unit, DAYS_A_WEEK] as const),
  ...['mo', 'month', 'months'].map((unit) => [unit, DAYS_A_MONTH] as const),
]);

function isPartOf(observation: Selected, references: ReadonlySet<string>): boolean {
  return objects(observation.resource['partOf']).some((link) => references.has(referenceOf(link) ?? ''));
}

/**
 * Whether a score was taken on the day of the procedure that it belongs to: it shows what the anaesthetic did, and nothing
 * of how the pain is since.
 */
export function isOfProcedureDay({ entry, on }: Score, procedures: readonly Selected[]): boolean {
  if (entry.resource['partOf'] === undefined || !on || on.earliest !== on.latest) return false;
  const ofDay = procedures.filter(({ resource }) => {
    const { start } = performed(resource);
    return start?.earliest === on.earliest && start.latest === on.latest;
  });
  return isPartOf(entry, new Set(ofDay.map(({ reference }) => reference)));
}

/** "> 80 %" is at least that, and a little more. */
const A_LITTLE = 0.001;

function percentIn({ value, unit = '', comparator }: Measured): number | undefined {
  if ((unit !== '%' && unit !== '') || value < 0 || value > 100) return undefined;
  if (comparator === '>') return value + A_LITTLE;
  return comparator === undefined || comparator === '>=' ? value : undefined;
}

function daysIn({ value, unit = '', comparator }: Measured): number | undefined {
  const length = value * (DAYS_OF_UNIT.get(unit) ?? Number.NaN);
  return comparator === undefined && length >= 0 ? length : undefined;
}

/** Without the noise of floating point, so that what is 80 % by hand is 80 %. */
function exact(value: number): number {
  return Math.round(value * 1e6) / 1e6;
}

function shown(value: number): number {
  return Math.round(value * 10) / 10;
}

/** A relief for a sentence. */
export function reliefWords({ percent, days }: Relief): { percent: number | ''; days: number | '' } {
  return {
    percent: percent === undefined ? '' : shown(percent),
    days: days === undefined ? '' : shown(days),
  };
}

/** A length of relief told in weeks or months is rounded; what goes further beyond today is a mistake in the record. */
function isPossible(days: number, session: EarlierSession, context: LineContext): boolean {
  return session.on === undefined || days <= context.asOf - session.on.earliest + DAYS_A_WEEK;
}

interface Found {
  readonly value: number;
  readonly source: Selected;
}

/** Whether an Observation was made after the blocks and up to the evaluation date. */
function isOfTime(observation: Selected, session: EarlierSession, context: LineContext): boolean {
  const on = observedOn(observation.resource);
  const isBefore = on !== undefined && session.on !== undefined && on.latest < session.on.earliest;
  return !isAfter(on, context.asOf) && !isBefore;
}

/** The highest of what Observations that belong to the blocks record, up to the evaluation date. */
function highest(
  name: 'painReliefPercents' | 'painReliefDurations',
  session: EarlierSession,
  references: ReadonlySet<string>,
  context: LineContext,
  read: (measured: Measured) => number | undefined,
): Found | undefined {
  const { codes } = context.policyData.selector(name);
  const found = context
    .select(name)
    .items.filter((item) => isPartOf(item, references) && isOfTime(item, session, context))
    .flatMap((source) =>
      measurements(source, codes).flatMap(({ measured }) => {
        const value = measured && read(measured);
        return value === undefined ? [] : [{ value, source }];
      }),
    );
  return found.toSorted((a, b) => b.value - a.value)[0];
}

/** The pain scores that are dated to the day, latest first, and those that belong to procedures. */
interface DatedScores {
  readonly newestFirst: readonly Score[];
  readonly ofProcedure: ReadonlyMap<string, readonly Score[]>;
}

function dayOf(score: Score): Day {
  return score.on?.earliest ?? Number.NaN;
}

function datedScores(context: LineContext): DatedScores {
  return context.once('datedScores', () => {
    const { items } = context.select('painScores');
    const upToNow = items.filter((item) => !isAfter(observedOn(item.resource), context.asOf));
    const scores = readScores(upToNow, 'pain', context.policyData.selector('painScores').codes);
    const dated = scores.filter(
      ({ value, on }) => value !== undefined && on !== undefined && on.earliest === on.latest,
    );
    const ofProcedure = new Map<string, Score[]>();
    for (const score of dated) {
      for (const link of objects(score.entry.resource['partOf'])) {
        const procedure = referenceOf(link) ?? '';
        ofProcedure.set(procedure, [...(ofProcedure.get(procedure) ?? []), score]);
      }
    }
    return { newestFirst: newestFirst(dated), ofProcedure };
  });
}

/** (pre - post) / pre x 100 from the last score before the blocks and the first one after that belongs to them. */
function computedPercent(
  session: EarlierSession,
  references: ReadonlySet<string>,
  scores: DatedScores,
): Found | undefined {
  const day = session.on;
  if (!day || day.earliest !== day.latest) return undefined;
  const after = [...references]
    .flatMap((reference) => scores.ofProcedure.get(reference) ?? [])
    .filter((score) => dayOf(score) >= day.earliest);
  for (const post of newestFirst(after).toReversed()) {
    const pre = scores.newestFirst.find(
      (score) =>
        dayOf(score) <= day.earliest &&
        score.member.scale === post.member.scale &&
        !isPartOf(score.entry, references),
    );
    if (pre?.value && post.value !== undefined) {
      return { value: ((pre.value - post.value) / pre.value) * 100, source: post.entry };
    }
  }
  return undefined;
}

/** Reads what is on file about the relief after a session; a recorded percentage outranks a computed one. */
export function reliefAfter(session: EarlierSession, context: LineContext): Relief {
  const references = new Set(session.blocks.map(({ entry }) => entry.reference));
  const percent =
    highest('painReliefPercents', session, references, context, percentIn) ??
    computedPercent(session, references, datedScores(context));
  const lengthIn = (measured: Measured): number | undefined => {
    const days = daysIn(measured);
    return days !== undefined && isPossible(days, session, context) ? days : undefined;
  };
  const days = highest('painReliefDurations', session, references, context, lengthIn);
  const point = ({ source }: Found, summary: string): Evidence =>
    evidenceOf(source, observedOn(source.resource), summary);
  return {
    ...(percent && { percent: exact(percent.value) }),
    ...(days && { days: exact(days.value) }),
    evidence: [
      ...(percent ? [point(percent, `${nameOf(percent.source)} ${shown(percent.value)} %`)] : []),
      ...(days ? [point(days, `${nameOf(days.source)} ${shown(days.value)} d`)] : []),
    ],
  };
}
