import { createHash } from 'node:crypto';
import {
  decodeJwt,
  decodeProtectedHeader,
  errors,
  jwtVerify,
  type JWTPayload,
  type JWTVerifyGetKey,
} from 'jose';
import type { CdsClient } from './cds-client';
import { clientKeys } from './client-keys';
import type { TokenUses } from './token-uses';

/** Why a call was refused; for the log, never for the caller. */
export type Refusal =
  | 'no-token'
  | 'unreadable'
  | 'unknown-issuer'
  | 'header'
  | 'algorithm'
  | 'key-address'
  | 'no-key'
  | 'keys-unavailable'
  | 'signature'
  | 'expired'
  | 'not-yet-valid'
  | 'audience'
  | 'claims'
  | 'lifetime'
  | 'replayed';

export type Authentication =
  | { readonly client: CdsClient }
  | {
      readonly refused: Refusal;
      /** Only of a client that is known. */
      readonly iss?: string;
      /** What went wrong where its keys could not be had. */
      readonly cause?: unknown;
    };

/** Says who calls, from the Authorization header and the URLs that the token may be meant for. */
export type Authenticator = (
  authorization: string | undefined,
  audiences: readonly string[],
) => Promise<Authentication>;

/** Seconds by which clocks may differ. */
const SKEW_S = 60;
/** Seconds that a token may live; the specification sets no limit, its best practices assume an hour. */
const LONGEST_LIFE_S = 3600;

interface KnownClient {
  readonly client: CdsClient;
  readonly keys: JWTVerifyGetKey;
}

/** The token of a Bearer header (RFC 6750, section 2.1). */
function tokenOf(authorization: string | undefined): string | undefined {
  return /^Bearer +([\w.~+/=-]+)$/iu.exec(authorization ?? '')?.[1];
}

/** What a token says of itself before anything of it is believed. */
function claimed(token: string) {
  try {
    return { header: decodeProtectedHeader(token), iss: decodeJwt(token).iss };
  } catch {
    return undefined;
  }
}

const REFUSAL_BY_CODE: Readonly<Record<string, Refusal>> = {
  [errors.JOSEAlgNotAllowed.code]: 'algorithm',
  [errors.JOSENotSupported.code]: 'header',
  [errors.JWKSNoMatchingKey.code]: 'no-key',
  [errors.JWKSMultipleMatchingKeys.code]: 'no-key',
  [errors.JWSSignatureVerificationFailed.code]: 'signature',
  [errors.JWTExpired.code]: 'expired',
  [errors.JWTInvalid.code]: 'claims',
  [errors.JWSInvalid.code]: 'header',
};

const REFUSAL_BY_CLAIM: Readonly<Record<string, Refusal>> = {
  aud: 'audience',
  nbf: 'not-yet-valid',
  typ: 'header',
};

/** What went wrong beside the codes above happened while the keys were fetched or read. */
function refusalOf(error: unknown): Refusal {
  if (error instanceof errors.JWTClaimValidationFailed) return REFUSAL_BY_CLAIM[error.claim] ?? 'claims';
  return (error instanceof errors.JOSEError && REFUSAL_BY_CODE[error.code]) || 'keys-unavailable';
}

/** A base URL of ours with and without the slash at its end. */
function spellings(audience: string): string[] {
  const bare = audience.replace(/\/$/u, '');
  return [bare, `${bare}/`];
}

/** Whether the token lives no longer than it may and was issued by now; times are seconds. */
function isOfItsTime({ iat, exp }: JWTPayload, now: number): boolean {
  return iat !== undefined && exp !== undefined && exp - iat <= LONGEST_LIFE_S && iat <= now + SKEW_S;
}

function isSameAddress(jku: unknown, own: URL): boolean {
  return typeof jku === 'string' && URL.canParse(jku) && new URL(jku).href === own.href;
}

function digestOf(iss: string, jti: string): string {
  return createHash('sha256')
    .update(JSON.stringify([iss, jti]))
    .digest('base64url');
}

/**
 * Authenticates CDS Clients by their JSON Web Tokens (CDS Hooks 2.0.1, Trusting CDS Clients): the issuer is listed, the
 * key is one of that issuer's, the algorithm is one it may use, the token is for the endpoint called, of its time and used
 * for the first time.
 */
export function authenticator(clients: readonly CdsClient[], uses: TokenUses): Authenticator {
  const known = new Map<string, KnownClient>(
    clients.map((client) => [client.iss, { client, keys: clientKeys(client.keys) }]),
  );
  return async (authorization, audiences) => {
    if (authorization === undefined) return { refused: 'no-token' };
    const token = tokenOf(authorization);
    const claims = token === undefined ? undefined : claimed(token);
    if (token === undefined || !claims) return { refused: 'unreadable' };
    const found = known.get(claims.iss ?? '');
    if (!found) return { refused: 'unknown-issuer' };
    const { client, keys } = found;
    const { iss } = client;
    const { kid, jku } = claims.header;
    if (typeof kid !== 'string' || kid === '') return { refused: 'header', iss };
    // No address but the client's own is ever asked; with agreed keys the address in the token means nothing.
    if (jku !== undefined && 'jku' in client.keys && !isSameAddress(jku, client.keys.jku))
      return { refused: 'key-address', iss };
    try {
      const { payload } = await jwtVerify(token, keys, {
        algorithms: [...client.algorithms],
        issuer: iss,
        audience: audiences.flatMap(spellings),
        typ: 'JWT',
        requiredClaims: ['exp', 'iat', 'jti'],
        clockTolerance: SKEW_S,
      });
      const { jti, exp = 0 } = payload;
      if (!isOfItsTime(payload, Date.now() / 1000)) return { refused: 'lifetime', iss };
      if (typeof jti !== 'string' || jti === '') return { refused: 'claims', iss };
      const isFirstUse = await uses.use(digestOf(iss, jti), new Date((exp + SKEW_S) * 1000));
      return isFirstUse ? { client } : { refused: 'replayed', iss };
    } catch (error) {
      const refused = refusalOf(error);
      return { refused, iss, ...(refused === 'keys-unavailable' && { cause: error }) };
    }
  };
}
