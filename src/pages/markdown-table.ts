import { table } from '../present/markdown';

/** Text that stands in one cell of a Markdown table. */
function cell(text: string): string {
  return text.replace(/\s+/gu, ' ').replaceAll('|', '\\|').trim();
}

/** A Markdown table of text; nothing without rows. */
export function markdownTable(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return '';
  return table(
    heads.map(cell),
    rows.map((row) => row.map(cell)),
  );
}
