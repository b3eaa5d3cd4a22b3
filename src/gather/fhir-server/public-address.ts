import { lookup, type LookupAddress } from 'node:dns';
import type { LookupFunction } from 'node:net';
import ipaddr from 'ipaddr.js';

/** Whether an address, or a host name that is one, can be reached from anywhere; names are not public addresses. */
export function isPublicAddress(host: string): boolean {
  const address = host.replace(/^\[(.*)\]$/u, '$1');
  if (!ipaddr.isValid(address)) return false;
  const parsed = ipaddr.process(address);
  // ::127.0.0.1 is an old way to write an IPv4 address that the ranges do not know.
  const isOldIPv4 = parsed instanceof ipaddr.IPv6 && parsed.match(ipaddr.IPv6.parse('::'), 96);
  return parsed.range() === 'unicast' && !isOldIPv4;
}

export function isAddress(host: string): boolean {
  return ipaddr.isValid(host.replace(/^\[(.*)\]$/u, '$1'));
}

/** Resolves a host name as `dns.lookup` does, and fails if any of its addresses is private, loopback or reserved. */
export const publicLookup: LookupFunction = (hostname, options, callback) => {
  const answer = (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]): void => {
    const [first] = addresses;
    if (error || !first) callback(error ?? new Error('The name has no address.'), '', 0);
    else if (!addresses.every(({ address }) => isPublicAddress(address)))
      callback(new Error('The name stands for a private address.'), '', 0);
    else if (options.all) callback(null, addresses);
    else callback(null, first.address, first.family);
  };
  lookup(hostname, { ...options, all: true }, (error, addresses) => answer(error, addresses ?? []));
};
