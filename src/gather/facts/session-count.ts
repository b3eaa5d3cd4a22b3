import { sideOfSites } from '../body-site';
import { allWordsOf, concepts, notes } from '../../fhir/read';
import { addMonths, formatDay, type Day } from '../../time/days';
import { purposesIn } from '../order-words';
import { blockPlace, isAtPlace } from '../readings/blocks-at-place';
import {
  earlierSessions,
  pointAtSession,
  type EarlierBlock,
  type EarlierSession,
} from '../readings/earlier-blocks';
import { nervesIn } from '../readings/nerves';
import { defineFact, type Fact, type FactContext, type LineContext } from './fact';
import { purposeOf } from './facet-purpose';

const THRESHOLDS = ['maximumSessions', 'sessionWindowMonths'] as const;
const SHORT_THRESHOLDS = ['maximumSessionsShort', 'shortWindowMonths'] as const;
const FINDINGS = ['below-limit', 'at-limit', 'imprecise'] as const;
const WORDS = ['count', 'next', 'notBefore', 'months'] as const;
type Counted = Fact<'belowLimit', (typeof FINDINGS)[number]>;

/** So many earlier sessions in so many months leave no room for another. */
interface Limit {
  readonly sessions: number;
  readonly months: number;
}

function limitOf(context: FactContext<(typeof THRESHOLDS)[number]>): Limit {
  return {
    sessions: context.threshold('maximumSessions') ?? Number.POSITIVE_INFINITY,
    months: context.threshold('sessionWindowMonths') ?? 0,
  };
}

/** The first day on which a session lies outside a window of so many months back. */
function leavesWindow(session: Day, months: number): Day {
  let day = addMonths(session, months);
  // From 28 February a year back is not yet 29 February.
  while (addMonths(day, -months) < session) day += 1;
  return day;
}

/**
 * As many of the sessions as are surely different ones, newest first: one known only to the month may be one of those
 * known to the day.
 */
function separate(sessions: readonly EarlierSession[]): EarlierSession[] {
  const found: EarlierSession[] = [];
  let until = Number.NEGATIVE_INFINITY;
  for (const session of sessions.toSorted((a, b) => (a.on?.latest ?? 0) - (b.on?.latest ?? 0))) {
    if (!session.on || session.on.earliest <= until) continue;
    found.push(session);
    until = session.on.latest;
  }
  return found.toReversed();
}

/** Whether the earlier sessions of the rolling window leave room for one more; `counts` undefined: perhaps. */
function roomForOneMore(
  context: LineContext,
  { sessions: limit, months }: Limit,
  counts: (session: EarlierSession) => boolean | undefined,
): Counted {
  const { sessions, unread } = earlierSessions(context);
  const windowStart = addMonths(context.asOf, -months);
  const isComplete = unread.length === 0;
  const surely = separate(
    sessions.filter((session) => session.on && session.on.earliest > windowStart && counts(session) === true),
  );
  const perhaps = sessions.filter(
    (session) => (!session.on || session.on.latest > windowStart) && counts(session) !== false,
  );
  const oldestInTheWay = surely[limit - 1]?.on?.latest;
  const enoughFrom = oldestInTheWay === undefined ? undefined : leavesWindow(oldestInTheWay, months);
  const words = {
    count: surely.length,
    next: surely.length + 1,
    notBefore: enoughFrom === undefined ? '' : formatDay(enoughFrom),
    months,
  };
  const told = { words, evidence: surely.flatMap(pointAtSession), unread };
  if (surely.length >= limit)
    return {
      finding: 'at-limit',
      fields: { belowLimit: isComplete ? false : undefined },
      ...told,
      ...(enoughFrom !== undefined && { enoughFrom }),
    };
  if (perhaps.length >= limit) return { finding: 'imprecise', fields: {}, ...told };
  return { finding: 'below-limit', fields: { belowLimit: isComplete || undefined }, ...told };
}

/** What stands most in the way of one more session. */
const BY_WEIGHT: readonly Counted['finding'][] = ['at-limit', 'imprecise', 'below-limit'];

/** Of two limits what the stricter one says; where both are reached, the day on which neither is. */
function stricter(one: Counted, other: Counted): Counted {
  if (one.finding === 'at-limit' && other.finding === 'at-limit')
    return (one.enoughFrom ?? 0) >= (other.enoughFrom ?? 0) ? one : other;
  return BY_WEIGHT.indexOf(other.finding) < BY_WEIGHT.indexOf(one.finding) ? other : one;
}

/** Whether the earlier sessions with a block of the kind leave room for one more, in the window and in a shorter one. */
export const sessionCount = defineFact({
  fields: ['belowLimit'],
  findings: FINDINGS,
  thresholds: [...THRESHOLDS, ...SHORT_THRESHOLDS],
  words: WORDS,
  read(context) {
    const whole = roomForOneMore(context, limitOf(context), () => true);
    const sessions = context.threshold('maximumSessionsShort');
    const months = context.threshold('shortWindowMonths');
    if (sessions === undefined || months === undefined) return whole;
    return stricter(
      whole,
      roomForOneMore(context, { sessions, months }, () => true),
    );
  },
});

/** What an earlier facet block was for: by its words, else by how many came before it at its level and side. */
function purposeOfBlock(block: EarlierBlock, before: readonly EarlierSession[], context: LineContext) {
  const { resource } = block.entry;
  const words = [...block.entry.concepts.map(allWordsOf), ...notes(resource['note'])].join('\n');
  const stated = purposesIn(words);
  if (stated.size === 1) return [...stated][0];
  const diagnosticBlocks = context.threshold('diagnosticBlocks') ?? 0;
  const place = blockPlace(block, context);
  const at = before.filter((session) => session.blocks.some((other) => isAtPlace(other, place, context)));
  const mayBe = before.filter((session) =>
    session.blocks.some((other) => isAtPlace(other, place, context) !== false),
  );
  if (mayBe.length < diagnosticBlocks) return 'diagnostic';
  return at.length >= diagnosticBlocks ? 'therapeutic' : undefined;
}

/** Whether the earlier facet sessions of the same purpose (all ablations have one) leave room for one more. */
export const facetSessions = defineFact({
  fields: ['belowLimit'],
  findings: FINDINGS,
  thresholds: [...THRESHOLDS, 'diagnosticBlocks'],
  words: WORDS,
  read(context) {
    const wanted = purposeOf(context);
    if (wanted === 'ablation') return roomForOneMore(context, limitOf(context), () => true);
    const { sessions } = earlierSessions(context);
    return roomForOneMore(context, limitOf(context), (session) => {
      const before = sessions.slice(sessions.indexOf(session) + 1);
      const purposes = new Set(session.blocks.map((block) => purposeOfBlock(block, before, context)));
      if (wanted === undefined || purposes.has(undefined)) return undefined;
      return purposes.has(wanted);
    });
  },
});

/** Whether an earlier block was of the nerve and side that are ordered now. */
function wasOfSite({ entry }: EarlierBlock, context: LineContext): boolean | undefined {
  const sites = concepts(entry.resource['bodySite']);
  const side = sideOfSites(sites);
  const { side: ordered } = context.group;
  const nerves = nervesIn(sites.map(allWordsOf).join('; '), context).map(({ nerve }) => nerve);
  const orderedNerves = nervesIn(context.line.order.words, context).map(({ nerve }) => nerve);
  const isOtherSide = side && ordered && side !== ordered && side !== 'both' && ordered !== 'both';
  const isSameNerve = nerves.some((nerve) => orderedNerves.includes(nerve));
  if (isOtherSide || (nerves.length > 0 && orderedNerves.length > 0 && !isSameNerve)) return false;
  return isSameNerve && side !== undefined && ordered !== undefined ? true : undefined;
}

/** Whether the earlier blocks of this nerve leave room for one more. */
export const siteBlocks = defineFact({
  fields: ['belowLimit'],
  findings: FINDINGS,
  thresholds: THRESHOLDS,
  words: WORDS,
  read: (context) =>
    roomForOneMore(context, limitOf(context), ({ blocks }) => {
      const were = blocks.map((block) => wasOfSite(block, context));
      return were.includes(true) || (were.includes(undefined) ? undefined : false);
    }),
});
