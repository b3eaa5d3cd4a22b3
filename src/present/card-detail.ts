import { levelName } from '../anatomy/spine-level';
import type { Assessment } from '../evaluate/assess';
import { isOpen } from '../evaluate/criterion';
import { formatDay } from '../time/days';
import type { ToldResult } from './assessment-extension';
import { escapeMarkdown, table } from './markdown';
import { isClear } from './summary';
import { whatWouldChangeSection, type ToldSteps } from './what-would-change';
import { aboutOf, fill, withReasons, type Speaker } from './wording';

function linesSentence(assessment: Assessment, speaker: Speaker): string[] {
  const tokens = new Set(assessment.lines.map((line) => line.determination));
  if (tokens.size < 2) return [];
  const { wording } = speaker.policyData;
  const each = assessment.lines.map(({ line, determination }) => {
    const level = line.level ? ` ${levelName(line.level)}` : '';
    return fill(wording.lines, {
      line: `${line.procedure.code}${level}`,
      determination: wording.status[determination],
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
  const mark = ({ result }: ToldResult): string => {
    if (result.severity === 'caution') return status.caution;
    return isOpen(result.status) ? status[result.status] : '';
  };
  return [
    table(
      [headings.mark, headings.criterion, headings.required, headings.found],
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
            [headings.met, headings.found],
            shown.map((t) => [nameCell(t), escapeMarkdown(t.found)]),
          ),
        ]
      : []),
    ...(safe.length > 0 ? [`${headings.safe} ${safe.join(', ')}.`] : []),
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
  return [`${headings.sources} ${each.join('; ')}.`];
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

/** What the detail of a card is made of. */
export interface Detail {
  /** Its first lines. */
  readonly lead: readonly string[];
  readonly told: readonly ToldResult[];
  /** The results that are not met, the most pressing first. */
  readonly open: readonly ToldResult[];
  readonly changes: readonly ToldSteps[];
}

/** The detail of a card, in Markdown: what to do, why, what is met, and by which sources. */
export function detailOf(
  assessment: Assessment,
  { lead, told, open, changes }: Detail,
  speaker: Speaker,
): string {
  return [
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
}
