import type { Side } from '../../anatomy/side';
import { placeWords } from '../../anatomy/place-words';
import {
  blockDaysAt,
  blocksElsewhere,
  dateOfDay,
  evidenceOfDays,
  sidesOfLine,
  type BlockDay,
} from '../readings/blocks-at-place';
import { reliefWords } from '../readings/relief';
import { defineFact, type Fact, type FactContext, type LineContext } from './fact';
import { FACET_BLOCK } from './facet-purpose';
import { weighRelief } from './earlier-relief';

interface Needed {
  readonly blocks: number;
  readonly isEnough: (percent: number) => boolean;
  /** The sides that blocks are asked of; all sides of the line, if none are named. */
  readonly sides?: readonly (Side | undefined)[];
}

const FINDINGS = ['enough', 'too-few', 'unknown', 'order-unplaced', 'elsewhere', 'none'] as const;
type Support = Fact<'enough', (typeof FINDINGS)[number]>;

/**
 * Counts the days with a facet block at the line's own level and side that helped enough. Blocks of which relief, level
 * or side are not recorded could still make up the number.
 */
function supportOf(context: LineContext, { blocks, isEnough, sides }: Needed): Support {
  const each = (sides ?? sidesOfLine(context)).map((side) => {
    const { days, unread } = blockDaysAt(context, FACET_BLOCK, side);
    const helped = ({ relief: { percent } }: BlockDay): boolean => percent !== undefined && isEnough(percent);
    const reached = days.filter((day) => day.isSure && helped(day));
    const open = days.filter(
      (day) => (day.relief.percent === undefined || helped(day)) && !reached.includes(day),
    );
    return { side, days, unread, reached, open };
  });
  const worst = each.toSorted((a, b) => a.reached.length - b.reached.length)[0];
  const days = worst?.days ?? [];
  const reached = worst?.reached ?? [];
  const unread = [...new Set(each.flatMap((side) => side.unread))];
  const best = days.toSorted((a, b) => (b.relief.percent ?? -1) - (a.relief.percent ?? -1))[0];
  const elsewhere = blocksElsewhere(context, FACET_BLOCK);
  const told = {
    words: {
      reached: reached.length,
      needed: blocks,
      percent: best ? reliefWords(best.relief).percent : '',
      date: best && dateOfDay(best),
      place: placeWords(worst?.side, context.line.level ? [context.line.level] : []),
      elsewhere,
    },
    evidence: evidenceOfDays(each.flatMap((side) => side.days)),
    unread,
  };
  if (each.every((side) => side.reached.length >= blocks))
    return { finding: 'enough', fields: { enough: true }, ...told };
  const isShort = (side: (typeof each)[number]): boolean =>
    side.days.some(({ isSure }) => isSure) && side.reached.length + side.open.length < blocks;
  if (unread.length === 0 && each.some(isShort))
    return { finding: 'too-few', fields: { enough: false }, ...told };
  const isPlaced = context.line.level !== undefined && worst?.side !== undefined;
  if (days.length > 0) return { finding: isPlaced ? 'unknown' : 'order-unplaced', fields: {}, ...told };
  return { finding: elsewhere === '' ? 'none' : 'elsewhere', fields: {}, ...told };
}

const SUPPORT = {
  fields: ['enough'],
  findings: FINDINGS,
  words: ['reached', 'needed', 'percent', 'date', 'place', 'elsewhere'],
} as const;

/** Whether the first diagnostic block helped enough for a second. */
export const firstBlockRelief = defineFact({
  ...SUPPORT,
  thresholds: ['firstBlockReliefPercent'],
  read(context) {
    const asked = context.threshold('firstBlockReliefPercent') ?? 0;
    return supportOf(context, { blocks: 1, isEnough: (percent) => percent >= asked });
  },
});

/** Whether diagnostic blocks helped enough for a therapeutic injection. */
export const therapeuticSupport = defineFact({
  ...SUPPORT,
  thresholds: ['therapeuticBlocks', 'therapeuticReliefPercent', 'therapeuticReliefAbove'],
  read(context) {
    const asked = context.threshold('therapeuticReliefPercent') ?? 0;
    const isAbove = context.setting('therapeuticReliefAbove');
    return supportOf(context, {
      blocks: context.threshold('therapeuticBlocks') ?? 1,
      isEnough: (percent) => (isAbove ? percent > asked : percent >= asked),
    });
  },
});

type RepeatThreshold = 'repeatAblationReliefPercent' | 'repeatAblationReliefDays';

/** Earlier ablations at the level on one side, and the one that helped enough, for long enough, to be repeated. */
function ablationsOn(side: Side | undefined, context: FactContext<RepeatThreshold>) {
  const percent = context.threshold('repeatAblationReliefPercent') ?? 0;
  const minimumDays = context.threshold('repeatAblationReliefDays') ?? 0;
  const { days, unread } = blockDaysAt(context, 'facet-ablation', side);
  const sure = days.filter(({ isSure }) => isSure);
  const weighed = sure.map((day) => ({ day, finding: weighRelief(day.relief, percent, minimumDays) }));
  const good = weighed.find(({ finding }) => finding === 'sufficient')?.day;
  const isKnown = weighed.some(({ finding }) => finding !== undefined);
  return { sure, good, isKnown, unread };
}

/** Whether blocks helped enough for an ablation, on every side without an earlier ablation that did. */
export const ablationSupport = defineFact({
  ...SUPPORT,
  thresholds: [
    'ablationBlocks',
    'ablationReliefPercent',
    'repeatAblationReliefPercent',
    'repeatAblationReliefDays',
  ],
  read(context) {
    const asked = context.threshold('ablationReliefPercent') ?? 0;
    const blocks = context.threshold('ablationBlocks') ?? 1;
    const all = sidesOfLine(context);
    const open = all.filter((side) => !ablationsOn(side, context).good);
    const sides = open.length > 0 ? open : all;
    return supportOf(context, { blocks, isEnough: (percent) => percent >= asked, sides });
  },
});

/** Whether an earlier ablation at the level and side helped enough to be repeated without new blocks. */
export const earlierAblation = defineFact({
  fields: ['sufficient'],
  findings: ['sufficient', 'too-little', 'unknown', 'none'],
  thresholds: ['repeatAblationReliefPercent', 'repeatAblationReliefDays'],
  words: ['percent', 'days', 'date'],
  read(context) {
    const each = sidesOfLine(context).map((side) => ablationsOn(side, context));
    const unread = [...new Set(each.flatMap((side) => side.unread))];
    const shown = each[0]?.good ?? each[0]?.sure[0];
    const told = {
      words: { ...(shown && reliefWords(shown.relief)), date: shown && dateOfDay(shown) },
      evidence: evidenceOfDays(each.flatMap(({ good, sure }) => (good ? [good] : sure))),
      unread,
    };
    if (each.every(({ good }) => good))
      return { finding: 'sufficient', fields: { sufficient: true }, ...told };
    const sufficient = unread.length > 0 ? undefined : false;
    if (!shown) return { finding: 'none', fields: { sufficient }, ...told };
    const isKnown = each.some((side) => side.isKnown);
    return { finding: isKnown ? 'too-little' : 'unknown', fields: { sufficient }, ...told };
  },
});

/** Whether blocks at the level and side have failed so often that the joints are unlikely the source of the pain. */
export const failedBlocks = defineFact({
  fields: ['fewEnough'],
  findings: ['few-enough', 'failed'],
  thresholds: ['failedBlocks', 'failedReliefPercent'],
  words: ['count', 'percents'],
  read(context) {
    const most = context.threshold('failedBlocks') ?? Number.POSITIVE_INFINITY;
    const limit = context.threshold('failedReliefPercent') ?? 0;
    const each = sidesOfLine(context).map((side) => {
      const { days, unread, unreadBlocks } = blockDaysAt(context, FACET_BLOCK, side);
      const known = days.filter(({ isSure, relief }) => isSure && relief.percent !== undefined);
      const failed = known.filter(({ relief }) => (relief.percent ?? 0) <= limit);
      const couldChange = days.length >= most ? unread : unreadBlocks;
      return { failed, hasBetter: failed.length < known.length, unread: couldChange };
    });
    const unread = [...new Set(each.flatMap((side) => side.unread))];
    const bad = each.find(({ failed, hasBetter }) => failed.length >= most && !hasBetter);
    const isKnown = unread.length === 0;
    if (!bad) return { finding: 'few-enough', fields: { fewEnough: isKnown || undefined }, unread };
    const percents = bad.failed.map(({ relief }) => `${reliefWords(relief).percent} %`).join(', ');
    return {
      finding: 'failed',
      fields: { fewEnough: isKnown ? false : undefined },
      words: { count: bad.failed.length, percents },
      evidence: evidenceOfDays(bad.failed),
      unread,
    };
  },
});
