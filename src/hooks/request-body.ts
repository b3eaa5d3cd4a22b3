import express, { type NextFunction, type Request, type RequestHandler, type Response } from 'express';
import { problem } from '../problem';

const JSON_TYPES = ['application/json', 'application/fhir+json'];

function requireJson(request: Request, _response: Response, next: NextFunction): void {
  if (!request.is(JSON_TYPES)) throw problem(415, 'not-supported', 'The body must be application/json.');
  next();
}

/** Parses a JSON body of at most so many bytes; other content types are refused with 415. */
export function jsonBody(limit: number): RequestHandler[] {
  return [requireJson, express.json({ limit, type: JSON_TYPES, strict: false })];
}
