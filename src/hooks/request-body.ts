import { isUtf8 } from 'node:buffer';
import { webcrypto } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import express, { type NextFunction, type Request, type RequestHandler, type Response } from 'express';
import { problem } from '../problem';

const JSON_TYPES = ['application/json', 'application/fhir+json'];
const CHARSET = /;\s*charset\s*=\s*"?([^\s;"]+)/iu;

function requireJson(request: Request, _response: Response, next: NextFunction): void {
  if (!request.is(JSON_TYPES)) throw problem(415, 'not-supported', 'The body must be application/json.');
  // JSON between systems is UTF-8 and nothing else (RFC 8259, section 8.1).
  const [, charset = 'utf-8'] = CHARSET.exec(request.get('content-type') ?? '') ?? [];
  if (!/^utf-?8$/iu.test(charset))
    throw problem(415, 'not-supported', 'The character set is not supported; send UTF-8.');
  next();
}

const digests = new WeakMap<IncomingMessage, Promise<string>>();

/** Begins the digest of a body; it is made beside the event loop. */
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

/**
 * Reads a body of at most so many bytes, unpacked, without parsing it, and begins its digest; what is not JSON by its type
 * is refused with 415.
 */
export function readBytes(limit: number): RequestHandler[] {
  return [requireJson, express.raw({ limit, type: JSON_TYPES, verify: beginDigest })];
}

/** The bytes that `readBytes` has read. */
export function bytesOf(request: Request): Buffer {
  return Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
}

/**
 * The JSON that the bytes hold.
 * @throws Problem 400 where they hold none, or are not UTF-8
 */
export function parseJson(bytes: Uint8Array): unknown {
  if (!isUtf8(bytes)) throw problem(400, 'structure', 'The body is not UTF-8.');
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
  try {
    return JSON.parse(text.startsWith('\uFEFF') ? text.slice(1) : text) as unknown;
  } catch {
    // What the parser says quotes the body.
    throw problem(400, 'structure', 'The body is not valid JSON.');
  }
}

/** Reads and parses a JSON body of at most so many bytes. */
export function jsonBody(limit: number): RequestHandler[] {
  return [
    requireJson,
    express.raw({ limit, type: JSON_TYPES }),
    (request: Request, _response: Response, next: NextFunction): void => {
      request.body = parseJson(bytesOf(request));
      next();
    },
  ];
}
