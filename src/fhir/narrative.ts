const SENTENCE_END = /(?<=[.;!?])\s+|\n+/u;
const CONTRAST = /\b(?:but|however|although|though|except)\b/iu;
const NEGATED_BEFORE =
  /\b(?:no|none|not|non|nor|neither|without|denies|denied|negative for|absence of|free of|never|rather than|instead of|rule out|r\/o|cannot exclude|possible|possibly|questionable|suspected|versus)\b/iu;
const NEGATED_AFTER =
  /\b(?:absent|excluded|unlikely|not (?:needed|required|planned|indicated)|ruled out|resolved|no longer|not available|unavailable|not (?:seen|present|identified|demonstrated|evident|visuali[sz]ed|appreciated|noted|found))\b|(?::|\s[-–]|\b(?:is|are|was|were))\s*(?:none|negative|normal|unremarkable)\b/iu;

/** Longer than any report or note; what lies beyond is not read. */
const LONGEST_NARRATIVE = 500_000;

/** Something a narrative states, with the words around it that may say where. */
export interface Statement {
  readonly clause: string;
  /** The sentence up to and including the clause: "At L4-5, there is a protrusion" names the level first. */
  readonly upToHere: string;
  readonly sentence: string;
}

/** A short piece without a place of its own goes on with the list before it: "no herniation, canal stenosis". */
function goesOn(piece: string): boolean {
  return piece.trim().split(/\s+/u).length <= 3 && !/\d/u.test(piece);
}

const IN_LIST = /^(?:or|nor|and)\b|\b(?:or|nor)\b/iu;
/** No list that one negation covers is longer; it bounds the work on texts that only look like lists. */
const LONGEST_LIST = 20;

/** How far a negation reaches: to the end of its piece, or of the list that it opens ("no a, b or c", "no a, and b"). */
function endOfNegation(pieces: readonly string[], isNegated: readonly boolean[], negation: number): number {
  let end = negation;
  let isShortRun = true;
  const most = Math.min(pieces.length, negation + LONGEST_LIST);
  for (let i = negation + 1; i < most && !isNegated[i]; i += 1) {
    const piece = pieces[i] ?? '';
    isShortRun &&= goesOn(piece);
    if (IN_LIST.test(piece)) {
      end = i;
      isShortRun = true;
    } else if (isShortRun && end === i - 1) {
      end = i;
    }
  }
  return end;
}

/** The clauses of a sentence, so cut that a negation and all it covers stand in one clause. */
function clausesOf(sentence: string): string[] {
  const clauses: string[] = [];
  for (const part of sentence.split(CONTRAST)) {
    const pieces = part.split(/,\s*/u);
    const isNegated = pieces.map((piece) => NEGATED_BEFORE.test(piece));
    for (let i = 0; i < pieces.length; i += 1) {
      const end = isNegated[i] ? endOfNegation(pieces, isNegated, i) : i;
      clauses.push(pieces.slice(i, end + 1).join(', '));
      i = end;
    }
  }
  return clauses;
}

/** Why a study was done and what it is compared with are no findings of it; each up to the end of its sentence. */
const BACKGROUND =
  /\b(?:(?:clinical )?indications?|clinical (?:history|information)|history|reason for (?:the )?(?:exam(?:ination)?|study|test)|(?<!in )comparison(?=\s*:(?![^.;!?\n]*\b(?:unchanged|stable|progress|persist|new)))|technique)\s*:(?:(?!\b(?:findings?|impression|conclusion|results?|report|opinion|assessment|interpretation|summary|diagnosis)\s*:|\b[CTL]\d{1,2}[-/]\S{0,4}\s*:)[^.;!?\n])*/giu;
/** Who asks in few words states nothing: "Disc bulge?" */
const QUESTION = /^\S+(?: \S+){0,3}\?$/u;

/**
 * The report of a study without what it says of the reason for it, of earlier studies and of its technique, and without
 * its questions.
 */
export function withoutBackground(report: string): string {
  return sentencesOf(report.slice(0, LONGEST_NARRATIVE).replace(BACKGROUND, ''))
    .filter((sentence) => !QUESTION.test(sentence.trim()))
    .join('\n');
}

/** The sentences of a text; one that fits no clinical note is cut. */
export function sentencesOf(text: string): string[] {
  return text.slice(0, LONGEST_NARRATIVE).split(SENTENCE_END);
}

/** What is gone, said directly before it: "resolved L4-5 herniation", "resection of the tumour". */
const GONE_BEFORE =
  /\b(?:resolved|ruled out:?|(?:resection|removal|family history) of)(?: (?:the|a|an|left|right|old|prior))*(?: [CTLS]\d\S*)?\s*$/iu;

function isAsserted(clause: string, pattern: RegExp): boolean {
  const match = pattern.exec(clause);
  if (!match) return false;
  return (
    !GONE_BEFORE.test(clause.slice(0, match.index)) &&
    !NEGATED_BEFORE.test(clause.slice(0, match.index)) &&
    !NEGATED_AFTER.test(clause.slice(match.index + match[0].length))
  );
}

/** How many clauses before a statement may say where it is. */
const CLAUSES_BEFORE = 5;

function withoutFullStop(clause: string): string {
  let end = clause.length;
  while (end > 0 && '.;!? '.includes(clause[end - 1] ?? '')) end -= 1;
  return clause.slice(0, end).trimStart();
}

/**
 * What a narrative states of the things that the pattern names. Negated and uncertain statements ("no evidence of
 * radiculopathy", "possible stenosis") state nothing.
 */
export function statementsOf(text: string, pattern: RegExp): Statement[] {
  return sentencesOf(text).flatMap((sentence) => {
    const clauses = clausesOf(sentence);
    return clauses.flatMap((clause, i): Statement[] => {
      if (!isAsserted(clause, pattern)) return [];
      const upToHere = clauses
        .slice(Math.max(0, i - CLAUSES_BEFORE), i + 1)
        .join(', ')
        .trim();
      return [{ clause: withoutFullStop(clause), upToHere, sentence }];
    });
  });
}

/** Words that what is said before them does not depend on: "therapeutic injection after failed therapy". */
const THEN_HISTORY = /\b(?:after|following|since|next|prior to)\b/iu;
/** Words of what was done before, which say nothing of what is ordered now. */
const HISTORY = /\b(?:earlier|previous(?:ly)?|prior|history|already|last|past|on file)\b/iu;

/** The text without what it says of earlier or later treatment. */
export function withoutHistory(text: string): string {
  return sentencesOf(text)
    .flatMap((sentence) => sentence.split(/[,;]/u))
    .map((clause) => clause.split(THEN_HISTORY)[0] ?? '')
    .filter((clause) => !HISTORY.test(clause))
    .join('\n');
}

/** Whether the narrative states what the pattern names, negation taken into account. */
export function states(text: string, pattern: RegExp): boolean {
  return statementsOf(text, pattern).length > 0;
}

/** As `states`, for words of which "resolved" or "absent" behind them is no negation ("only partially resolved"). */
export function statesBefore(text: string, pattern: RegExp): boolean {
  return sentencesOf(text)
    .flatMap(clausesOf)
    .some((clause) => {
      const match = pattern.exec(clause);
      return match !== null && !NEGATED_BEFORE.test(clause.slice(0, match.index));
    });
}
