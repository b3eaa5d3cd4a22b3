import { webcrypto } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import express, { type NextFunction, type Request, type RequestHandler, type Response } from 'express';
import { problem } from '../problem';

const JSON_TYPES = ['application/json', 'application/fhir+json'];

function requireJson(request: Request, _response: Response, next: NextFunction): void {
  if (!request.is(JSON_TYPES)) throw problem(415, 'not-supported', 'The body must be application/json.');
  next();
}

const digests = new WeakMap<IncomingMessage, Promise<string>>();

/** Begins the digest of a body; it is made beside the event loop, while the body is read. */
function beginDigest(request: IncomingMessage, _response: unknown, body: Buffer): void {
  const digest = webcrypto.subtle.digest('SHA-256', body);
  digests.set(
    request,
    digest.then((bytes) => Buffer.from(bytes).toString('hex')),
  );
}

/** SHA-256 of the body as it came, unpacked, in hexadecimal digits. */
export function bodyDigest(request: Request): Promise<string> {
  return digests.get(request) ?? Promise.resolve('');
}

/** Parses a JSON body of at most so many bytes; other content types are refused with 415. */
export function jsonBody(limit: number): RequestHandler[] {
  return [requireJson, express.json({ limit, type: JSON_TYPES, strict: false, verify: beginDigest })];
}
