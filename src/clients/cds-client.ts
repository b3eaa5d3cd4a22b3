import type { JSONWebKeySet } from 'jose';

/** How a client may sign; ES384 and RS384 unless its entry says otherwise (CDS Hooks 2.0.1, JWT signing algorithm). */
export const ALGORITHMS = ['ES384', 'RS384', 'ES256', 'RS256'] as const;
export type Algorithm = (typeof ALGORITHMS)[number];
export const USUAL_ALGORITHMS: readonly Algorithm[] = ['ES384', 'RS384'];

/** Where the keys of a client are: at an address of its own, or agreed beforehand. */
export type KeySource = { readonly jku: URL } | { readonly jwks: JSONWebKeySet };

/** An EHR that may call the service (CDS Hooks 2.0.1, Trusting CDS Clients). */
export interface CdsClient {
  /** The issuer of its tokens. */
  readonly iss: string;
  readonly keys: KeySource;
  readonly algorithms: readonly Algorithm[];
  /** Base URLs of the FHIR servers that may be read for it, with a slash at their end. */
  readonly fhirServers: readonly string[];
  /** The profile that judges for it where nothing else chooses one. */
  readonly profile?: string;
  /** `all`: its reports count the cards of all clients, not only its own. */
  readonly reports: 'own' | 'all';
}
