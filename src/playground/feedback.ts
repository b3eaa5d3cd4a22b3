import type { Card, OverrideReason, Suggestion } from './cds-hooks';
import { SERVICE } from './sign';

/** One outcome of a card, as an EHR reports it (CDS Hooks 2.0.1, Feedback). */
export interface Outcome {
  readonly card: string;
  readonly outcome: 'accepted' | 'overridden';
  readonly acceptedSuggestions?: readonly { readonly id: string }[];
  readonly overrideReason?: { readonly reason: OverrideReason };
  readonly outcomeTimestamp: string;
}

/** What is reported when a suggestion is taken. */
export function acceptance(card: Card, { uuid }: Suggestion, at: Date): Outcome {
  return {
    card: card.uuid,
    outcome: 'accepted',
    acceptedSuggestions: [{ id: uuid }],
    outcomeTimestamp: at.toISOString(),
  };
}

/** What is reported when a card is overridden. */
export function override(card: Card, reason: OverrideReason, at: Date): Outcome {
  return {
    card: card.uuid,
    outcome: 'overridden',
    overrideReason: { reason },
    outcomeTimestamp: at.toISOString(),
  };
}

/** Reports an outcome to the service, and says whether it was taken; nothing throws. */
export async function report(outcome: Outcome): Promise<boolean> {
  try {
    const answer = await fetch(`${SERVICE}/feedback`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ feedback: [outcome] }),
    });
    return answer.ok;
  } catch {
    return false;
  }
}
