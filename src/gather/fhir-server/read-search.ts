import type { UnreadReason } from '../key-answer';
import { readPage, type Page } from '../search-page';
import type { FhirClient } from './fhir-client';

/** One FHIR server as one invocation may read it. */
export interface ChartServer {
  readonly baseUrl: URL;
  readonly client: FhirClient;
  readonly token?: string;
  readonly signal: AbortSignal;
  /** Bytes that one page may have. */
  readonly pageLimit: number;
  /** Bytes that all pages of the invocation together may still have. */
  readonly budget: { bytes: number };
  /** Hears of every body that was read. */
  readonly onRead?: (body: string) => void;
}

/** All pages that could be read of a search, and why the next one could not. */
export interface SearchRead {
  readonly pages: readonly Page[];
  readonly unread?: UnreadReason;
}

/** No search is followed further than this. */
const MOST_PAGES = 40;

async function readOne(url: URL, server: ChartServer): Promise<Page | UnreadReason> {
  const { client, token, signal, pageLimit, budget } = server;
  const maxBytes = Math.min(pageLimit, budget.bytes);
  const read = await client(url, { ...(token !== undefined && { token }), signal, maxBytes });
  if ('unread' in read) return read.unread;
  const bytes = Buffer.byteLength(read.body);
  // Another page may have used the budget up while this one was on its way.
  if (bytes > budget.bytes) return 'too-large';
  budget.bytes -= bytes;
  server.onRead?.(read.body);
  try {
    return readPage(JSON.parse(read.body.replace(/^\uFEFF/u, '')));
  } catch {
    return 'failed';
  }
}

/** The next page's address, if it is one that the token may go to: that of the very same origin. */
function nextUrl(next: string, from: URL, { baseUrl }: ChartServer): URL | undefined {
  if (!URL.canParse(next, from.href)) return undefined;
  const url = new URL(next, from);
  const isSameOrigin = url.origin === baseUrl.origin && url.username === '' && url.password === '';
  return isSameOrigin ? url : undefined;
}

/**
 * Reads the pages that follow a page, up to a limit and never one twice (FHIR R4, Paging: the address of a next page is
 * opaque).
 */
export async function readFurtherPages(first: Page, from: URL, server: ChartServer): Promise<SearchRead> {
  const pages = [first];
  const seen = new Set([from.href]);
  let at = from;
  for (let page = first; page.next !== undefined;) {
    const url = nextUrl(page.next, at, server);
    if (!url || seen.has(url.href) || pages.length >= MOST_PAGES) return { pages, unread: 'incomplete' };
    seen.add(url.href);
    const read = await readOne(url, server);
    if (typeof read === 'string') return { pages, unread: read };
    pages.push(read);
    page = read;
    at = url;
  }
  return { pages };
}

/** Reads a search with all its pages. */
export async function readSearch(query: string, server: ChartServer): Promise<SearchRead> {
  const url = new URL(query, server.baseUrl);
  const first = await readOne(url, server);
  return typeof first === 'string' ? { pages: [], unread: first } : readFurtherPages(first, url, server);
}
