import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { pino } from 'pino';
import { appWithMiddleware } from '../src/app';
import { FIXTURE_TEMPLATES, readAll } from './chart-reading';
import { createMetrics } from '../src/operations/metrics';

/**
 * The least an Express service can do for a hook call: the middleware of the service, the body parser of Express, and an
 * answer that is ready made. The bench sends the answer as a process message and waits for it to come back. A call
 * that names a FHIR server has the chart read from there, and nothing done with it.
 */
let answer: unknown = {};
process.on('message', (message) => {
  answer = message;
  process.send?.('taken');
});

const app = appWithMiddleware({
  logger: pino({ level: process.env['LOG_LEVEL'] ?? 'silent' }),
  metrics: createMetrics(() => 0),
});
app.post('/cds-services/:id', express.json({ limit: 2 ** 30 }), (request, response, next) => {
  const { fhirServer } = request.body as { fhirServer?: string };
  const read = fhirServer === undefined ? Promise.resolve() : readAll(fhirServer, FIXTURE_TEMPLATES);
  read.then(() => response.json(answer)).catch(next);
});

const server = createServer(app);
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo;
  process.stdout.write(`the floor answers at http://127.0.0.1:${port}/cds-services\n`);
});
