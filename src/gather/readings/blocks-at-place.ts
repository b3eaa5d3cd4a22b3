import { placeWords } from '../../anatomy/place-words';
import { isLumbarSacral, isSameLevel } from '../../anatomy/spine-level';
import { concepts } from '../../fhir/read';
import type { Side } from '../../anatomy/side';
import { withoutRepeats, type Evidence, type LineContext } from '../facts/fact';
import { formatDays, type DayInterval } from '../../time/days';
import {
  earlierSessionsOfKind,
  pointAtSession,
  type EarlierBlock,
  type EarlierSession,
} from './earlier-blocks';
import { reliefAfter, type Relief } from './relief';
import { placeOf, type Place } from './report-findings';

/** A day with an earlier block that was, or may have been, at the ordered level and side. */
export interface BlockDay {
  /** False when its level, its side or its date leaves open whether it counts as a day of its own. */
  readonly isSure: boolean;
  readonly on?: DayInterval | undefined;
  readonly session: EarlierSession;
  readonly relief: Relief;
  readonly evidence: readonly Evidence[];
}

interface BlockDays {
  readonly days: readonly BlockDay[];
  /** Keys that could hide blocks, and keys that could hide how they helped. */
  readonly unreadBlocks: readonly string[];
  readonly unread: readonly string[];
}

/** No block is done at more sites; what lies beyond is not read. */
const MOST_SITES = 40;

/** Where an earlier block was done, as its body sites say by code or in words. */
export function blockPlace({ entry }: EarlierBlock, context: LineContext): Place {
  return context.once(`place ${entry.reference}`, () =>
    placeOf(concepts(entry.resource['bodySite']).slice(0, MOST_SITES), context),
  );
}

/** Whether a block of unknown level could have been at the place, by the region that its code is for. */
function fitsRegion({ procedure }: EarlierBlock, { levels }: Place): boolean {
  return (
    levels.length === 0 ||
    procedure.region === undefined ||
    levels.some((level) => isLumbarSacral(level) === (procedure.region === 'lumbar-sacral'))
  );
}

/** Whether a block was at one of the levels on the side; undefined when its record, or the place, leaves it open. */
export function isAtPlace(block: EarlierBlock, at: Place, context: LineContext): boolean | undefined {
  const { levels, side } = blockPlace(block, context);
  const areLevelsKnown = at.levels.length > 0 && levels.length > 0;
  const areSidesKnown = at.side !== undefined && side !== undefined;
  const isSameLevelAny = at.levels.some((level) => levels.some((named) => isSameLevel(named, level)));
  if (areLevelsKnown && !isSameLevelAny) return false;
  if (areSidesKnown && side !== 'both' && at.side !== 'both' && side !== at.side) return false;
  if (!areLevelsKnown && !fitsRegion(block, at)) return false;
  return areLevelsKnown && areSidesKnown ? true : undefined;
}

function isExact(on: DayInterval | undefined): boolean {
  return on !== undefined && on.earliest === on.latest;
}

function overlap(a: DayInterval | undefined, b: DayInterval | undefined): boolean {
  return !a || !b || (a.earliest <= b.latest && b.earliest <= a.latest);
}

/**
 * The days with an earlier block of the kind at the line's own level and on the side, latest first. Blocks at other
 * levels or on the other side are none of them; a bilateral block counts for either side.
 */
export function blockDaysAt(context: LineContext, kind: string, side: Side | undefined): BlockDays {
  return context.once(`blockDays ${kind} ${side}`, () => {
    const { sessions, unread } = earlierSessionsOfKind(context, kind);
    const days = sessions.flatMap((session): BlockDay[] => {
      const { level } = context.line;
      const place = { levels: level ? [level] : [], ...(side && { side }) };
      const at = session.blocks.map((block) => ({ block, was: isAtPlace(block, place, context) }));
      const sure = at.filter(({ was }) => was === true).map(({ block }) => block);
      const perhaps = at.filter(({ was }) => was === undefined).map(({ block }) => block);
      const blocks = sure.length > 0 ? sure : perhaps;
      if (blocks.length === 0) return [];
      const own = { ...session, blocks };
      const relief = reliefAfter(own, context);
      const evidence = [...pointAtSession(own), ...relief.evidence];
      return [{ isSure: sure.length > 0, on: session.on, session: own, relief, evidence }];
    });
    const separate = days.map((day) => ({
      ...day,
      isSure:
        day.isSure && (isExact(day.on) || !days.some((other) => other !== day && overlap(day.on, other.on))),
    }));
    const unreadRelief = [
      ...context.select('painReliefPercents').unread,
      ...context.select('painReliefDurations').unread,
    ];
    return { days: separate, unreadBlocks: unread, unread: [...new Set([...unread, ...unreadRelief])] };
  });
}

/** The blocks of the days, and what is on file about their relief, as evidence. */
export function evidenceOfDays(days: readonly BlockDay[]): Evidence[] {
  return withoutRepeats(days.flatMap(({ evidence }) => evidence));
}

/** The date of a day as precisely as it is recorded. */
export function dateOfDay({ on }: BlockDay): string | undefined {
  return on && formatDays(on);
}

/** Blocks of the kind that were done somewhere else, as "left L4-5 on 2026-01-12"; the latest two. */
export function blocksElsewhere(context: LineContext, kind: string): string {
  const words = earlierSessionsOfKind(context, kind).sessions.flatMap(({ blocks, on }) =>
    blocks.map((block) => {
      const { levels, side } = blockPlace(block, context);
      return [placeWords(side, levels), on && `on ${formatDays(on)}`].filter((part) => part).join(' ');
    }),
  );
  return [...new Set(words)].slice(0, 2).join(', ');
}

/** The sides that a line must be judged on: a bilateral order needs each. */
export function sidesOfLine({ group }: LineContext): readonly (Side | undefined)[] {
  return group.side === 'both' ? ['left', 'right'] : [group.side];
}
