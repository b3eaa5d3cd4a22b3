import type { Store } from '../store/store';

/** Remembers which tokens were used. */
export interface TokenUses {
  /** Whether this is the first use of the token; it is remembered until it expires. */
  use(token: string, expiresAt: Date): Promise<boolean>;
}

/** So many of the last tokens are remembered by this process itself. */
const MOST_REMEMBERED = 100_000;

/**
 * Token uses of all replicas, by way of their store. While the store is down each process knows only its own, so that
 * calls are answered all the same.
 */
export function tokenUses(
  store: Pick<Store, 'useToken'>,
  onFailure: (error: unknown) => void,
  most = MOST_REMEMBERED,
): TokenUses {
  const own = new Set<string>();
  return {
    async use(token, expiresAt) {
      if (own.has(token)) return false;
      own.add(token);
      const [oldest] = own;
      if (own.size > most && oldest !== undefined) own.delete(oldest);
      try {
        return await store.useToken(token, expiresAt);
      } catch (error) {
        onFailure(error);
        return true;
      }
    },
  };
}
