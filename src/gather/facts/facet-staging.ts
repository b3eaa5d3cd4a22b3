import { sentencesOf, states } from '../../fhir/narrative';
import { period } from '../../fhir/read';
import { formatDay } from '../../time/days';
import { blockDaysAt, dateOfDay, evidenceOfDays, sidesOfLine } from '../readings/blocks-at-place';
import { isAfter } from '../readings/dates-of';
import { evidenceOf, nameOf } from '../readings/evidence';
import { wordsOfPlan } from '../readings/plan-words';
import { reliefWords } from '../readings/relief';
import { weighRelief } from './earlier-relief';
import { defineFact } from './fact';
import { earlierBlockDays, FACET_BLOCK } from './facet-purpose';

/** Whether the last block at the level and side lies long enough back for another diagnostic one. */
export const diagnosticInterval = defineFact({
  fields: ['longEnough'],
  findings: ['long-enough', 'too-recent', 'imprecise', 'none'],
  thresholds: ['diagnosticIntervalDays'],
  words: ['days', 'date', 'notBefore'],
  read(context) {
    const minimum = context.threshold('diagnosticIntervalDays') ?? 0;
    const each = sidesOfLine(context).map((side) => blockDaysAt(context, FACET_BLOCK, side));
    const unread = [...new Set(each.flatMap(({ unreadBlocks }) => unreadBlocks))];
    const days = each.flatMap((side) => side.days);
    const latest = days.toSorted((a, b) => (b.on?.latest ?? 0) - (a.on?.latest ?? 0))[0];
    if (!latest)
      return { finding: 'none', fields: { longEnough: unread.length > 0 ? undefined : true }, unread };
    const { on } = latest;
    const evidence = evidenceOfDays([latest]);
    if (!on || !latest.isSure) return { finding: 'imprecise', fields: {}, evidence, unread };
    const isUndatedAny = days.some((day) => !day.on);
    const enoughFrom = on.latest + minimum;
    const words = {
      days: context.asOf - on.latest,
      date: dateOfDay(latest),
      notBefore: formatDay(enoughFrom),
    };
    if (context.asOf - on.earliest < minimum)
      return {
        finding: 'too-recent',
        fields: { longEnough: unread.length > 0 ? undefined : false },
        words,
        evidence,
        enoughFrom,
        unread,
      };
    if (context.asOf - on.latest < minimum || isUndatedAny)
      return { finding: 'imprecise', fields: {}, words, evidence, unread };
    return {
      finding: 'long-enough',
      fields: { longEnough: unread.length > 0 ? undefined : true },
      words,
      unread,
    };
  },
});

/** Whether the last therapeutic injection, if there was one, helped enough for another. */
export const therapeuticRepeat = defineFact({
  fields: ['supported'],
  findings: ['first', 'supported', 'too-little', 'unknown'],
  thresholds: ['diagnosticBlocks', 'repeatReliefPercent', 'repeatReliefDays'],
  words: ['percent', 'days', 'date'],
  read(context) {
    const diagnostic = context.threshold('diagnosticBlocks') ?? 0;
    const percent = context.threshold('repeatReliefPercent') ?? 0;
    const minimumDays = context.threshold('repeatReliefDays') ?? 0;
    const { atMost, unread: unreadBlocks } = earlierBlockDays(context);
    if (atMost <= diagnostic) return { finding: 'first', fields: { supported: true } };
    const each = sidesOfLine(context).map((side) => {
      const { days, unread } = blockDaysAt(context, FACET_BLOCK, side);
      const sure = days.filter(({ isSure }) => isSure);
      // Without a therapeutic injection on this side there is nothing to weigh.
      const latest = sure.length > diagnostic ? sure[0] : undefined;
      const weighed = latest && weighRelief(latest.relief, percent, minimumDays);
      const isFirst = days.length <= diagnostic;
      return { latest, weighed, isFirst, unread };
    });
    const unread = [...new Set([...unreadBlocks, ...each.flatMap((side) => side.unread)])];
    const isSupported = ({ isFirst, weighed }: (typeof each)[number]): boolean =>
      isFirst || weighed === 'sufficient';
    const bad = each.find((side) => side.weighed !== undefined && !isSupported(side));
    const shown = (bad ?? each.find(({ latest }) => latest))?.latest;
    const told = {
      words: { ...(shown && reliefWords(shown.relief)), date: shown && dateOfDay(shown) },
      evidence: evidenceOfDays(each.flatMap(({ latest }) => latest ?? [])),
      unread,
    };
    if (bad)
      return { finding: 'too-little', fields: { supported: unread.length > 0 ? undefined : false }, ...told };
    if (each.every(isSupported)) return { finding: 'supported', fields: { supported: true }, ...told };
    return { finding: 'unknown', fields: {}, ...told };
  },
});

/** Whether the order or a care plan names ablation as what comes next. */
export const ablationPlan = defineFact({
  fields: ['stated'],
  findings: ['on-order', 'planned', 'none'],
  words: ['what', 'date'],
  read(context) {
    const { policyData, line, asOf } = context;
    const names = (words: string): boolean =>
      sentencesOf(words).some(
        (sentence) =>
          states(sentence, policyData.vocabulary('ablation')) &&
          !policyData.vocabulary('noAblation').test(sentence),
      );
    if (names(line.order.words)) return { finding: 'on-order', fields: { stated: true } };
    const { items, unread } = context.select('carePlans');
    const plan = items.find(({ resource }) => {
      const { start } = period(resource['period']);
      return !isAfter(start, asOf) && names(wordsOfPlan(resource));
    });
    if (!plan) return { finding: 'none', fields: {}, unread };
    const evidence = evidenceOf(plan, period(plan.resource['period']).start, nameOf(plan));
    const words = { what: nameOf(plan), date: evidence.date };
    return { finding: 'planned', fields: { stated: true }, words, evidence: [evidence] };
  },
});

/** Whether the order says why ablation is not done instead. */
export const ablationReason = defineFact({
  fields: ['stated'],
  findings: ['stated', 'none'],
  read(context) {
    const { policyData, line } = context;
    const isStated = sentencesOf(line.order.words).some(
      (sentence) =>
        policyData.vocabulary('ablation').test(sentence) &&
        states(sentence, policyData.vocabulary('noAblation')),
    );
    return isStated ? { finding: 'stated', fields: { stated: true } } : { finding: 'none', fields: {} };
  },
});
