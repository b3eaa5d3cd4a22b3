import type { OperationOutcomeIssue } from 'fhir/r4';
import { isObject, objects, text, type Json } from '../fhir/read';
import { issue, Problem } from '../problem';
import type { CardOutcome } from '../store/feedback';
import { parseExactDay } from '../time/days';

/** More outcomes than this are not one clinician's. */
const MOST_OUTCOMES = 200;
const MOST_SUGGESTIONS = 20;
const LONGEST_ID = 100;
const LONGEST_TEXT = 500;
const LONGEST_COMMENT = 10_000;

/** RFC 3339, section 5.6. */
const DATE_TIME =
  /^(\d{4}-\d{2}-\d{2})[Tt]([01]\d|2[0-3]):([0-5]\d):([0-5]\d|60)(\.\d+)?([Zz]|[+-]\d{2}:[0-5]\d)$/u;

/** A point in time; undefined if the text is none. A leap second counts as the second before it. */
function instantOf(value: unknown): Date | undefined {
  const [, day, hour, minute, second, fraction = '', offset] = DATE_TIME.exec(text(value) ?? '') ?? [];
  if (parseExactDay(day) === undefined) return undefined;
  const time = `${day}T${hour}:${minute}:${second === '60' ? '59' : second}`;
  const instant = new Date(`${time}${fraction.slice(0, 4)}${offset?.toUpperCase()}`);
  const isInRange = instant.getTime() >= 0 && instant.getUTCFullYear() <= 9999;
  return isInRange ? instant : undefined;
}

/** Text that any database can keep: no NUL, no half of a surrogate pair. */
function storable(value: string): string {
  return Buffer.from(value.replaceAll('\0', '\uFFFD')).toString();
}

/** Text of the client's, no longer than it may be. */
function shortText(value: unknown): string | undefined {
  const given = text(value);
  return given === undefined ? undefined : storable(given).slice(0, LONGEST_TEXT);
}

function isId(value: unknown): value is string {
  return text(value) !== undefined && String(value).length <= LONGEST_ID;
}

function issuesOf(item: unknown, path: string): OperationOutcomeIssue[] {
  if (!isObject(item)) return [issue('structure', `${path} must be an object.`, path)];
  const { card, outcome, outcomeTimestamp, acceptedSuggestions, overrideReason } = item;
  const at = (name: string, sentence: string): OperationOutcomeIssue =>
    issue('value', `${path}.${name} ${sentence}`, `${path}.${name}`);
  const accepted = Array.isArray(acceptedSuggestions) ? acceptedSuggestions : [];
  const areFew = accepted.length <= MOST_SUGGESTIONS;
  const areNamed = areFew && accepted.every((suggestion) => isObject(suggestion) && isId(suggestion['id']));
  const comment = isObject(overrideReason) ? overrideReason['userComment'] : undefined;
  const isTooLong = typeof comment === 'string' && comment.length > LONGEST_COMMENT;
  return [
    ...(isId(card) ? [] : [at('card', 'must be the uuid of a card.')]),
    ...(outcome === 'accepted' || outcome === 'overridden'
      ? []
      : [at('outcome', 'must be accepted or overridden.')]),
    ...(instantOf(outcomeTimestamp)
      ? []
      : [at('outcomeTimestamp', 'must be a date and time with a zone, as in RFC 3339.')]),
    ...(outcome === 'accepted' && areFew && (accepted.length === 0 || !areNamed)
      ? [at('acceptedSuggestions', 'must name the accepted suggestions by their id.')]
      : []),
    ...(!areFew ? [at('acceptedSuggestions', `must name at most ${MOST_SUGGESTIONS}.`)] : []),
    ...(isTooLong
      ? [at('overrideReason.userComment', `must have at most ${LONGEST_COMMENT} characters.`)]
      : []),
  ];
}

/** The reason that was picked; older sandboxes put its code where the reason stands (cds-hooks/sandbox#135). */
function reasonOf(overrideReason: Json): CardOutcome['reason'] {
  const coding = isObject(overrideReason['reason']) ? overrideReason['reason'] : overrideReason;
  const [system, code, display] = [coding['system'], coding['code'], coding['display']].map(shortText);
  if (code === undefined && display === undefined) return undefined;
  return {
    ...(system !== undefined && { system }),
    ...(code !== undefined && { code }),
    ...(display !== undefined && { display }),
  };
}

function outcomeOf(item: Json): CardOutcome {
  const isAccepted = item['outcome'] === 'accepted';
  const given = !isAccepted && isObject(item['overrideReason']) ? item['overrideReason'] : {};
  const reason = reasonOf(given);
  const comment = text(given['userComment']);
  const ids = isAccepted ? objects(item['acceptedSuggestions']).map(({ id }) => storable(String(id))) : [];
  return {
    card: storable(String(item['card'])),
    outcome: isAccepted ? 'accepted' : 'overridden',
    at: instantOf(item['outcomeTimestamp']) ?? new Date(0),
    acceptedSuggestions: ids,
    ...(reason && { reason }),
    ...(comment !== undefined && { comment: storable(comment) }),
  };
}

/**
 * Reads a feedback call as a whole: all that is wrong with any outcome refuses the batch (CDS Hooks 2.0.1, Feedback).
 * @throws Problem 400
 */
export function readFeedback(body: unknown): readonly CardOutcome[] {
  const batch = isObject(body) ? body['feedback'] : undefined;
  if (!Array.isArray(batch))
    throw new Problem(400, [issue('structure', 'feedback must be a list of outcomes.', 'feedback')]);
  if (batch.length > MOST_OUTCOMES) {
    const sentence = `feedback holds ${batch.length} outcomes; at most ${MOST_OUTCOMES} are taken at once.`;
    throw new Problem(400, [issue('too-costly', sentence, 'feedback')]);
  }
  const issues = batch.flatMap((item, i) => issuesOf(item, `feedback[${i}]`));
  if (issues.length > 0) throw new Problem(400, issues);
  return objects(batch).map(outcomeOf);
}
