const LONGEST_TEXT = 240;
/** Printable ASCII with single blanks between words: most of what a card says. */
const ALREADY_PLAIN = /^[!-~]+(?: [!-~]+)*$/u;

/**
 * One line of plain text: control and invisible characters and line breaks become spaces, and what is longer than `most`
 * characters is cut.
 */
export function plain(text: string, most = LONGEST_TEXT): string {
  if (text.length <= most && ALREADY_PLAIN.test(text)) return text;
  const line = text
    .slice(0, most * 4)
    .replace(/[\s\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ')
    .trim();
  if (line.length <= most) return line;
  return `${line
    .slice(0, most - 1)
    .replace(/[\uD800-\uDBFF]$/u, '')
    .trimEnd()}…`;
}
