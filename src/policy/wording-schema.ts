import { z } from 'zod';
import { DETERMINATIONS, id, sentence } from './schema';

/** One sentence for each of the keys, no more and no less. */
function sentences<const Key extends string>(keys: readonly Key[]) {
  return z.record(z.enum(keys), sentence);
}

/** A suggestion's words. */
const remedy = z.strictObject({ label: sentence, description: sentence });

/** Suggestions that no criterion names: the service offers them by itself. */
const OWN_REMEDIES = ['ask-for-records', 'order-first', 'state-diagnosis', 'attach-evidence'] as const;

/** The shape of cards.yaml: the sentences that hold a card together. */
export const cardWordingSchema = z.strictObject({
  sourceLabel: sentence,
  policyLink: sentence,
  summary: sentences([
    ...DETERMINATIONS,
    'meets-criteria-with-cautions',
    'meets-criteria-with-red-flag',
    'red-flag',
  ]),
  lead: sentences([...DETERMINATIONS, 'meets-criteria-with-cautions', 'red-flag']),
  headings: sentences(['mark', 'criterion', 'required', 'found', 'met', 'safe', 'sources']),
  status: sentences([
    ...DETERMINATIONS,
    'not-met',
    'not-documented',
    'not-assessed',
    'caution',
    'not-sent',
    'refused',
    'failed',
    'timed-out',
    'too-large',
    'wrong-type',
    'incomplete',
  ]),
  records: z.record(z.string(), sentence),
  overrideReasons: z.strictObject({
    system: z.url(),
    reasons: z.array(
      z.strictObject({ code: id, display: sentence, for: z.array(z.enum(DETERMINATIONS)).min(1) }),
    ),
  }),
  packet: z.strictObject({
    evidence: sentence,
    evidenceAndLetter: sentence,
    references: sentence,
    creates: sentence,
    title: sentence,
    opening: sentence,
    criterion: sentence,
    records: sentence,
    safety: sentence,
    considered: sentence,
    caution: sentence,
    closing: sentence,
  }),
  whatWouldChange: z.strictObject({
    card: sentence,
    line: sentence,
    correct: sentence,
    state: sentence,
    'look-up': sentence,
    record: sentence,
    clarify: sentence,
    obtain: sentence,
    wait: sentence,
  }),
  undated: sentence,
  bothSides: sentence,
  unread: sentence,
  unreadGap: sentence,
  unreadTodo: sentence,
  notAsked: sentence,
  more: sentence,
  lines: sentence,
  otherView: sentence,
  notLookedFor: sentence,
  notLookedForUnread: sentence,
  payerUnread: sentence,
  footer: sentence,
  notApproved: sentence,
  approved: sentence,
  remedies: z
    .record(z.string(), remedy)
    .refine((remedies) => OWN_REMEDIES.every((name) => name in remedies), {
      error: `needs all of: ${OWN_REMEDIES.join(', ')}`,
    }),
});
export type CardWording = z.infer<typeof cardWordingSchema>;
