import { ClientRequest, Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { create, isAxiosError } from 'axios';
import type { UnreadReason } from '../key-answer';
import { publicLookup } from './public-address';

/** How one read of a FHIR server is made. */
export interface ReadOptions {
  /** The access token of the invocation; it goes to this one server and is kept nowhere. */
  readonly token?: string;
  /** Ends the read when time has run out. */
  readonly signal: AbortSignal;
  /** Longer answers are given up, in bytes, unpacked. */
  readonly maxBytes: number;
}

/** The body that a FHIR server answered with, or why there is none. */
export type ReadResult = { readonly body: string } | { readonly unread: UnreadReason };

/** Reads one address of a FHIR server. */
export type FhirClient = (url: URL, options: ReadOptions) => Promise<ReadResult>;

function unreadOfStatus(status: number): UnreadReason {
  return status === 401 || status === 403 ? 'refused' : 'failed';
}

/** Whether a connection that was kept open had been closed by the server meanwhile; then nothing was asked at all. */
function wasStale(error: unknown): boolean {
  if (!isAxiosError(error) || error.code !== 'ECONNRESET') return false;
  const request: unknown = error.request;
  return request instanceof ClientRequest && request.reusedSocket;
}

/** More reads of one server at the same time wait for each other. */
const MOST_SOCKETS = 256;

/**
 * A client that follows no redirect, goes through no proxy and, where `publicOnly` is set, connects to no private
 * address, whatever name stands for it. It never throws: what could not be read says why.
 */
export function fhirClient({ publicOnly }: { readonly publicOnly: boolean }): FhirClient {
  const agentOptions = {
    keepAlive: true,
    maxSockets: MOST_SOCKETS,
    ...(publicOnly && { lookup: publicLookup }),
  };
  const http = create({
    httpAgent: new HttpAgent(agentOptions),
    httpsAgent: new HttpsAgent(agentOptions),
    maxRedirects: 0,
    proxy: false,
    responseType: 'text',
    transformResponse: (body: unknown) => body,
    validateStatus: () => true,
    headers: {
      Accept: 'application/fhir+json',
      'Cache-Control': 'no-cache',
      'User-Agent': 'nerve-block-cds',
    },
  });
  const read: FhirClient = async (url, options) => {
    const { token, signal, maxBytes } = options;
    if (maxBytes <= 0) return { unread: 'too-large' };
    try {
      const response = await http.get<string>(url.href, {
        signal,
        maxContentLength: maxBytes,
        headers: token === undefined ? {} : { Authorization: `Bearer ${token}` },
      });
      return response.status === 200 ? { body: response.data } : { unread: unreadOfStatus(response.status) };
    } catch (error) {
      if (signal.aborted) return { unread: 'timed-out' };
      if (wasStale(error)) return read(url, options);
      const isTooLarge = isAxiosError(error) && error.message.startsWith('maxContentLength');
      return { unread: isTooLarge ? 'too-large' : 'failed' };
    }
  };
  return read;
}
