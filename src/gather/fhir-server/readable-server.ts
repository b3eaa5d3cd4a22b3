import { isAddress, isPublicAddress } from './public-address';

/** Which FHIR servers may be read. */
export interface FhirAccess {
  /** Base URLs that the operator trusts, as `baseUrlOf` writes them. */
  readonly servers: readonly string[];
  /** In production only https and public addresses are read; elsewhere also this machine. */
  readonly isProduction: boolean;
}

/** Whether an address is of this machine. */
export function isLoopback({ hostname }: URL): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(?:\.\d+){3}$/u.test(hostname);
}

/** A FHIR base URL in one spelling, with a slash at its end; undefined if it is none. */
export function baseUrlOf(text: string): string | undefined {
  if (!URL.canParse(text) || /[?#]/u.test(text)) return undefined;
  const url = new URL(text);
  const isPlain = url.username === '' && url.password === '';
  if (!isPlain || !['http:', 'https:'].includes(url.protocol)) return undefined;
  return url.href.replace(/\/*$/u, '/');
}

/** Whether production may read a base URL at all: https, and no private address. */
export function isFitForProduction(baseUrl: string): boolean {
  const url = new URL(baseUrl);
  if (url.protocol !== 'https:' || isLoopback(url)) return false;
  return !isAddress(url.hostname) || isPublicAddress(url.hostname);
}

/**
 * The base URL to read for the `fhirServer` of an invocation, which any caller may choose; undefined if that server may
 * not be read.
 */
export function readableServer(fhirServer: string, access: FhirAccess): URL | undefined {
  const baseUrl = baseUrlOf(fhirServer);
  if (baseUrl === undefined) return undefined;
  const url = new URL(baseUrl);
  const isListed = access.servers.includes(baseUrl);
  if (access.isProduction) return isListed && isFitForProduction(baseUrl) ? url : undefined;
  return isListed || isLoopback(url) ? url : undefined;
}
