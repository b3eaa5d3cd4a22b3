const SENTENCE_END = /(?<=[.;!?])\s+|\n+/u;
const CONTRAST = /\b(?:but|however|although|though|except)\b/iu;
const NEGATED_BEFORE =
  /\b(?:no|not|non|nor|without|denies|denied|negative for|absence of|free of|never|rather than|rule out|r\/o|cannot exclude|possible|possibly|questionable|suspected|versus)\b/iu;
const NEGATED_AFTER =
  /\b(?:absent|excluded|unlikely|ruled out|not (?:seen|present|identified|demonstrated|evident|visuali[sz]ed|appreciated|noted|found))\b/iu;

/** Something a narrative states, with the words around it that may say where. */
export interface Statement {
  readonly clause: string;
  /** The sentence up to and including the clause: "At L4-5, there is a protrusion" names the level first. */
  readonly upToHere: string;
}

/** A comma ends what a negation covers, unless the list goes on to an "or" ("no fracture, dislocation, or stenosis"). */
function clausesOf(sentence: string): string[] {
  const clauses: string[] = [];
  for (const part of sentence.split(CONTRAST)) {
    const pieces = part.split(/,\s*/u);
    const lastOr = pieces.findLastIndex((piece) => /^(?:or|nor)\b/iu.test(piece));
    const negation = lastOr > 0 ? pieces.findIndex((piece) => NEGATED_BEFORE.test(piece)) : -1;
    if (negation < 0 || negation > lastOr) {
      clauses.push(...pieces);
      continue;
    }
    clauses.push(
      ...pieces.slice(0, negation),
      pieces.slice(negation, lastOr + 1).join(', '),
      ...pieces.slice(lastOr + 1),
    );
  }
  return clauses;
}

function isAsserted(clause: string, pattern: RegExp): boolean {
  const match = pattern.exec(clause);
  if (!match) return false;
  return (
    !NEGATED_BEFORE.test(clause.slice(0, match.index)) &&
    !NEGATED_AFTER.test(clause.slice(match.index + match[0].length))
  );
}

/**
 * What a narrative states of the things that the pattern names. Negated and uncertain statements ("no evidence of
 * radiculopathy", "possible stenosis") state nothing.
 */
export function statementsOf(text: string, pattern: RegExp): Statement[] {
  return text.split(SENTENCE_END).flatMap((sentence) => {
    const clauses = clausesOf(sentence);
    return clauses.flatMap((clause, i) =>
      isAsserted(clause, pattern)
        ? [
            {
              clause: clause.trim().replace(/[.;!?]+$/u, ''),
              upToHere: clauses
                .slice(0, i + 1)
                .join(', ')
                .trim(),
            },
          ]
        : [],
    );
  });
}

/** Whether the narrative states what the pattern names, negation taken into account. */
export function states(text: string, pattern: RegExp): boolean {
  return statementsOf(text, pattern).length > 0;
}
