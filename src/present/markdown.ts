import { plain } from '../fhir/plain-text';

/** Text from outside as Markdown that renders as just that text: no formatting, HTML, table cells or links. */
export function escapeMarkdown(text: string, most?: number): string {
  return plain(text, most)
    .replace(/[\\`*_[\]<>|~&@]/gu, '\\$&')
    .replace(/:\/\//gu, '\\://')
    .replace(/\bwww\./giu, (match) => match.replace('.', '\\.'));
}

/** A GitHub-flavoured Markdown table; the cells are Markdown already. */
export function table(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(headings), line(headings.map(() => '---')), ...rows.map(line)].join('\n');
}
