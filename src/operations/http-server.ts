import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** An HTTP server that listens, and how to stop it. */
export interface HttpServer {
  readonly url: string;
  /** Takes no more, waits for what it has, and ends what is not done after so many milliseconds. */
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

/**
 * Listens on a port, or on a free one for 0.
 * @throws what the system says when the port cannot be had
 */
export async function startHttpServer(
  handler: RequestListener,
  port: number,
  host: string,
): Promise<HttpServer> {
  const server = createServer(handler);
  await listen(server, port, host);
  const { port: own } = server.address() as AddressInfo;
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${own}`,
    stop: (patienceMs) =>
      new Promise((resolve, reject) => {
        const impatience = setTimeout(() => server.closeAllConnections(), patienceMs);
        server.close((error) => {
          clearTimeout(impatience);
          if (error) reject(error);
          else resolve();
        });
        server.closeIdleConnections();
      }),
  };
}
