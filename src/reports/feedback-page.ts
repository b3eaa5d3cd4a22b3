import { escapeHtml, htmlDocument } from '../pages/html-document';
import type { PolicyData } from '../policy/policy-data';
import type { FeedbackReport, OutcomeCounts } from '../store/feedback';

type Row = readonly (string | number)[];

const COUNTS = ['Cards', 'Accepted', 'Overridden', 'No answer'];

function table(title: string, heads: readonly string[], rows: readonly Row[]): string {
  if (rows.length === 0) return `<h2>${escapeHtml(title)}</h2>\n<p>None yet.</p>`;
  const cell = (value: string | number): string =>
    typeof value === 'number' ? `<td class="number">${value}</td>` : `<td>${escapeHtml(value)}</td>`;
  return [
    `<h2>${escapeHtml(title)}</h2>`,
    '<table>',
    `<thead><tr>${heads.map((head) => `<th scope="col">${escapeHtml(head)}</th>`).join('')}</tr></thead>`,
    '<tbody>',
    ...rows.map((row) => `<tr>${row.map(cell).join('')}</tr>`),
    '</tbody>',
    '</table>',
  ].join('\n');
}

function counts({ cards, accepted, overridden }: OutcomeCounts): number[] {
  return [cards, accepted, overridden, cards - accepted - overridden];
}

/** What the service itself calls a reason, else its code: what a client calls it could be anything. */
function reasonName(reason: FeedbackReport['byReason'][number], { wording }: PolicyData): string {
  const { system, reasons } = wording.overrideReasons;
  const own = system === reason.system ? reasons.find(({ code }) => code === reason.code) : undefined;
  return own?.display ?? reason.code ?? 'No reason given';
}

function criterionTitle(policy: string, criterion: string, { policies, profiles }: PolicyData): string {
  const found = policies.get(policy);
  const all = [...profiles.keys()].flatMap((profile) => found?.criteria(profile) ?? []);
  return all.find(({ id }) => id === criterion)?.title ?? '';
}

/** The feedback report as a page. */
export function feedbackPage(report: FeedbackReport, policyData: PolicyData): string {
  const titleOf = (policy: string): string => policyData.policies.get(policy)?.title ?? policy;
  const { total, unmatched } = report;
  const sections = [
    table('All cards', COUNTS, total.cards === 0 ? [] : [counts(total)]),
    table(
      'By criterion that was not met',
      ['Policy', 'Criterion', 'Title', ...COUNTS],
      report.byCriterion.map((row) => [
        titleOf(row.policy),
        row.criterion,
        criterionTitle(row.policy, row.criterion, policyData),
        ...counts(row),
      ]),
    ),
    table(
      'By policy version',
      ['Policy', 'Version', ...COUNTS],
      report.byPolicyVersion.map((row) => [titleOf(row.policy), row.version, ...counts(row)]),
    ),
    table(
      'By client',
      ['Client', ...COUNTS],
      report.byClient.map((row) => [row.client || 'not authenticated', ...counts(row)]),
    ),
    table(
      'Why cards were overridden',
      ['Reason', 'Cards'],
      report.byReason.map((row) => [reasonName(row, policyData), row.cards]),
    ),
  ];
  return htmlDocument(
    'Feedback on cards',
    `<h1>Feedback on cards</h1>
<p>The last outcome of each card counts. A criterion counts as accepted where a suggestion about it was taken. No answer is
no rejection.</p>
${sections.join('\n')}
${unmatched > 0 ? `<p>Feedback on cards that are not known here: ${unmatched}.</p>` : ''}`,
  );
}
