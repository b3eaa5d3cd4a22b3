import { text } from '../../fhir/read';
import type { Day } from '../../time/days';
import type { Selection } from '../patient-record';
import { isAfter, newestFirst, observedOn } from '../readings/dates-of';
import { evidenceOf, nameOf } from '../readings/evidence';
import { readScores, type Score } from '../readings/scores';
import { defineFact, type Evidence, type Fact, type LineContext } from './fact';

type Finding = 'recent' | 'stale' | 'imprecise' | 'undated' | 'unusable' | 'none';

function scoreEvidence(score: Score): Evidence {
  return evidenceOf(score.entry, score.on, `${score.member.label} ${score.value}${score.unit}`);
}

/** The newest usable score and whether it is recent enough; day `days` back still counts. */
function newestScore(
  scores: readonly Score[],
  unread: readonly string[],
  asOf: Day,
  days: number,
): Fact<'recent', Finding> {
  const upToNow = newestFirst(scores.filter((score) => !isAfter(score.on, asOf)));
  const usable = upToNow.filter((score) => score.value !== undefined);
  const wordsOf = (score: Score) => ({
    score: `${Number((score.value ?? 0).toFixed(1))}${score.unit}`,
    name: score.member.label,
    date: scoreEvidence(score).date ?? '',
    age: score.on ? asOf - score.on.latest : '',
  });
  const surely = usable.find((score) => score.on && asOf - score.on.earliest <= days);
  if (surely)
    return {
      finding: 'recent',
      fields: { recent: true },
      words: wordsOf(surely),
      evidence: [scoreEvidence(surely)],
    };
  const dated = usable.find((score) => score.on);
  if (dated) {
    const perhaps = dated.on !== undefined && asOf - dated.on.latest <= days;
    return {
      finding: perhaps ? 'imprecise' : 'stale',
      fields: {},
      words: wordsOf(dated),
      evidence: [scoreEvidence(dated)],
      unread,
    };
  }
  const undated = usable[0];
  if (undated)
    return {
      finding: 'undated',
      fields: {},
      words: wordsOf(undated),
      evidence: [scoreEvidence(undated)],
      unread,
    };
  const odd = upToNow[0];
  if (odd) {
    const evidence = evidenceOf(odd.entry, odd.on, odd.member.label);
    return {
      finding: 'unusable',
      fields: {},
      words: { name: odd.member.label, date: evidence.date ?? '' },
      evidence: [evidence],
      unread,
    };
  }
  return { finding: 'none', fields: {}, unread };
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

/** A current pain score. */
export const painScore = defineFact({
  fields: ['recent'],
  findings: ['recent', 'stale', 'imprecise', 'undated', 'unusable', 'none'],
  thresholds: ['baselineDays'],
  words: ['score', 'name', 'date', 'age'],
  read(context) {
    const { scores, selection } = scoresOf(context, 'painScores');
    return newestScore(scores, selection.unread, context.asOf, context.threshold('baselineDays') ?? 0);
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
    const byScore = newestScore(scores, selection.unread, context.asOf, days);
    if (byScore.fields.recent || !context.setting('functionalStatementCounts')) return byScore;
    const statement = newestFirst(
      context
        .select('functionalLimitations')
        .items.map((entry) => ({ ...entry, on: observedOn(entry.resource) })),
    ).find((entry) => {
      const said = text(entry.resource['valueString']) ?? entry.resource['valueCodeableConcept'];
      return (
        said !== undefined &&
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
