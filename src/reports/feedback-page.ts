import type { PolicyData } from '../policy/policy-data';
import type { FeedbackReport, OutcomeCounts } from '../store/feedback';

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escaped(value: string | number): string {
  return String(value).replace(/[&<>"']/gu, (character) => ENTITIES[character] ?? '');
}

type Row = readonly (string | number)[];

const COUNTS = ['Cards', 'Accepted', 'Overridden', 'No answer'];

function table(title: string, heads: readonly string[], rows: readonly Row[]): string {
  if (rows.length === 0) return `<h2>${escaped(title)}</h2>\n<p>None yet.</p>`;
  const cell = (value: string | number): string =>
    typeof value === 'number' ? `<td class="number">${value}</td>` : `<td>${escaped(value)}</td>`;
  return [
    `<h2>${escaped(title)}</h2>`,
    '<table>',
    `<thead><tr>${heads.map((head) => `<th scope="col">${escaped(head)}</th>`).join('')}</tr></thead>`,
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
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Feedback on cards</title>
<style>
body { font: 1rem/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 70rem; padding: 0 1rem; }
table { border-collapse: collapse; display: block; overflow-x: auto; }
th, td { border: 1px solid gray; padding: 0.25rem 0.5rem; text-align: left; }
.number { text-align: right; }
</style>
</head>
<body>
<main>
<h1>Feedback on cards</h1>
<p>The last outcome of each card counts. A criterion counts as accepted where a suggestion about it was taken. No answer is
no rejection.</p>
${sections.join('\n')}
${unmatched > 0 ? `<p>Feedback on cards that are not known here: ${unmatched}.</p>` : ''}
</main>
</body>
</html>
`;
}
