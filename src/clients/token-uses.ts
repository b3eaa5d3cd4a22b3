import type { Store } from '../store/store';

/** Remembers which tokens were used. */
export interface TokenUses {
  /** Whether this is the first use of the token; it is remembered until it expires. */
  use(token: string, expiresAt: Date): Promise<boolean>;
}

export interface TokenUseOptions {
  /** Hears why the store did not answer. */
  readonly onFailure: (error: unknown) => void;
  /** So many of the last tokens are remembered by this process itself. */
  readonly mostRemembered?: number;
  /** Milliseconds that a call waits for the store. */
  readonly patienceMs?: number;
  /** Milliseconds for which a store that did not answer is left alone. */
  readonly pauseMs?: number;
}

/** Settles as the promise does, or fails when time has run out. */
async function within<T>(milliseconds: number, promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error('The store did not answer in time.')), milliseconds);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Token uses of all replicas, by way of their store. While the store is down, or does not answer, each process knows only
 * its own, so that calls are answered all the same.
 */
export function tokenUses(
  store: Pick<Store, 'useToken'>,
  { onFailure, mostRemembered = 100_000, patienceMs = 500, pauseMs = 2000 }: TokenUseOptions,
): TokenUses {
  const own = new Set<string>();
  let leftAloneUntil = 0;
  return {
    async use(token, expiresAt) {
      if (own.has(token)) return false;
      own.add(token);
      const [oldest] = own;
      if (own.size > mostRemembered && oldest !== undefined) own.delete(oldest);
      if (Date.now() < leftAloneUntil) return true;
      try {
        return await within(patienceMs, store.useToken(token, expiresAt));
      } catch (error) {
        leftAloneUntil = Date.now() + pauseMs;
        onFailure(error);
        return true;
      }
    },
  };
}
