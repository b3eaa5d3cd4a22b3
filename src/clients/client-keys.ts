import { create } from 'axios';
import { createLocalJWKSet, createRemoteJWKSet, customFetch, type JWTVerifyGetKey } from 'jose';
import type { KeySource } from './cds-client';

/** Keys that are older than this are fetched again before they are used. */
const FRESH_MS = 10 * 60_000;
/** Known keys serve so long where none can be fetched. */
const SERVE_MS = 24 * 3600_000;
/** A client's address is not asked more often than this, whatever tokens say; after a failure it is asked sooner. */
const PAUSE_MS = 5000;
const PAUSE_AFTER_FAILURE_MS = 1000;
const TIMEOUT_MS = 2000;
const MOST_BYTES = 256 * 1024;

/** Fetches like `fetch`, but through no proxy, following nothing, and giving up answers that are too long. */
const http = create({
  maxRedirects: 0,
  proxy: false,
  responseType: 'text',
  transformResponse: (body: unknown) => body,
  validateStatus: () => true,
  maxContentLength: MOST_BYTES,
});

/** The keys at an address: cached, fetched again when they are old or do not know a key id. */
function remoteKeys(jku: URL): JWTVerifyGetKey {
  let askedAt = -Infinity;
  let hasFailed = false;
  // A clock that was put back must not keep the address from being asked.
  const sinceAsked = (): number => Math.abs(Date.now() - askedAt);
  const keys = createRemoteJWKSet(jku, {
    cacheMaxAge: SERVE_MS,
    cooldownDuration: PAUSE_MS,
    timeoutDuration: TIMEOUT_MS,
    [customFetch]: async (url, { headers, signal }) => {
      if (sinceAsked() < (hasFailed ? PAUSE_AFTER_FAILURE_MS : PAUSE_MS))
        throw new Error('The keys were asked for only just now.');
      askedAt = Date.now();
      hasFailed = true;
      const { status, data } = await http.get<string>(url, {
        headers: Object.fromEntries(headers),
        ...(signal && { signal }),
      });
      hasFailed = status !== 200;
      return new Response(status === 200 ? data : null, { status });
    },
  });
  return async (header, token) => {
    const isOld = keys.jwks() !== undefined && sinceAsked() > FRESH_MS;
    // Where the address does not answer, the keys that are known go on serving.
    if (isOld) await keys.reload().catch(() => {});
    return keys(header, token);
  };
}

/** How to find the key that a token was signed with, by its key id. */
export function clientKeys(source: KeySource): JWTVerifyGetKey {
  return 'jku' in source ? remoteKeys(source.jku) : createLocalJWKSet(source.jwks);
}
