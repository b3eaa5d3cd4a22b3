/** The lines of a generated page without the padding that prettier gives to tables. */
export function linesOf(markdown: string): string[] {
  return markdown
    .split('\n')
    .map((line) => line.replace(/ {2,}/gu, ' ').replace(/-{3,}/gu, '---').trim())
    .filter((line) => line !== '');
}
