import { connect, type Socket } from 'node:net';
import { once } from 'node:events';
import { gzipSync } from 'node:zlib';
import request from 'supertest';
import { readScenarios, scenarioRequest } from '../../src/demo/scenario';
import { startHttpServer, type HttpServer } from '../../src/operations/http-server';
import { appForTest, FIXTURES } from '../support/service-for-test';

const HOOK = '/cds-services/nerve-block-order-sign';
const [scenario] = readScenarios(`${FIXTURES}/scenarios`);
if (!scenario) throw new Error('there is no scenario');
const body = JSON.stringify(scenarioRequest(scenario, 'guideline', FIXTURES));

let server: HttpServer;
const sockets: Socket[] = [];

beforeAll(async () => {
  server = await startHttpServer(appForTest({ bodyLimit: 2 ** 20 }), 0, '127.0.0.1', {
    headersMs: 600,
    requestMs: 1200,
  });
});

afterAll(async () => {
  for (const socket of sockets) socket.destroy();
  await server.stop(100);
});

/** A connection on which anything can be written, and everything that came back on it. */
async function rawConnection() {
  const { hostname, port } = new URL(server.url);
  const socket = connect({ host: hostname, port: Number(port), allowHalfOpen: true });
  sockets.push(socket);
  const state = { received: '' };
  socket.on('data', (chunk: Buffer) => (state.received += chunk.toString('latin1')));
  socket.on('error', () => {});
  await once(socket, 'connect');
  const until = async (pattern: RegExp): Promise<string> => {
    while (!pattern.test(state.received) && !socket.destroyed && !socket.readableEnded)
      await new Promise((resolve) => {
        setTimeout(resolve, 10);
      });
    return state.received;
  };
  return { socket, until, received: () => state.received };
}

function head(length: number, more = ''): string {
  return `POST ${HOOK} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${length}\r\n${more}\r\n`;
}

/** The service answers others as if nothing were. */
async function expectOthersAnswered(): Promise<void> {
  const { status } = await request(server.url).post(HOOK).type('json').send(body);
  expect(status).toBe(200);
}

test('a client that sends its body in drops is cut off, and nobody waits for it', async () => {
  const { socket, until } = await rawConnection();
  socket.write(head(body.length));
  const drops = setInterval(() => socket.write(' '), 50);
  await expectOthersAnswered();
  expect(await until(/\r\n\r\n/u)).toMatch(/^HTTP\/1\.1 408 /u);
  clearInterval(drops);
});

test('a client that never ends its headers is cut off', async () => {
  const { socket, until } = await rawConnection();
  socket.write(`POST ${HOOK} HTTP/1.1\r\nHost: x\r\n`);
  await expectOthersAnswered();
  expect(await until(/\r\n\r\n/u)).toMatch(/^HTTP\/1\.1 408 /u);
});

test('a client that goes away in the middle of its body leaves nothing behind', async () => {
  for (let i = 0; i < 20; i += 1) {
    const { socket } = await rawConnection();
    socket.write(head(body.length) + body.slice(0, 1000));
    socket.destroy();
  }
  await expectOthersAnswered();
});

test('a client that closes its half of the connection after a whole call gets its answer', async () => {
  const { socket, until } = await rawConnection();
  socket.end(head(Buffer.byteLength(body)) + body);
  expect(await until(/"cards"/u)).toMatch(/^HTTP\/1\.1 200 /u);
});

test('a client that closes its half in the middle of a call gets no answer to it, or a refusal', async () => {
  const { socket, until } = await rawConnection();
  socket.end(head(body.length) + body.slice(0, 1000));
  expect(await until(/\r\n\r\n/u)).toMatch(/^(?:HTTP\/1\.1 4\d\d |$)/u);
  await expectOthersAnswered();
});

test('headers beyond all measure are refused', async () => {
  const { socket, until } = await rawConnection();
  socket.write(head(2, `X-Flood: ${'x'.repeat(100_000)}\r\n`) + '{}');
  expect(await until(/\r\n\r\n/u)).toMatch(/^HTTP\/1\.1 431 /u);
  const many = await rawConnection();
  many.socket.write(head(2, Array.from({ length: 5000 }, (_, i) => `X-${i}: y\r\n`).join('')) + '{}');
  expect(await many.until(/\r\n\r\n/u)).toMatch(/^HTTP\/1\.1 4\d\d /u);
  await expectOthersAnswered();
});

test('calls that come one behind the other on a connection are answered in their order', async () => {
  const { socket, until } = await rawConnection();
  const bad = '{"hook":';
  socket.write([body, bad, body, bad].map((one) => head(Buffer.byteLength(one)) + one).join(''));
  const received = await until(/(?:HTTP\/1\.1[\s\S]*){4}\}$/u);
  expect([...received.matchAll(/HTTP\/1\.1 (\d+)/gu)].map(([, status]) => status)).toEqual([
    '200',
    '400',
    '200',
    '400',
  ]);
});

test('two lengths, or a length beside chunks, are no request', async () => {
  for (const more of ['Content-Length: 3\r\n', 'Transfer-Encoding: chunked\r\n']) {
    const { socket, until } = await rawConnection();
    socket.write(`${head(2, more)}{}`);
    expect(await until(/\r\n\r\n/u)).toMatch(/^HTTP\/1\.1 400 /u);
  }
});

test('what is no HTTP at all is refused', async () => {
  const { socket, until } = await rawConnection();
  socket.write('\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\u00FC\u0003\u0003');
  expect(await until(/\r\n\r\n/u)).toMatch(/^HTTP\/1\.1 400 /u);
  await expectOthersAnswered();
});

test('a small body that unpacks to a large one is given up', async () => {
  const bomb = gzipSync(Buffer.alloc(200 * 2 ** 20, ' '));
  const response = await request(server.url)
    .post(HOOK)
    .set('Content-Encoding', 'gzip')
    .type('json')
    .serialize((sent: unknown) => sent as string)
    .send(bomb);
  expect(bomb.length).toBeLessThan(2 ** 20);
  expect(response.status).toBe(413);
  await expectOthersAnswered();
});
