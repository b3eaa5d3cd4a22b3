import axios from 'axios';
import express, { Router, type RequestHandler } from 'express';
import { notAllowed, problem } from '../problem';

/** Milliseconds that the other server may take. */
const PATIENCE_MS = 30_000;
const FORM = 'application/x-www-form-urlencoded';

/**
 * A FHIR server at another address, for reading only: the same requests and the same answers. In a container network a
 * browser cannot reach it otherwise. For demos and tests; it knows no access control.
 */
export function fhirForward(baseUrl: string): Router {
  const base = baseUrl.replace(/\/$/u, '');
  const forward: RequestHandler = (request, response, next) => {
    const isSearch = request.method === 'POST';
    axios
      .request<ArrayBuffer>({
        method: request.method,
        url: base + request.url,
        headers: {
          Accept: 'application/fhir+json',
          'Cache-Control': 'no-cache',
          ...(isSearch && { 'Content-Type': FORM }),
        },
        data: isSearch ? (request.body as unknown) : undefined,
        responseType: 'arraybuffer',
        timeout: PATIENCE_MS,
        validateStatus: () => true,
        proxy: false,
      })
      .then(({ status, data }) => {
        response.status(status).type('application/fhir+json').send(Buffer.from(data));
      })
      .catch(() => {
        next(problem(502, 'transient', 'The FHIR server behind this address does not answer.'));
      });
  };
  const router = Router();
  router.get('/{*path}', forward);
  router.post('/:type/_search', express.text({ type: FORM }), forward);
  router.all('/{*path}', notAllowed('GET, HEAD, OPTIONS'));
  return router;
}
