import { compareLevels, levelName } from '../anatomy/spine-level';
import type { Assessment } from '../evaluate/assess';
import type { CriterionResult } from '../evaluate/criterion';
import { plain } from '../fhir/plain-text';
import type { ToldResult } from './assessment-extension';
import { fill, gapOf, type Speaker } from './wording';

/** CDS Hooks 2.0.1, Card Attributes: the summary has fewer than 140 characters. */
const LONGEST_SUMMARY = 139;
/** Of a summary that opens with a red flag, this much is the flag's; the order must still be named. */
const LONGEST_FLAG = 60;

/** Whether a danger that needs another treatment first is present. */
export function isRedFlag({ criterion, status }: CriterionResult): boolean {
  return criterion.redFlag && status === 'not-met';
}

/** Whether nothing may be done now but hold the block, and what makes it safe. */
export function isStopped({ determination, lines }: Assessment): boolean {
  return determination === 'contraindicated' || lines.some(({ results }) => results.some(isRedFlag));
}

/** Whether a danger was looked for and nothing at all was found; one that is handled is something found. */
export function isClear({ severity, status, evidence }: CriterionResult): boolean {
  return severity === 'contraindication' && status === 'met' && evidence.length === 0;
}

/** Whether the result is one of the reasons for the determination that heads the card. */
function isReason(result: CriterionResult, determination: string): boolean {
  switch (determination) {
    case 'contraindicated':
      return result.severity === 'contraindication' && result.status === 'not-met';
    case 'criteria-not-met':
      return result.severity === 'hard' && result.status === 'not-met';
    case 'coding-issue':
      return result.severity === 'coding' && result.status === 'not-met';
    case 'documentation-gaps':
      return result.severity !== 'caution' && result.severity !== 'coding';
    default:
      return true;
  }
}

/** What is ordered, in a few words: the procedure, side and levels, and the codes. */
export function orderName({ group, policy, lines }: Assessment, speaker: Speaker): string {
  const ordered = lines.flatMap(({ line }) => line.level ?? []).toSorted(compareLevels);
  const levels = [...new Set(ordered.map(levelName))];
  const codes = lines.map(({ line }) => line.procedure.code);
  const place = [
    group.side === 'both' ? speaker.policyData.wording.bothSides : group.side,
    levels.join(' + '),
  ]
    .filter((part) => part)
    .join(' ');
  return `${policy.short}${place === '' ? '' : `, ${place}`} (${[...new Set(codes)].join(' + ')})`;
}

function distinct(reasons: readonly string[]): string[] {
  return [...new Set(reasons)].filter((reason) => reason !== '');
}

/** What a reason is about, where there is no room for what was found. */
function shortGapOf({ criterion }: CriterionResult): string {
  return criterion.gap ?? criterion.title;
}

/** A card's summary: as many reasons as fit, the rest counted. */
export function summaryOf(assessment: Assessment, open: readonly ToldResult[], speaker: Speaker): string {
  const { wording } = speaker.policyData;
  const flag = open.find(({ result }) => isRedFlag(result));
  const prefix = flag
    ? fill(wording.summary['red-flag'], { what: plain(gapOf(flag.result, speaker), LONGEST_FLAG) })
    : '';
  const about = open
    .map(({ result }) => result)
    .filter((result) => !isRedFlag(result) && isReason(result, assessment.determination));
  const isMet = assessment.determination === 'meets-criteria';
  const metAs = flag ? 'meets-criteria-with-red-flag' : 'meets-criteria-with-cautions';
  const key = isMet && open.length > 0 ? metAs : assessment.determination;
  const template = wording.summary[key];
  const order = orderName(assessment, speaker);
  for (const reasons of [distinct(about.map((r) => gapOf(r, speaker))), distinct(about.map(shortGapOf))]) {
    for (let shown = reasons.length; shown > 0; shown -= 1) {
      const rest = reasons.length - shown;
      const listed = [
        ...reasons.slice(0, shown),
        ...(rest > 0 ? [fill(wording.more, { count: rest })] : []),
      ].join(', ');
      const summary = plain(prefix + fill(template, { order, reasons: listed }));
      if (summary.length <= LONGEST_SUMMARY) return summary;
    }
  }
  const bare = plain(prefix + fill(template, { order, reasons: '' }));
  if (bare.length <= LONGEST_SUMMARY) return bare.replace(/[:;,]\s*$/u, '');
  return plain(prefix + fill(template, { order: assessment.policy.short, reasons: '' }), LONGEST_SUMMARY);
}
