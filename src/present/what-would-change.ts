import type { Assessment, LineAssessment } from '../evaluate/assess';
import { isGap } from '../evaluate/determination';
import { EFFORTS, whatWouldChange, type Effort, type Step } from '../evaluate/what-would-change';
import { formatDay } from '../time/days';
import { effortOfGap, leastRequest } from './requests';
import { escapeMarkdown } from './markdown';
import { fill, gapOf, inTheWay, isOwnGap, type Speaker } from './wording';

/** What one line needs, in words; empty where it needs nothing. */
export interface ToldSteps {
  readonly line: LineAssessment;
  readonly steps: readonly {
    readonly criterion: string;
    readonly effort: Effort;
    readonly what: string;
    readonly from?: string;
  }[];
}

/** What a step is about, in a few words. */
function aboutOf({ result, fact, effort }: Step, speaker: Speaker): string {
  if (effort === 'correct') return gapOf(result, speaker);
  const request = effort === 'wait' || effort === 'look-up' ? undefined : leastRequest(fact, speaker);
  return request?.about ?? result.criterion.gap ?? result.criterion.title;
}

/** Whether a step closes by itself once others are done: its finding is no gap of its own, or rests on what is missing. */
function followsOthers(step: Step, steps: readonly Step[], speaker: Speaker): boolean {
  if (!isOwnGap(step.fact, speaker)) return true;
  const isAlone = steps.every((other) => other === step || other.result !== step.result);
  return step.effort === 'clarify' && (step.fact.fact.evidence ?? []).length === 0 && !isAlone;
}

/** What would make each line meet its criteria; lines that do, or that something on file contradicts, are left out. */
export function toldSteps({ lines }: Assessment, speaker: Speaker): ToldSteps[] {
  return lines.flatMap((line) => {
    const steps = whatWouldChange(line, effortOfGap(speaker)) ?? [];
    const told = steps
      .filter((step) => !followsOthers(step, steps, speaker))
      .map((step) => ({
        criterion: step.result.criterion.id,
        effort: step.effort,
        what: aboutOf(step, speaker),
        ...(step.from !== undefined && { from: formatDay(step.from) }),
      }));
    return told.length > 0 ? [{ line, steps: told }] : [];
  });
}

/** The steps of one line as one sentence: what is recorded together stands together, and the last date is the date. */
function sentenceOf({ steps }: ToldSteps, speaker: Speaker): string {
  const { whatWouldChange: wording } = speaker.policyData.wording;
  return EFFORTS.flatMap((effort) => {
    const own = steps.filter((step) => step.effort === effort);
    if (own.length === 0) return [];
    const what = [...new Set(own.map((step) => escapeMarkdown(step.what)))].join(', ');
    const date = own
      .flatMap(({ from }) => from ?? [])
      .toSorted()
      .at(-1);
    return [fill(wording[effort], { what, date })];
  }).join('; ');
}

/** Whether fewer steps are enough than the gaps name, because some are alternatives of others. */
function hasAlternatives({ line, steps }: ToldSteps, speaker: Speaker): boolean {
  const gaps = line.results.filter(isGap).flatMap(inTheWay);
  return gaps.filter((fact) => isOwnGap(fact, speaker)).length > steps.length;
}

/** Whether the lead says the same: gaps and nothing else, of all lines alike, none an alternative, and every date. */
function isInTheLead(
  { determination, lines }: Assessment,
  told: readonly ToldSteps[],
  lead: string,
  speaker: Speaker,
): boolean {
  const dates = told.flatMap(({ steps }) => steps.flatMap(({ from }) => from ?? []));
  if (!dates.every((date) => lead.includes(date))) return false;
  if (told.every(({ steps }) => steps.length < 2)) return true;
  const hasCautions = lines.some(({ results }) =>
    results.some(({ severity, status }) => severity === 'caution' && status === 'not-met'),
  );
  return (
    determination === 'documentation-gaps' &&
    told.length === lines.length &&
    new Set(told.map((line) => sentenceOf(line, speaker))).size === 1 &&
    !hasCautions &&
    !told.some((line) => hasAlternatives(line, speaker))
  );
}

/** One line of the card that adds to its first lines: what is enough for every criterion, and from when on. */
export function whatWouldChangeSection(
  assessment: Assessment,
  told: readonly ToldSteps[],
  lead: readonly string[],
  speaker: Speaker,
): string[] {
  if (isInTheLead(assessment, told, lead.join('\n'), speaker)) return [];
  const { whatWouldChange: wording } = speaker.policyData.wording;
  const sentences = told.map((line) => sentenceOf(line, speaker));
  const isSame = told.length === assessment.lines.length && new Set(sentences).size === 1;
  const each = told.map(({ line }, i) =>
    fill(wording.line, { code: line.line.procedure.code, steps: sentences[i] }),
  );
  return [fill(wording.card, { steps: isSame ? sentences[0] : [...new Set(each)].join('. ') })];
}
