import { states } from '../../fhir/narrative';
import { text } from '../../fhir/read';
import type { Day } from '../../time/days';
import type { Selection } from '../patient-record';
import { isAfter, newestFirst, newestOf, observedOn } from '../readings/dates-of';
import { evidenceOf, nameOf } from '../readings/evidence';
import { isOfProcedureDay } from '../readings/relief';
import { readScores, type Score } from '../readings/scores';
import { defineFact, type Evidence, type Fact, type LineContext } from './fact';

type Finding = 'recent' | 'stale' | 'imprecise' | 'undated' | 'unusable' | 'none';

function scoreEvidence(score: Score): Evidence {
  return evidenceOf(score.entry, score.on, `${score.member.label} ${score.value}${score.unit}`);
}

interface Newest {
  readonly fact: Fact<'recent' | 'severeEnough', Finding>;
  /** The values that may be the newest one: of one day several, where no time says which came last. */
  readonly values: readonly number[];
}

function wordsOf(score: Score, asOf: Day) {
  const point = scoreEvidence(score);
  const words = {
    score: `${Number((score.value ?? 0).toFixed(1))}${score.unit}`,
    name: score.member.label,
    date: point.date ?? '',
    age: score.on ? asOf - score.on.latest : '',
  };
  return { words, evidence: [point] };
}

/** The newest usable score and whether it is recent enough; day `days` back still counts. */
function newestScore(scores: readonly Score[], unread: readonly string[], asOf: Day, days: number): Newest {
  const upToNow = newestFirst(scores.filter((score) => !isAfter(score.on, asOf)));
  const usable = upToNow.filter((score) => score.value !== undefined);
  const recent = newestOf(usable.filter(({ on }) => on && on.latest <= asOf && asOf - on.earliest <= days));
  if (recent[0]) {
    const fact: Newest['fact'] = { finding: 'recent', fields: { recent: true }, ...wordsOf(recent[0], asOf) };
    return { fact, values: recent.flatMap(({ value }) => value ?? []) };
  }
  const open = (finding: Finding, score: Score): Newest => ({
    fact: { finding, fields: {}, ...wordsOf(score, asOf), unread },
    values: [],
  });
  const dated = usable.find((score) => score.on);
  if (dated?.on) return open(asOf - dated.on.latest <= days ? 'imprecise' : 'stale', dated);
  const undated = usable[0];
  if (undated) return open('undated', undated);
  const odd = upToNow[0];
  if (!odd) return { fact: { finding: 'none', fields: {}, unread }, values: [] };
  const evidence = evidenceOf(odd.entry, odd.on, odd.member.label);
  const words = { name: odd.member.label, date: evidence.date ?? '' };
  return { fact: { finding: 'unusable', fields: {}, words, evidence: [evidence], unread }, values: [] };
}

function scoresOf(
  context: LineContext,
  name: 'painScores' | 'functionScores',
): { scores: Score[]; selection: Selection } {
  const selection = context.select(name);
  const { codes } = context.policyData.selector(name);
  return {
    scores: readScores(selection.items, name === 'painScores' ? 'pain' : 'function', codes),
    selection,
  };
}

/** The pain scores without those of a block's own day; blocks that were not read may hide some of these. */
function currentPainScores(context: LineContext): { scores: Score[]; unread: readonly string[] } {
  const { scores, selection } = scoresOf(context, 'painScores');
  const blocks = context.select('earlierProcedures');
  const hidesBlocks = scores.some(({ entry }) => entry.resource['partOf'] !== undefined);
  return {
    scores: scores.filter((score) => !isOfProcedureDay(score, blocks.items)),
    unread: hidesBlocks ? [...new Set([...selection.unread, ...blocks.unread])] : selection.unread,
  };
}

/** A current pain score, and whether the pain is as severe as the profile asks. */
export const painScore = defineFact({
  fields: ['recent', 'severeEnough'],
  findings: ['recent', 'too-mild', 'stale', 'imprecise', 'undated', 'unusable', 'none'],
  thresholds: ['baselineDays', 'minimumPainScore'],
  words: ['score', 'name', 'date', 'age'],
  read(context) {
    const { scores, unread } = currentPainScores(context);
    const newest = newestScore(scores, unread, context.asOf, context.threshold('baselineDays') ?? 0);
    if (!newest.fact.fields.recent) return newest.fact;
    const minimum = context.threshold('minimumPainScore') ?? 0;
    if (newest.values.every((value) => value >= minimum))
      return { ...newest.fact, fields: { recent: true, severeEnough: true } };
    // A newer score may stand where it could not be read, or may be another one of the same day.
    const isOpen = unread.length > 0 || newest.values.some((value) => value >= minimum);
    const fields = { recent: true, severeEnough: isOpen ? undefined : false };
    return { ...newest.fact, finding: 'too-mild', fields, unread };
  },
});

/** A current disability score; some profiles take a statement of functional limits instead. */
export const functionScore = defineFact({
  fields: ['recent'],
  findings: ['recent', 'statement', 'stale', 'imprecise', 'undated', 'unusable', 'none'],
  thresholds: ['baselineDays', 'functionalStatementCounts'],
  words: ['score', 'name', 'date', 'age'],
  read(context) {
    const days = context.threshold('baselineDays') ?? 0;
    const { scores, selection } = scoresOf(context, 'functionScores');
    const byScore = newestScore(scores, selection.unread, context.asOf, days).fact;
    if (byScore.fields.recent || !context.setting('functionalStatementCounts')) return byScore;
    const { policyData } = context;
    const isDenial = (said: unknown): boolean =>
      typeof said === 'string' &&
      policyData.vocabulary('noLimitation').test(said) &&
      !states(said, policyData.vocabulary('functionalLimit'));
    const statement = newestFirst(
      context
        .select('functionalLimitations')
        .items.map((entry) => ({ ...entry, on: observedOn(entry.resource) })),
    ).find((entry) => {
      const said = text(entry.resource['valueString']) ?? entry.resource['valueCodeableConcept'];
      return (
        said !== undefined &&
        !isDenial(said) &&
        entry.on &&
        !isAfter(entry.on, context.asOf) &&
        context.asOf - entry.on.earliest <= days
      );
    });
    if (!statement) return byScore;
    const said = text(statement.resource['valueString']) ?? '';
    const evidence = evidenceOf(
      statement,
      statement.on,
      [nameOf(statement), said].filter((s) => s !== '').join(': '),
    );
    return {
      finding: 'statement',
      fields: { recent: true },
      words: { date: evidence.date ?? '' },
      evidence: [evidence],
    };
  },
});
