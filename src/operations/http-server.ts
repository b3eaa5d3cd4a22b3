import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout } from 'node:timers/promises';

/** Milliseconds in which a server that is told to stop still takes what comes. */
const LAST_CALL_MS = 500;

/** Milliseconds that a client may take to send its headers, and the whole of a request. */
export interface ClientPatience {
  readonly headersMs: number;
  readonly requestMs: number;
}

const PATIENCE: ClientPatience = { headersMs: 10_000, requestMs: 30_000 };

/** An HTTP server that listens, and how to stop it. */
export interface HttpServer {
  readonly url: string;
  /** Takes what has come, then no more; waits for it, and ends what is not done after so many milliseconds. */
  stop(patienceMs: number): Promise<void>;
}

function listen(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

function isInUse(server: Server): Promise<boolean> {
  return new Promise((resolve) => {
    server.getConnections((error, count) => resolve(error !== null || count > 0));
  });
}

/**
 * Listens on a port, or on a free one for 0.
 * @throws what the system says when the port cannot be had
 */
export async function startHttpServer(
  handler: RequestListener,
  port: number,
  host: string,
  { headersMs, requestMs }: ClientPatience = PATIENCE,
): Promise<HttpServer> {
  const server = createServer(
    {
      headersTimeout: headersMs,
      requestTimeout: requestMs,
      connectionsCheckingInterval: Math.min(headersMs, 1000),
    },
    handler,
  );
  await listen(server, port, host);
  const { port: own } = server.address() as AddressInfo;
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${own}`,
    async stop(patienceMs) {
      // What has reached this machine is taken; closing at once would cut off what waits to be accepted or read.
      if (await isInUse(server)) await setTimeout(LAST_CALL_MS);
      const impatience = AbortSignal.timeout(patienceMs);
      impatience.addEventListener('abort', () => server.closeAllConnections());
      await new Promise<void>((resolve, reject) => {
        server.close((error) => (error ? reject(error) : resolve()));
      });
    },
  };
}
