import { objects, referenceOf } from '../../fhir/read';
import type { Procedure } from '../../policy/policy-data';
import { formatDays, type Day, type DayInterval } from '../../time/days';
import type { Evidence, LineContext } from '../facts/fact';
import type { Selected } from '../record-entry';
import { isAfter, observedOn, performed } from './dates-of';
import { evidenceOf, nameOf } from './evidence';
import { measurements, readScores, type Measured, type Score } from './scores';

export interface EarlierBlock {
  readonly entry: Selected;
  readonly procedure: Procedure;
}

/** The blocks that were done on one day before the session now ordered. */
export interface EarlierSession {
  readonly blocks: readonly EarlierBlock[];
  /** Undefined when the record does not say when. */
  readonly on?: DayInterval | undefined;
}

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
/** Longer relief than this is a mistake in the record. */
const LONGEST_RELIEF_DAYS = 36_500;

function latestOf(session: EarlierSession): number {
  return session.on?.latest ?? Number.NEGATIVE_INFINITY;
}

interface EarlierSessions {
  readonly sessions: readonly EarlierSession[];
  readonly unread: readonly string[];
}

/**
 * Sessions with a block of the kind (the ordered code's own, if none is named) and of the ordered code's region, before
 * the evaluation date, latest first; those without a date come last.
 */
export function earlierSessions(context: LineContext, kind = context.line.procedure.kind): EarlierSessions {
  return context.once(`earlierSessions ${kind}`, () => readEarlierSessions(context, kind));
}

/** The blocks of a session as evidence. */
export function pointAtSession({ blocks, on }: EarlierSession): Evidence[] {
  return blocks.map(({ entry, procedure }) =>
    evidenceOf(entry, on, `${procedure.label} (${procedure.code})`),
  );
}

function readEarlierSessions(context: LineContext, kind: string): EarlierSessions {
  const { items, unread } = context.select('earlierProcedures');
  const { region } = context.line.procedure;
  const sessions = new Map<string, EarlierSession>();
  for (const entry of items) {
    const on = performed(entry.resource).start;
    if (on && on.earliest >= context.asOf) continue;
    const codings = entry.concepts.flatMap((concept) => concept.codings);
    const procedure = codings
      .flatMap((coding) => context.policyData.procedures.get(coding.code) ?? [])
      .find((candidate) => candidate.kind === kind && candidate.region === region);
    if (!procedure) continue;
    const key = on ? formatDays(on) : entry.reference;
    const blocks = [...(sessions.get(key)?.blocks ?? []), { entry, procedure }];
    sessions.set(key, { blocks, ...(on && { on }) });
  }
  return { sessions: [...sessions.values()].toSorted((a, b) => latestOf(b) - latestOf(a)), unread };
}

function isPartOf(observation: Selected, references: ReadonlySet<string>): boolean {
  return objects(observation.resource['partOf']).some((link) => references.has(referenceOf(link) ?? ''));
}

function percentIn({ value, unit = '', comparator }: Measured): number | undefined {
  const isPercent = comparator === undefined && (unit === '%' || unit === '');
  return isPercent && value >= 0 && value <= 100 ? value : undefined;
}

function daysIn({ value, unit = '', comparator }: Measured): number | undefined {
  const length = value * (DAYS_OF_UNIT.get(unit) ?? Number.NaN);
  return comparator === undefined && length >= 0 && length <= LONGEST_RELIEF_DAYS ? length : undefined;
}

function rounded(value: number): number {
  return Math.round(value * 10) / 10;
}

interface Found {
  readonly value: number;
  readonly source: Selected;
}

/** The highest of what Observations that belong to the blocks record, up to the evaluation date. */
function highest(
  name: 'painReliefPercents' | 'painReliefDurations',
  references: ReadonlySet<string>,
  context: LineContext,
  read: (measured: Measured) => number | undefined,
): Found | undefined {
  const { codes } = context.policyData.selector(name);
  const found = context
    .select(name)
    .items.filter((item) => isPartOf(item, references) && !isAfter(observedOn(item.resource), context.asOf))
    .flatMap((source) =>
      measurements(source, codes).flatMap(({ measured }) => {
        const value = measured && read(measured);
        return value === undefined ? [] : [{ value, source }];
      }),
    );
  return found.toSorted((a, b) => b.value - a.value)[0];
}

/** (pre - post) / pre x 100 from the last score before the blocks and the first one after that belongs to them. */
function computedPercent(
  session: EarlierSession,
  references: ReadonlySet<string>,
  scores: readonly Score[],
): Found | undefined {
  const day = session.on;
  if (!day || day.earliest !== day.latest) return undefined;
  const dayOf = (score: Score): Day => score.on?.earliest ?? Number.NaN;
  const belongs = (score: Score): boolean => isPartOf(score.entry, references);
  const dated = scores.filter(
    (score) => score.value !== undefined && score.on?.earliest === score.on?.latest,
  );
  const byReference = (a: Score, b: Score): number => (a.reference < b.reference ? -1 : 1);
  const before = dated
    .filter((score) => dayOf(score) <= day.earliest && !belongs(score))
    .toSorted((a, b) => dayOf(b) - dayOf(a) || byReference(a, b));
  const after = dated
    .filter((score) => dayOf(score) >= day.earliest && belongs(score))
    .toSorted((a, b) => dayOf(a) - dayOf(b) || byReference(a, b));
  for (const post of after) {
    const pre = before.find((score) => score.member.scale === post.member.scale);
    if (pre?.value && post.value !== undefined) {
      return { value: ((pre.value - post.value) / pre.value) * 100, source: post.entry };
    }
  }
  return undefined;
}

/** Reads what is on file about the relief after a session; a recorded percentage outranks a computed one. */
export function reliefAfter(session: EarlierSession, context: LineContext): Relief {
  const references = new Set(session.blocks.map(({ entry }) => entry.reference));
  const scores = (): Score[] =>
    readScores(
      context.select('painScores').items.filter((item) => !isAfter(observedOn(item.resource), context.asOf)),
      'pain',
      context.policyData.selector('painScores').codes,
    );
  const percent =
    highest('painReliefPercents', references, context, percentIn) ??
    computedPercent(session, references, scores());
  const days = highest('painReliefDurations', references, context, daysIn);
  const point = ({ source }: Found, summary: string): Evidence =>
    evidenceOf(source, observedOn(source.resource), summary);
  return {
    ...(percent && { percent: rounded(percent.value) }),
    ...(days && { days: rounded(days.value) }),
    evidence: [
      ...(percent ? [point(percent, `${nameOf(percent.source)} ${rounded(percent.value)} %`)] : []),
      ...(days ? [point(days, `${nameOf(days.source)} ${rounded(days.value)} d`)] : []),
    ],
  };
}
