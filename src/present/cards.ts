import { levelName } from '../anatomy/spine-level';
import type { Assessment } from '../evaluate/assess';
import type { CriterionResult } from '../evaluate/criterion';
import { formatDay } from '../time/days';
import { assessmentExtension, toldResults, type ToldResult } from './assessment-extension';
import type { Card, OverrideReason } from './card';
import { escapeMarkdown, table } from './markdown';
import type { SuggestionContext } from './remedies';
import { suggestionsFor } from './suggestions';
import { leadOf } from './lead';
import { toldSteps, whatWouldChangeSection } from './what-would-change';
import { isClear, isRedFlag, summaryOf } from './summary';
import { aboutOf, fill, todosOf, withReasons, type Speaker } from './wording';

/** How pressing an open result is; what changes the determination comes first. */
const RANK: Readonly<Record<string, number>> = {
  contraindication: 0,
  hard: 1,
  coding: 2,
  documentation: 3,
  caution: 4,
};

function rank({ severity, status }: CriterionResult): number {
  return (RANK[severity] ?? 5) + (status === 'not-met' ? 0 : 0.5);
}

function isOpen({ status }: CriterionResult): boolean {
  return status === 'not-met' || status === 'not-documented' || status === 'not-assessed';
}

function isShown(result: CriterionResult): boolean {
  // A caution that could not be looked at changes nothing on the card.
  return isOpen(result) && !(result.severity === 'caution' && result.status === 'not-assessed');
}

/** Whether the card would say more than that everything is met. */
export function asksForSomething({ lines }: Assessment): boolean {
  return lines.some(({ results }) => results.some(isShown));
}

function linesSentence(assessment: Assessment, speaker: Speaker): string[] {
  const tokens = new Set(assessment.lines.map((line) => line.determination));
  if (tokens.size < 2) return [];
  const { wording } = speaker.policyData;
  const each = assessment.lines.map(({ line, determination }) => {
    const level = line.level ? ` ${levelName(line.level)}` : '';
    return fill(wording.lines, {
      line: `${line.procedure.code}${level}`,
      determination: wording.status[determination] ?? determination,
    });
  });
  return [each.join(' · ')];
}

function nameCell({ result, lines, isForAllLines }: ToldResult): string {
  const about = isForAllLines ? [] : lines;
  return `${escapeMarkdown(result.criterion.title)} (${[result.criterion.id, ...about].join(', ')})`;
}

function openTable(open: readonly ToldResult[], speaker: Speaker): string[] {
  if (open.length === 0) return [];
  const { headings, status } = speaker.policyData.wording;
  const mark = ({ result }: ToldResult): string =>
    result.severity === 'caution' ? (status['caution'] ?? '') : (status[result.status] ?? '');
  return [
    table(
      [
        headings['mark'] ?? '',
        headings['criterion'] ?? '',
        headings['required'] ?? '',
        headings['found'] ?? '',
      ],
      open.map((told) => [
        mark(told),
        nameCell(told),
        escapeMarkdown(told.required),
        escapeMarkdown(told.found),
      ]),
    ),
  ];
}

/** What is met: requirements with their evidence in a table, safety checks in one line. */
function metSection(told: readonly ToldResult[], speaker: Speaker): string[] {
  const { headings } = speaker.policyData.wording;
  const met = told.filter(
    ({ result }) => result.status === 'met' && result.severity !== 'caution' && result.severity !== 'coding',
  );
  const shown = met.filter(({ result }) => !isClear(result) && !result.criterion.quietWhenMet);
  const safe = met
    .filter(({ result }) => isClear(result))
    .map(({ result }) => escapeMarkdown(result.criterion.gap ?? result.criterion.title));
  return [
    ...(shown.length > 0
      ? [
          table(
            [headings['met'] ?? '', headings['found'] ?? ''],
            shown.map((t) => [nameCell(t), escapeMarkdown(t.found)]),
          ),
        ]
      : []),
    ...(safe.length > 0 ? [`${headings['safe'] ?? ''} ${safe.join(', ')}.`] : []),
  ];
}

function sourcesSection(
  told: readonly ToldResult[],
  open: readonly ToldResult[],
  speaker: Speaker,
): string[] {
  const about =
    open.length > 0
      ? open
      : told.filter(
          ({ result: { severity, status, criterion } }) =>
            severity === 'hard' && status === 'met' && !criterion.quietWhenMet,
        );
  const ids = [...new Set(about.flatMap(({ result }) => result.criterion.sources))];
  const sources = ids.flatMap((id) => speaker.policyData.sources.get(id) ?? []);
  if (sources.length === 0) return [];
  const { headings } = speaker.policyData.wording;
  const each = sources.map(
    (source) =>
      `${source.id} ${escapeMarkdown(source.title)}${source.unverified === undefined ? '' : ` (${escapeMarkdown(source.unverified)})`}`,
  );
  return [`${headings['sources'] ?? ''} ${each.join('; ')}.`];
}

/** What other sources say, in one line; beside an order that is refused anyway it would change nothing. */
function otherViewsSection({ lines }: Assessment, speaker: Speaker): string[] {
  const open = lines.filter(
    ({ determination }) => determination !== 'contraindicated' && determination !== 'criteria-not-met',
  );
  const { sources, wording } = speaker.policyData;
  const views = [...new Set(open.flatMap(({ otherViews }) => otherViews))].map((view) => {
    const each = view.sources.flatMap((id) => sources.get(id) ?? []);
    const strengths = each.map(({ id, strength }) => `${id}: ${escapeMarkdown(strength)}`).join('; ');
    return `${escapeMarkdown(view.says, view.says.length)} (${strengths})`;
  });
  return views.length === 0 ? [] : [fill(wording.otherView, { views: views.join('; ') })];
}

/** The cautions that nobody could look for, a red flag first. */
function notLookedFor(told: readonly ToldResult[], speaker: Speaker): string[] {
  const unread = told
    .map(({ result }) => result)
    .filter(({ severity, status }) => severity === 'caution' && status === 'not-assessed')
    .toSorted((a, b) => Number(b.criterion.redFlag) - Number(a.criterion.redFlag));
  if (unread.length === 0) return [];
  const said = new Set(told.flatMap(({ result }) => (result.severity === 'caution' ? [] : result.unread)));
  const keys = [...new Set(unread.flatMap((result) => result.unread))].filter((key) => !said.has(key));
  const { wording } = speaker.policyData;
  const template = keys.length > 0 ? wording.notLookedForUnread : wording.notLookedFor;
  const what = escapeMarkdown(aboutOf(unread, speaker));
  return [fill(template, { what, keys: withReasons(keys, speaker) })];
}

/** Who pays decides which rules hold; where that could not be read, the card says by which it judges. */
function payerUnread({ profile }: Assessment, { payerUnread: reason, policyData }: Speaker): string[] {
  if (!reason) return [];
  const { wording } = policyData;
  return [fill(wording.payerUnread, { reason: wording.status[reason], profile: profile.title })];
}

function footerOf({ policy, profile, group }: Assessment, speaker: Speaker): string {
  const { wording } = speaker.policyData;
  const approval =
    policy.approvedBy.length > 0
      ? fill(wording.approved, { names: policy.approvedBy.join(', ') })
      : wording.notApproved;
  const date = formatDay(group.session.evaluatedOn);
  return fill(wording.footer, {
    profile: profile.title,
    policy: policy.title,
    version: policy.version,
    date,
    approval,
  });
}

/** Why a clinician may go on all the same; nothing, where there is nothing to override. */
function overrideReasonsOf(
  { determination }: Assessment,
  isFlagged: boolean,
  { policyData }: Speaker,
): OverrideReason[] {
  const { system, reasons } = policyData.wording.overrideReasons;
  return reasons
    .filter((reason) => reason.for.includes(isFlagged ? 'contraindicated' : determination))
    .map(({ code, display }) => ({ code, system, display }));
}

/** Composes the card of one procedure group. */
export function presentCard(context: SuggestionContext): Card {
  const { assessment, speaker, newId } = context;
  const told = toldResults(assessment, speaker);
  const changes = toldSteps(assessment, speaker);
  const canBeDone = ({ result }: ToldResult): number => Number(todosOf(result, speaker).length === 0);
  const open = told
    .filter(({ result }) => isShown(result))
    .toSorted((a, b) => rank(a.result) - rank(b.result) || canBeDone(a) - canBeDone(b));
  const lead = leadOf(assessment, open, speaker);
  const detail = [
    ...lead,
    ...linesSentence(assessment, speaker),
    ...whatWouldChangeSection(assessment, changes, lead, speaker),
    ...openTable(open, speaker),
    ...metSection(told, speaker),
    ...notLookedFor(told, speaker),
    ...payerUnread(assessment, speaker),
    ...otherViewsSection(assessment, speaker),
    ...sourcesSection(told, open, speaker),
    footerOf(assessment, speaker),
  ].join('\n\n');
  const suggestions = suggestionsFor(context, told);
  const isFlagged = open.some(({ result }) => isRedFlag(result));
  const overrideReasons = overrideReasonsOf(assessment, isFlagged, speaker);
  return {
    uuid: newId(),
    summary: summaryOf(assessment, open, speaker),
    detail,
    indicator: isFlagged ? 'critical' : assessment.indicator,
    source: { label: fill(speaker.policyData.wording.sourceLabel, { profile: assessment.profile.title }) },
    ...(suggestions.length > 0 && { suggestions, selectionBehavior: 'at-most-one' as const }),
    ...(overrideReasons.length > 0 && { overrideReasons }),
    extension: assessmentExtension(assessment, told, changes),
  };
}
