import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pino } from 'pino';
import { appWithMiddleware } from '../src/app';
import { createMetrics } from '../src/operations/metrics';
import { jsonBody } from '../src/hooks/request-body';

/**
 * The least an Express service can do for a hook call: the middleware and the body parser of the service, and an
 * answer that is ready made. The bench sends the answer as a process message and waits for it to come back.
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
app.post('/cds-services/:id', ...jsonBody(2 ** 30), (_request, response) => {
  response.json(answer);
});

const server = createServer(app);
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo;
  process.stdout.write(`the floor answers at http://127.0.0.1:${port}/cds-services\n`);
});
