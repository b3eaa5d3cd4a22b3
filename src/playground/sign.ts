import { isObject, objects, text, type Json } from '../fhir/read';
import type { Card } from './cds-hooks';

export const SERVICE = '/cds-services/nerve-block-order-sign';

/** What came of firing the hook. */
export interface Outcome {
  readonly request: Json;
  /** Undefined when nobody answered. */
  readonly status?: number;
  readonly body?: unknown;
  readonly milliseconds: number;
  readonly cards: readonly Card[];
  /** Why there are no cards; empty when the service answered as it should. */
  readonly problems: readonly string[];
}

function problemsOf(status: number, body: unknown): string[] {
  if (status === 200) return [];
  const issues = isObject(body) ? objects(body['issue']) : [];
  const told = issues.flatMap((issue) => text(issue['diagnostics']) ?? []);
  return told.length > 0 ? told : ['The service did not say why.'];
}

/** Fires the hook as an EHR does; nothing throws. */
export async function sign(request: Json): Promise<Outcome> {
  const started = performance.now();
  const since = (): number => Math.round(performance.now() - started);
  try {
    const answer = await fetch(SERVICE, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(request),
    });
    const { status } = answer;
    const body: unknown = await answer.json().catch(() => undefined);
    const cards = status === 200 && isObject(body) ? (objects(body['cards']) as unknown as Card[]) : [];
    return { request, status, body, milliseconds: since(), cards, problems: problemsOf(status, body) };
  } catch {
    const problems = ['The service does not answer. Is it running? Your draft is kept; sign again.'];
    return { request, milliseconds: since(), cards: [], problems };
  }
}
