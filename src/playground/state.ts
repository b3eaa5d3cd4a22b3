import { isObject, type Json } from '../fhir/read';

export const ARRIVALS = ['prefetch', 'server', 'partly', 'failing'] as const;
/** How the chart reaches the service. */
export type Arrival = (typeof ARRIVALS)[number];

/** What a link reproduces: the case and what was chosen and changed. */
export interface State {
  readonly caseId: string;
  readonly profile: string;
  readonly arrival: Arrival;
  /** The prefetch keys that fail, where some are to. */
  readonly failing: readonly string[];
  /** The draft orders; undefined as long as they are those of the case. */
  readonly orders?: readonly Json[];
  /** What suggestions created in the record. */
  readonly created: readonly Json[];
}

/** JSON as base64url. */
function packed(value: unknown): string {
  const bytes = new TextEncoder().encode(JSON.stringify(value));
  const binary = Array.from(bytes, (byte) => String.fromCharCode(byte)).join('');
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

/** A list of resources from base64url; undefined for what is none. */
function unpacked(word: string | null): readonly Json[] | undefined {
  if (word === null) return undefined;
  try {
    const binary = atob(word.replaceAll('-', '+').replaceAll('_', '/'));
    const bytes = Uint8Array.from(binary, (char) => char.charCodeAt(0));
    const value: unknown = JSON.parse(new TextDecoder().decode(bytes));
    return Array.isArray(value) && value.every(isObject) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** The state as the part of a link after `#`. */
export function linkOf({ caseId, profile, arrival, failing, orders, created }: State): string {
  const parts = new URLSearchParams({ case: caseId, profile, arrival });
  if (arrival === 'failing') parts.set('failing', failing.join(','));
  if (orders) parts.set('orders', packed(orders));
  if (created.length > 0) parts.set('created', packed(created));
  return `#${parts.toString()}`;
}

/** The state of a link; what it does not say, or says wrongly, is as in `otherwise`. */
export function stateOfLink(hash: string, otherwise: State): State {
  const parts = new URLSearchParams(hash.replace(/^#/u, ''));
  const orders = unpacked(parts.get('orders'));
  return {
    caseId: parts.get('case') ?? otherwise.caseId,
    profile: parts.get('profile') ?? otherwise.profile,
    arrival: ARRIVALS.find((known) => known === parts.get('arrival')) ?? otherwise.arrival,
    failing: parts.get('failing')?.split(',').filter(Boolean) ?? otherwise.failing,
    ...(orders && { orders }),
    created: unpacked(parts.get('created')) ?? [],
  };
}
