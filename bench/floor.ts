import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import cors from 'cors';
import express from 'express';
import helmet from 'helmet';
import { pino } from 'pino';
import { pinoHttp } from 'pino-http';
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

const app = express();
app.disable('x-powered-by');
app.use(
  pinoHttp({
    logger: pino({ level: process.env['LOG_LEVEL'] ?? 'silent' }),
    serializers: {
      req: (request: { id: unknown; method: string }) => ({ id: request.id, method: request.method }),
      res: (response: { statusCode: number }) => ({ statusCode: response.statusCode }),
      err: (error: { type?: string }) => ({ type: error.type }),
    },
    autoLogging: true,
  }),
);
app.use(helmet({ crossOriginResourcePolicy: { policy: 'cross-origin' } }));
app.use(
  cors({
    origin: '*',
    methods: ['GET', 'POST', 'OPTIONS'],
    allowedHeaders: ['Authorization', 'Content-Type'],
  }),
);
app.post('/cds-services/:id', ...jsonBody(process.env['BODY_LIMIT'] ?? '10mb'), (_request, response) => {
  response.json(answer);
});

const server = createServer(app);
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo;
  process.stdout.write(`the floor answers at http://127.0.0.1:${port}/cds-services\n`);
});
