const LONGEST_TEXT = 240;

/** One line of plain text: control characters and line breaks become spaces, and what is too long is cut. */
export function plain(text: string): string {
  // oxlint-disable-next-line no-control-regex -- control characters are what must not reach a card
  const line = text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\s]+/gu, ' ').trim();
  return line.length <= LONGEST_TEXT ? line : `${line.slice(0, LONGEST_TEXT - 1).trimEnd()}…`;
}

/** Text from outside as Markdown that renders as just that text: no formatting, HTML, table cells or links. */
export function escapeMarkdown(text: string): string {
  return plain(text)
    .replace(/[\\`*_[\]<>|~&@]/gu, '\\$&')
    .replace(/:\/\//gu, '\\://')
    .replace(/\bwww\./giu, (match) => match.replace('.', '\\.'));
}

/** A GitHub-flavoured Markdown table; the cells are Markdown already. */
export function table(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(headings), line(headings.map(() => '---')), ...rows.map(line)].join('\n');
}
