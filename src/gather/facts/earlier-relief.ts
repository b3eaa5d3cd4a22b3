import { formatDay, formatDays } from '../../time/days';
import { earlierSessions, pointAtSession, type EarlierSession } from '../readings/earlier-blocks';
import { reliefAfter, reliefWords, type Relief } from '../readings/relief';
import { hasPrimary } from './add-on';
import { defineFact } from './fact';

function dateOf({ on }: EarlierSession): string | undefined {
  return on && formatDays(on);
}

type ReliefFinding =
  | 'sufficient'
  | 'enough-for-any-time'
  | 'insufficient'
  | 'too-little-length-unknown'
  | 'too-short-size-unknown';

/** What the record says about a relief, or undefined when it leaves the answer open. */
export function weighRelief(
  { percent, days }: Relief,
  minimumPercent: number,
  minimumDays: number | undefined,
): ReliefFinding | undefined {
  const isTooLittle = percent !== undefined && percent < minimumPercent;
  if (minimumDays === undefined) {
    if (percent === undefined) return undefined;
    return isTooLittle ? 'too-little-length-unknown' : 'enough-for-any-time';
  }
  const isTooShort = days !== undefined && days < minimumDays;
  if (isTooLittle && days === undefined) return 'too-little-length-unknown';
  if (isTooShort && percent === undefined) return 'too-short-size-unknown';
  if (isTooLittle || isTooShort) return 'insufficient';
  return percent !== undefined && days !== undefined ? 'sufficient' : undefined;
}

/** What is not recorded of a relief that leaves the answer open. */
function unknownPartOf({ percent, days }: Relief): 'length-unknown' | 'size-unknown' | 'unknown' {
  if (percent !== undefined) return 'length-unknown';
  return days === undefined ? 'unknown' : 'size-unknown';
}

/** Whether the last earlier block of the kind and region whose result is on file helped enough, for long enough. */
export const earlierRelief = defineFact({
  fields: ['earlierBlock', 'sufficient'],
  findings: [
    'sufficient',
    'enough-for-any-time',
    'insufficient',
    'too-little-length-unknown',
    'too-short-size-unknown',
    'length-unknown',
    'size-unknown',
    'unknown',
    'no-earlier-block',
  ],
  thresholds: ['repeatReliefPercent', 'repeatReliefDays'],
  words: ['percent', 'days', 'date'],
  read(context) {
    const minimumPercent = context.threshold('repeatReliefPercent') ?? 0;
    const minimumDays = context.threshold('repeatReliefDays');
    const { sessions, unread: unreadBlocks } = earlierSessions(context);
    const unread = [...new Set([...unreadBlocks, ...context.select('painReliefPercents').unread])];
    for (const session of sessions) {
      const relief = reliefAfter(session, context);
      const finding = weighRelief(relief, minimumPercent, minimumDays);
      if (!finding) continue;
      const isEnough = finding === 'sufficient' || finding === 'enough-for-any-time';
      const sufficient = isEnough || (unread.length > 0 ? undefined : false);
      return {
        finding,
        fields: { earlierBlock: true, sufficient },
        words: { ...reliefWords(relief), date: dateOf(session) },
        evidence: [...pointAtSession(session), ...relief.evidence],
        unread,
      };
    }
    const latest = sessions[0];
    if (!latest) {
      const earlierBlock = unreadBlocks.length > 0 ? undefined : false;
      return { finding: 'no-earlier-block', fields: { earlierBlock }, unread: unreadBlocks };
    }
    const relief = reliefAfter(latest, context);
    return {
      finding: unknownPartOf(relief),
      fields: { earlierBlock: true },
      words: { ...reliefWords(relief), date: dateOf(latest) },
      evidence: [...pointAtSession(latest), ...relief.evidence],
      unread,
    };
  },
});

/** Whether the last block of an earlier session is long enough ago. */
export const lastBlock = defineFact({
  fields: ['counts', 'longEnoughAgo'],
  findings: ['long-enough-ago', 'too-recent', 'imprecise', 'no-earlier-block', 'no-primary'],
  thresholds: ['minimumIntervalDays'],
  words: ['days', 'date', 'notBefore'],
  read(context) {
    const minimum = context.threshold('minimumIntervalDays') ?? 0;
    if (hasPrimary(context) === false) return { finding: 'no-primary', fields: { counts: false } };
    const { sessions, unread } = earlierSessions(context);
    const isComplete = unread.length === 0;
    const [latest] = sessions;
    if (!latest)
      return { finding: 'no-earlier-block', fields: { counts: isComplete ? false : undefined }, unread };
    const isUndatedAny = sessions.some(({ on }) => !on);
    if (!latest.on)
      return { finding: 'imprecise', fields: { counts: true }, evidence: pointAtSession(latest), unread };
    const surely = context.asOf - latest.on.latest;
    const atMost = context.asOf - Math.max(...sessions.flatMap(({ on }) => on?.earliest ?? []));
    const enoughFrom = latest.on.latest + minimum;
    const words = { days: surely, date: dateOf(latest), notBefore: formatDay(enoughFrom) };
    const told = { words, evidence: pointAtSession(latest), unread };
    if (atMost < minimum) {
      return {
        finding: 'too-recent',
        fields: { counts: true, longEnoughAgo: isComplete ? false : undefined },
        ...told,
        enoughFrom,
      };
    }
    if (surely < minimum || isUndatedAny) return { finding: 'imprecise', fields: { counts: true }, ...told };
    return {
      finding: 'long-enough-ago',
      fields: { counts: true, longEnoughAgo: isComplete || undefined },
      ...told,
    };
  },
});

/** Whether relief after the last blocks was short, or shorter than before: a reason to ask a surgeon. */
export const reliefTrend = defineFact({
  fields: ['safe'],
  findings: ['short', 'shorter-than-before', 'lasting', 'unknown'],
  thresholds: ['surgicalReviewReliefDays'],
  words: ['days', 'before', 'date'],
  read(context) {
    const minimum = context.threshold('surgicalReviewReliefDays') ?? 0;
    const { sessions, unread: unreadBlocks } = earlierSessions(context);
    const unread = [...new Set([...unreadBlocks, ...context.select('painReliefDurations').unread])];
    const known = sessions.flatMap((session) => {
      const relief = reliefAfter(session, context);
      return relief.days === undefined ? [] : [{ session, relief, days: relief.days }];
    });
    const [last, previous] = known;
    if (!last) {
      const isKnownNone = unreadBlocks.length === 0 && (sessions.length === 0 || unread.length === 0);
      return { finding: 'unknown', fields: { safe: isKnownNone || undefined }, unread };
    }
    const words = {
      days: reliefWords(last.relief).days,
      before: previous ? reliefWords(previous.relief).days : '',
      date: dateOf(last.session),
    };
    const evidence = [...pointAtSession(last.session), ...last.relief.evidence];
    if (last.days < minimum) return { finding: 'short', fields: { safe: false }, words, evidence };
    if (previous && last.days < previous.days) {
      return { finding: 'shorter-than-before', fields: { safe: false }, words, evidence };
    }
    return { finding: 'lasting', fields: { safe: true }, words, evidence };
  },
});
