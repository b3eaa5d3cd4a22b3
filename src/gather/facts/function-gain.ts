import { formatDays } from '../../time/days';
import type { Evidence, LineContext } from './fact';
import type { DayInterval } from '../../time/days';
import { drugDates, isAfter } from '../readings/dates-of';
import { earlierSessions } from '../readings/earlier-blocks';
import { evidenceOf, nameOf } from '../readings/evidence';
import { readScores, type Score } from '../readings/scores';
import { resultOf } from '../readings/treatment-result';
import { defineFact } from './fact';

/** Most function scores fall as things get better; those that rise are marked in their value set. */
const RISES = 'higher-is-better';

interface Pair {
  readonly before: Score;
  readonly after: Score;
}

/** The last score up to a block and the first after it, by the same instrument. */
function pairsAround(on: DayInterval, context: LineContext): Pair[] {
  const { codes } = context.policyData.selector('functionScores');
  const scores = readScores(context.select('functionScores').items, 'function', codes)
    .filter((score) => score.value !== undefined && score.on && !isAfter(score.on, context.asOf))
    .toSorted((a, b) => (a.on?.latest ?? 0) - (b.on?.latest ?? 0));
  const instruments = new Set(scores.filter(({ member }) => !member.isByName).map(({ member }) => member));
  return [...instruments].flatMap((member) => {
    const own = scores.filter((score) => score.member === member);
    const before = own.findLast((score) => (score.on?.latest ?? Infinity) <= on.earliest);
    const after = own.find((score) => (score.on?.earliest ?? -Infinity) > on.latest);
    return before && after ? [{ before, after }] : [];
  });
}

function isBetter({ before, after }: Pair): boolean {
  const change = (after.value ?? 0) - (before.value ?? 0);
  return before.member.kind === RISES ? change > 0 : change < 0;
}

function pointAt(score: Score): Evidence {
  return evidenceOf(score.entry, score.on, `${score.member.label} ${score.value}${score.unit}`);
}

/** Whether function got better, or a pain drug was stopped, after the last earlier block. */
export const functionGain = defineFact({
  fields: ['shown'],
  findings: ['better', 'drug-stopped', 'not-better', 'unknown', 'no-earlier-block'],
  words: ['name', 'before', 'after', 'date', 'drug'],
  read(context) {
    const { sessions, unread: unreadBlocks } = earlierSessions(context);
    const on = sessions.find((session) => session.on)?.on;
    const drugs = [context.select('systemicDrugTrials'), context.select('opioids')];
    const scores = context.select('functionScores');
    const unread = [...new Set([...unreadBlocks, ...scores.unread, ...drugs.flatMap((d) => d.unread)])];
    if (!on) return { finding: 'no-earlier-block', fields: {}, unread };
    const date = formatDays(on);
    const pairs = pairsAround(on, context);
    const shown = pairs.find(isBetter) ?? pairs[0];
    const told = shown && {
      words: {
        name: shown.before.member.label,
        before: `${shown.before.value}${shown.before.unit}`,
        after: `${shown.after.value}${shown.after.unit}`,
        date,
      },
      evidence: [pointAt(shown.before), pointAt(shown.after)],
    };
    if (told && isBetter(shown)) return { finding: 'better', fields: { shown: true }, ...told };
    const stopped = drugs
      .flatMap(({ items }) => items)
      .find((entry) => {
        // One that did not help was given up, not done without.
        if (resultOf(entry, context) === 'failed') return false;
        const { start, end } = drugDates(entry.resource);
        const wasTakenThen = start !== undefined && start.latest <= on.earliest;
        return wasTakenThen && end !== undefined && end.earliest > on.latest && end.latest <= context.asOf;
      });
    if (stopped) {
      const { end } = drugDates(stopped.resource);
      const evidence = [evidenceOf(stopped, end, `${nameOf(stopped)} ended`)];
      const words = { drug: nameOf(stopped), date };
      return { finding: 'drug-stopped', fields: { shown: true }, words, evidence };
    }
    if (told) {
      const isSure = unread.length === 0;
      return { finding: 'not-better', fields: { shown: isSure ? false : undefined }, ...told, unread };
    }
    return { finding: 'unknown', fields: {}, words: { date }, unread };
  },
});
