import { addMonths, formatDay, formatDays, parseExactDay } from '../../time/days';
import {
  earlierBlocks,
  reliefAfter,
  reliefObservedOn,
  type EarlierBlock,
  type Relief,
} from '../readings/earlier-blocks';
import { evidenceOf } from '../readings/evidence';
import { defineFact, type Evidence, type LineContext } from './fact';
import { hasPrimary } from './add-on';

const EPIDURAL = 'epidural';

function nameOfBlock(block: EarlierBlock): string {
  return `${block.procedure.label} (${block.procedure.code})`;
}

function pointAt(block: EarlierBlock): Evidence {
  return evidenceOf(block.entry, block.on, nameOfBlock(block));
}

function rounded(value: number): number {
  return Math.round(value * 10) / 10;
}

function reliefEvidence(relief: Relief, context: LineContext): Evidence[] {
  const point = (reference: string | undefined, summary: string): Evidence[] => {
    if (reference === undefined) return [];
    const on = reliefObservedOn(context, reference);
    return [{ reference, ...(on && { date: formatDays(on) }), summary }];
  };
  return [
    ...point(relief.percentSource, `relief ${rounded(relief.percent ?? 0)} %`),
    ...point(relief.daysSource, `relief for ${rounded(relief.days ?? 0)} days`),
  ];
}

/** Whether the last earlier epidural of the region whose result is on file helped enough, for long enough. */
export const earlierRelief = defineFact({
  fields: ['earlierBlock', 'sufficient'],
  findings: [
    'sufficient',
    'insufficient',
    'too-little-length-unknown',
    'too-short-size-unknown',
    'unknown',
    'no-earlier-block',
  ],
  thresholds: ['repeatReliefPercent', 'repeatReliefDays'],
  words: ['percent', 'days', 'date', 'block'],
  read(context) {
    const minimumPercent = context.threshold('repeatReliefPercent') ?? 0;
    const minimumDays = context.threshold('repeatReliefDays') ?? 0;
    const { blocks, unread } = earlierBlocks(context, EPIDURAL);
    for (const block of blocks) {
      const relief = reliefAfter(block, context);
      const tooLittle = relief.percent !== undefined && relief.percent < minimumPercent;
      const tooShort = relief.days !== undefined && relief.days < minimumDays;
      const complete = relief.percent !== undefined && relief.days !== undefined;
      if (!tooLittle && !tooShort && !complete) continue;
      const finding =
        !tooLittle && !tooShort
          ? 'sufficient'
          : complete
            ? 'insufficient'
            : tooLittle
              ? 'too-little-length-unknown'
              : 'too-short-size-unknown';
      const failsOnlyAsRead = finding !== 'sufficient' && unread.length > 0;
      return {
        finding,
        fields: {
          earlierBlock: true,
          sufficient: finding === 'sufficient' ? true : failsOnlyAsRead ? undefined : false,
        },
        words: {
          percent: rounded(relief.percent ?? 0),
          days: rounded(relief.days ?? 0),
          date: pointAt(block).date ?? 'an unknown date',
          block: nameOfBlock(block),
        },
        evidence: [pointAt(block), ...reliefEvidence(relief, context)],
        ...(failsOnlyAsRead && { unread }),
      };
    }
    const latest = blocks[0];
    if (!latest) {
      return {
        finding: 'no-earlier-block',
        fields: { earlierBlock: unread.length > 0 ? undefined : false },
        unread,
      };
    }
    const hidden = [...new Set([...unread, ...context.select('painReliefPercents').unread])];
    const words = { date: pointAt(latest).date ?? 'an unknown date', block: nameOfBlock(latest) };
    return {
      finding: 'unknown',
      fields: { earlierBlock: true },
      words,
      evidence: [pointAt(latest)],
      unread: hidden,
    };
  },
});

/** Whether the last epidural of an earlier session is long enough ago. */
export const lastBlock = defineFact({
  fields: ['counts', 'longEnoughAgo'],
  findings: ['long-enough-ago', 'too-recent', 'imprecise', 'no-earlier-block', 'no-primary'],
  thresholds: ['minimumIntervalDays'],
  words: ['days', 'date', 'notBefore'],
  read(context) {
    const minimum = context.threshold('minimumIntervalDays') ?? 0;
    if (!hasPrimary(context)) return { finding: 'no-primary', fields: { counts: false } };
    const { blocks, unread } = earlierBlocks(context, EPIDURAL);
    const dated = blocks.filter((block) => block.on);
    const latest = dated[0];
    if (!latest?.on) {
      const isKnown = unread.length === 0 && blocks.length === 0;
      return {
        finding: blocks.length > 0 ? 'imprecise' : 'no-earlier-block',
        fields: { counts: isKnown ? false : undefined },
        unread,
      };
    }
    const surely = context.asOf - latest.on.latest;
    const atMost =
      context.asOf - Math.max(...dated.map((block) => block.on?.earliest ?? Number.NEGATIVE_INFINITY));
    const words = {
      days: surely,
      date: formatDays(latest.on),
      notBefore: formatDay(latest.on.latest + minimum),
    };
    const evidence = [pointAt(latest)];
    // A block that was not read could only be more recent.
    if (atMost < minimum)
      return {
        finding: 'too-recent',
        fields: { counts: true, longEnoughAgo: unread.length > 0 ? undefined : false },
        words,
        evidence,
        unread,
      };
    if (surely < minimum) return { finding: 'imprecise', fields: { counts: true }, words, evidence, unread };
    return {
      finding: 'long-enough-ago',
      fields: { counts: true, longEnoughAgo: unread.length > 0 ? undefined : true },
      words,
      evidence,
      unread,
    };
  },
});

const ROLLING_MONTHS = 12;

/** Whether the sessions of the rolling twelve months leave room for one more. */
export const sessionCount = defineFact({
  fields: ['belowLimit'],
  findings: ['below-limit', 'at-limit', 'imprecise'],
  thresholds: ['maximumSessionsIn12Months'],
  words: ['count', 'next', 'notBefore'],
  read(context) {
    const limit = context.threshold('maximumSessionsIn12Months') ?? Number.POSITIVE_INFINITY;
    const { blocks, unread } = earlierBlocks(context, EPIDURAL);
    const windowStart = addMonths(context.asOf, -ROLLING_MONTHS);
    const surely = blocks.filter(
      (block) => block.on && block.on.earliest > windowStart && block.on.latest < context.asOf,
    );
    const perhaps = blocks.filter((block) => !block.on || block.on.latest > windowStart);
    const sessions = (of: readonly EarlierBlock[]): string[] =>
      [...new Set(of.map((block) => pointAt(block).date ?? block.entry.reference))].toSorted();
    const counted = sessions(surely);
    const oldestInTheWay = counted.at(-limit);
    const day = parseExactDay(oldestInTheWay);
    const words = {
      count: counted.length,
      next: counted.length + 1,
      notBefore: day === undefined ? '' : formatDay(addMonths(day, ROLLING_MONTHS)),
    };
    const evidence = surely.map(pointAt);
    if (counted.length >= limit)
      return {
        finding: 'at-limit',
        fields: { belowLimit: unread.length > 0 ? undefined : false },
        words,
        evidence,
        unread,
      };
    if (sessions(perhaps).length >= limit)
      return { finding: 'imprecise', fields: {}, words, evidence, unread };
    return {
      finding: 'below-limit',
      fields: { belowLimit: unread.length > 0 ? undefined : true },
      words,
      evidence,
      unread,
    };
  },
});

/** Whether relief after the last epidurals was short, or shorter than before: a reason to ask a surgeon. */
export const reliefTrend = defineFact({
  fields: ['safe'],
  findings: ['short', 'shorter-than-before', 'lasting', 'unknown'],
  thresholds: ['surgicalReviewReliefDays'],
  words: ['days', 'before', 'date'],
  read(context) {
    const minimum = context.threshold('surgicalReviewReliefDays') ?? 0;
    const { blocks } = earlierBlocks(context, EPIDURAL);
    const known = blocks.flatMap((block) => {
      const relief = reliefAfter(block, context);
      return relief.days === undefined ? [] : [{ block, relief, days: relief.days }];
    });
    const [last, previous] = known;
    if (!last) return { finding: 'unknown', fields: { safe: true } };
    const words = {
      days: rounded(last.days),
      before: rounded(previous?.days ?? 0),
      date: pointAt(last.block).date ?? 'an unknown date',
    };
    const evidence = [pointAt(last.block), ...reliefEvidence(last.relief, context)];
    if (last.days < minimum) return { finding: 'short', fields: { safe: false }, words, evidence };
    if (previous && last.days < previous.days)
      return { finding: 'shorter-than-before', fields: { safe: false }, words, evidence };
    return { finding: 'lasting', fields: { safe: true }, words, evidence };
  },
});
