import { createHmac, randomUUID } from 'node:crypto';
import { exportSPKI, importJWK, type CryptoKey } from 'jose';
import request, { type Response } from 'supertest';
import type { Express } from 'express';
import type { CdsClient } from '../../src/clients/cds-client';
import { tokenUses } from '../../src/clients/token-uses';
import { openStore } from '../../src/store/store';
import { authenticator } from '../../src/clients/authenticate';
import {
  authenticatorFor,
  clientWith,
  keyPair,
  keysOf,
  PUBLIC_URL,
  startKeyEndpoint,
  tokenFor,
  type KeyEndpoint,
  type KeyPair,
} from '../support/cds-client';
import { appForTest } from '../support/service-for-test';
import {
  answerableRequest,
  assessmentOf,
  cardOf,
  cardsOf,
  issuesOf,
  minimalRequest,
  SELECT_SERVICE,
  SERVICE,
} from './support';

const FEEDBACK = `${SERVICE}/feedback`;
const DISCOVERY = '/cds-services';
const REPORT = '/reports/feedback';

let ec: KeyPair;
let rsa: KeyPair;
let ec256: KeyPair;
let stranger: KeyPair;
let app: Express;

function appFor(...clients: readonly CdsClient[]): Express {
  return appForTest({
    authenticate: authenticatorFor(...clients),
    publicUrl: PUBLIC_URL,
    isDiscoveryOpen: false,
  });
}

beforeAll(async () => {
  [ec, rsa, ec256, stranger] = await Promise.all([
    keyPair('ES384'),
    keyPair('RS384'),
    keyPair('ES256'),
    keyPair('ES384'),
  ]);
  app = appFor(clientWith([ec, rsa, ec256]));
});

/** Calls the order-sign service with an Authorization header. */
function call(authorization: string | undefined, to = app): Promise<Response> {
  const test = request(to).post(SERVICE);
  if (authorization !== undefined) test.set('Authorization', authorization);
  return Promise.resolve(test.send(answerableRequest()));
}

async function callWith(token: string | Promise<string>, to = app): Promise<Response> {
  return call(`Bearer ${await token}`, to);
}

/** The one answer that every refusal gets. */
const REFUSAL = {
  resourceType: 'OperationOutcome',
  issue: [
    {
      severity: 'error',
      code: 'login',
      diagnostics: 'The call needs a valid JSON Web Token of a known CDS client.',
    },
  ],
};

function expectRefused(response: Response): void {
  expect(response.status).toBe(401);
  expect(response.body).toEqual(REFUSAL);
  expect(response.headers['www-authenticate']).toBe('Bearer');
  expect(response.headers['access-control-allow-origin']).toBe('*');
}

const now = (): number => Math.floor(Date.now() / 1000);

describe('who calls', () => {
  test.each([
    ['discovery', () => request(app).get(DISCOVERY)],
    ['order-sign', () => request(app).post(SERVICE).send(answerableRequest())],
    ['order-select', () => request(app).post(SELECT_SERVICE).send(answerableRequest())],
    ['feedback', () => request(app).post(FEEDBACK).send({ feedback: [] })],
    ['the report', () => request(app).get(REPORT)],
  ])('[K2 K3 J14] %s needs a token', async (_name, send) => {
    expectRefused(await send());
  });

  test('[K2] with authentication off no token is needed, and none is looked at', async () => {
    const open = appForTest();
    expect((await call(undefined, open)).status).toBe(200);
    expect((await call('Bearer nonsense', open)).status).toBe(200);
  });

  test('[K3] discovery may be left open', async () => {
    const half = appForTest({ authenticate: authenticatorFor(clientWith([ec])), publicUrl: PUBLIC_URL });
    expect((await request(half).get(DISCOVERY)).status).toBe(200);
    expectRefused(await call(undefined, half));
  });

  test('[K3 K8] discovery takes a token that is meant for it', async () => {
    const token = await tokenFor(DISCOVERY, ec);
    const answer = await request(app).get(DISCOVERY).set('Authorization', `Bearer ${token}`);
    expect([answer.status, answer.body]).toEqual([200, { services: expect.anything() }]);
  });

  test('[N5] route before client, client before body', async () => {
    expect((await request(app).post('/cds-services/nothing').send('{')).status).toBe(404);
    expect((await request(app).get(SERVICE)).status).toBe(405);
    expectRefused(await request(app).post(SERVICE).set('Content-Type', 'text/plain').send('x'));
    expect((await request(app).options(SERVICE)).status).toBe(204);
  });

  test('health and metrics need no token', async () => {
    for (const path of ['/health/live', '/health/ready', '/metrics'])
      expect((await request(app).get(path)).status).toBe(200);
  });
});

describe('how a token is signed', () => {
  test.each([
    ['ES384', () => ec],
    ['RS384', () => rsa],
  ])('[K8] %s is accepted', async (_alg, key) => {
    expect(cardsOf(await callWith(tokenFor(SERVICE, key())))).toHaveLength(1);
  });

  test('[K8] another algorithm is accepted only where the client is allowed to use it', async () => {
    expectRefused(await callWith(tokenFor(SERVICE, ec256)));
    const allowed = appFor(clientWith([ec256], { algorithms: ['ES256'] }));
    expect((await callWith(tokenFor(SERVICE, ec256), allowed)).status).toBe(200);
    const rs256 = await keyPair('RS256');
    const rsAllowed = appFor(clientWith([rs256], { algorithms: ['RS256'] }));
    expect((await callWith(tokenFor(SERVICE, rs256), rsAllowed)).status).toBe(200);
    expectRefused(await callWith(tokenFor(SERVICE, ec), allowed));
  });

  const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const claims = () => ({
    iss: 'https://ehr.example',
    aud: PUBLIC_URL + SERVICE,
    iat: now(),
    exp: now() + 300,
    jti: randomUUID(),
  });

  test.each(['none', 'None', 'NONE', ''])('[K6] the algorithm "%s" is refused', async (alg) => {
    const unsigned = `${part({ alg, typ: 'JWT', kid: ec.jwk.kid })}.${part(claims())}.`;
    expectRefused(await callWith(unsigned));
    expectRefused(await callWith(unsigned.slice(0, -1)));
  });

  test.each(['HS256', 'HS384', 'HS512'])('[K7] %s with the public key as secret is refused', async (alg) => {
    const pem = await exportSPKI((await importJWK(rsa.jwk, 'RS384')) as CryptoKey);
    const signed = `${part({ alg, typ: 'JWT', kid: rsa.jwk.kid })}.${part(claims())}`;
    const mac = createHmac(alg.replace('HS', 'sha'), pem).update(signed).digest('base64url');
    expectRefused(await callWith(`${signed}.${mac}`));
  });

  test('[K8] the algorithm must fit the key', async () => {
    expectRefused(await callWith(tokenFor(SERVICE, { ...ec, jwk: rsa.jwk })));
    expectRefused(await callWith(tokenFor(SERVICE, { ...rsa, jwk: ec.jwk })));
  });

  test('[K9] the key of somebody else is refused, whatever it is called', async () => {
    expectRefused(await callWith(tokenFor(SERVICE, { ...stranger, jwk: ec.jwk })));
    expectRefused(await callWith(tokenFor(SERVICE, stranger, {}, { kid: 'unknown' })));
    expectRefused(await callWith(tokenFor(SERVICE, stranger, {}, { jwk: stranger.jwk })));
  });

  test('[K9] one client cannot sign for another', async () => {
    const two = appFor(clientWith([ec]), clientWith([stranger], { iss: 'https://other.example' }));
    expectRefused(await callWith(tokenFor(SERVICE, stranger), two));
    const own = tokenFor(SERVICE, stranger, { iss: 'https://other.example' });
    expect((await callWith(own, two)).status).toBe(200);
  });

  test('[K9] a token that was changed is refused', async () => {
    const [header, , signature] = (await tokenFor(SERVICE, ec)).split('.');
    expectRefused(await callWith(`${header}.${part(claims())}.${signature}`));
  });

  test.each([
    '',
    'Bearer',
    'Bearer ',
    'Bearer x',
    'Bearer a.b.c',
    'Bearer a b',
    'Basic dXNlcjpwYXNz',
    'nonsense',
  ])('[K3 K19] the header "%s" is refused', async (header) => {
    expectRefused(await call(header));
  });

  test('[K3] the scheme is not case-sensitive', async () => {
    expect((await call(`bearer ${await tokenFor(SERVICE, ec)}`)).status).toBe(200);
  });
});

describe('what a token says', () => {
  test.each(['kid', 'typ'])('[K4] a header without %s is refused', async (name) => {
    expectRefused(await callWith(tokenFor(SERVICE, ec, {}, { [name]: undefined })));
  });

  test('[K4] a header of another type is refused', async () => {
    expectRefused(await callWith(tokenFor(SERVICE, ec, {}, { typ: 'at+jwt' })));
  });

  test.each(['iss', 'aud', 'exp', 'iat', 'jti'])('[K5] claims without %s are refused', async (name) => {
    expectRefused(await callWith(tokenFor(SERVICE, ec, { [name]: undefined })));
  });

  test.each([
    ['iss', 'https://nobody.example'],
    ['iss', ['https://ehr.example']],
    ['aud', 7],
    ['exp', '1'],
    ['iat', 'now'],
    ['iat', -1],
    ['jti', ''],
    ['jti', 7],
    ['jti', {}],
  ])('[K5] %s: %j is refused', async (name, value) => {
    expectRefused(await callWith(tokenFor(SERVICE, ec, { [name]: value })));
  });

  test.each([
    ['another service', SELECT_SERVICE],
    ['discovery', DISCOVERY],
    ['its feedback', FEEDBACK],
    ['another spelling', SERVICE.toUpperCase()],
  ])('[K12] a token for %s is refused', async (_name, path) => {
    expectRefused(await callWith(tokenFor(path, ec)));
  });

  test('[K12] the audience is compared with our own address, not with what the caller calls us', async () => {
    const token = await tokenFor(SERVICE, ec, { aud: `http://attacker.example${SERVICE}` });
    const answer = await request(app)
      .post(SERVICE)
      .set('Host', 'attacker.example')
      .set('X-Forwarded-Host', 'attacker.example')
      .set('Authorization', `Bearer ${token}`)
      .send(answerableRequest());
    expectRefused(answer);
  });

  test('[K12] the audience may be a list, and end in a slash', async () => {
    const url = PUBLIC_URL + SERVICE;
    for (const aud of [[url], ['https://other.example', url], `${url}/`])
      expect((await callWith(tokenFor(SERVICE, ec, { aud }))).status).toBe(200);
    expectRefused(await callWith(tokenFor(SERVICE, ec, { aud: `${url}//` })));
  });

  test('[K13] an expired token is refused, a minute aside', async () => {
    expectRefused(await callWith(tokenFor(SERVICE, ec, { iat: now() - 400, exp: now() - 70 })));
    expect((await callWith(tokenFor(SERVICE, ec, { iat: now() - 300, exp: now() - 30 }))).status).toBe(200);
  });

  test.each([
    [900, 200],
    [3600, 200],
    [3601, 401],
    [86_400, 401],
  ])('[K14] a token that lives %d seconds gets %d', async (life, status) => {
    const token = tokenFor(SERVICE, ec, { iat: now(), exp: now() + life });
    expect((await callWith(token)).status).toBe(status);
  });

  test('[K15] a token from the future is refused, a minute aside', async () => {
    expectRefused(await callWith(tokenFor(SERVICE, ec, { iat: now() + 90, exp: now() + 300 })));
    expect((await callWith(tokenFor(SERVICE, ec, { iat: now() + 30, exp: now() + 300 }))).status).toBe(200);
  });

  test('[K16] a token is used once', async () => {
    const token = await tokenFor(SERVICE, ec);
    expect((await callWith(token)).status).toBe(200);
    expectRefused(await callWith(token));
  });

  test('[K16] the same id is another one of another issuer', async () => {
    const two = appFor(clientWith([ec]), clientWith([stranger], { iss: 'https://other.example' }));
    const jti = 'one';
    expect((await callWith(tokenFor(SERVICE, ec, { jti }), two)).status).toBe(200);
    const other = tokenFor(SERVICE, stranger, { jti, iss: 'https://other.example' });
    expect((await callWith(other, two)).status).toBe(200);
    expectRefused(await callWith(tokenFor(SERVICE, ec, { jti }), two));
  });

  test('[K16] a refused token is not used up, one that came with a bad body is', async () => {
    const token = await tokenFor(SERVICE, ec);
    expectRefused(await request(app).post(SELECT_SERVICE).set('Authorization', `Bearer ${token}`).send({}));
    const bad = await request(app).post(SERVICE).set('Authorization', `Bearer ${token}`).send({});
    expect(bad.status).toBe(400);
    expectRefused(await callWith(token));
  });

  test('[K16] two replicas with one store share what was used; without it each knows its own', async () => {
    const store = openStore('file::memory:');
    let isDown = false;
    const shared = {
      useToken: (token: string, expiresAt: Date) =>
        isDown ? Promise.reject(new Error('down')) : store.useToken(token, expiresAt),
    };
    const replica = (): Express =>
      appForTest({
        authenticate: authenticator([clientWith([ec])], tokenUses(shared, { onFailure: () => {} })),
        publicUrl: PUBLIC_URL,
      });
    const [one, other] = [replica(), replica()];
    const token = await tokenFor(SERVICE, ec);
    expect((await callWith(token, one)).status).toBe(200);
    expectRefused(await callWith(token, other));
    isDown = true;
    const late = await tokenFor(SERVICE, ec);
    expect((await callWith(late, one)).status).toBe(200);
    expectRefused(await callWith(late, one));
  });

  test('[K16] the process remembers only so many tokens by itself', async () => {
    const down = { useToken: () => Promise.reject(new Error('down')) };
    const uses = tokenUses(down, { onFailure: () => {}, mostRemembered: 2 });
    const soon = new Date(Date.now() + 1000);
    for (const token of ['a', 'b', 'c']) expect(await uses.use(token, soon)).toBe(true);
    expect(await uses.use('c', soon)).toBe(false);
    expect(await uses.use('a', soon)).toBe(true);
  });

  test('[K16] a store that does not answer costs a moment, and then nothing for a while', async () => {
    let asked = 0;
    const hanging = {
      useToken: () => {
        asked += 1;
        return new Promise<boolean>(() => {});
      },
    };
    let failures = 0;
    const uses = tokenUses(hanging, { onFailure: () => (failures += 1), patienceMs: 20, pauseMs: 60_000 });
    const soon = new Date(Date.now() + 60_000);
    for (const token of ['a', 'b', 'c']) expect(await uses.use(token, soon)).toBe(true);
    expect(await uses.use('b', soon)).toBe(false);
    expect([asked, failures]).toEqual([1, 1]);
  });

  test.each([
    [{ aud: 'https://other.example' }, {}, 'audience'],
    [{ nbf: Math.floor(Date.now() / 1000) + 600 }, {}, 'not-yet-valid'],
    [{ jti: '' }, {}, 'claims'],
    [{}, { typ: 'at+jwt' }, 'header'],
    [{}, { kid: 'other' }, 'no-key'],
    [{ exp: 1 }, {}, 'expired'],
  ])('the log is told what was wrong: %j %j', async (claims, header, refused) => {
    const check = authenticatorFor(clientWith([ec]));
    const token = await tokenFor(SERVICE, ec, claims, header);
    expect(await check(`Bearer ${token}`, [PUBLIC_URL + SERVICE])).toEqual({
      refused,
      iss: 'https://ehr.example',
    });
  });

  test('[K17 K18] further claims and headers are tolerated, and not-before is honoured', async () => {
    const more = { tenant: 'one', sub: 'https://ehr.example', nbf: now() - 10, 'org.example': { a: 1 } };
    expect((await callWith(tokenFor(SERVICE, ec, more, { 'org.example': 1 }))).status).toBe(200);
    expectRefused(await callWith(tokenFor(SERVICE, ec, { nbf: now() + 120 })));
    const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
    const critical = { alg: 'ES384', typ: 'JWT', kid: ec.jwk.kid, crit: ['org.example'], 'org.example': 1 };
    expectRefused(await callWith(`${part(critical)}.${part({ iss: 'https://ehr.example' })}.AAAA`));
  });

  test('[K21] the access token for the FHIR server is no token for us', async () => {
    const body = {
      ...answerableRequest(),
      fhirServer: 'http://127.0.0.1:9/fhir',
      fhirAuthorization: { access_token: await tokenFor(SERVICE, ec), token_type: 'Bearer' },
    };
    expectRefused(await request(app).post(SERVICE).send(body));
  });

  test("[K24] the specification's own sample token is signed well, and expired", async () => {
    const token = [
      'eyJhbGciOiJFUzM4NCIsInR5cCI6IkpXVCIsImtpZCI6ImV4YW1wbGUta2lkIiwiamt1IjoiaHR0cHM6Ly9maGlyLWVoci5leGFtcGxlLmNvbS9qd2tfdXJpIn0',
      'eyJpc3MiOiJodHRwczovL2ZoaXItZWhyLmV4YW1wbGUuY29tLyIsImF1ZCI6Imh0dHBzOi8vY2RzLmV4YW1wbGUub3JnL2Nkcy1zZXJ2aWNlcy9zb21lLXNlcnZpY2UiLCJleHAiOjE0MjI1Njg4NjAsImlhdCI6MTMxMTI4MDk3MCwianRpIjoiZWUyMmIwMjEtZTFiNy00NjExLWJhNWItOGVlYzZhMzNhYzFlIiwidGVuYW50IjoiMmRkZDZjM2EtOGU5YS00NGM2LWEzMDUtNTIxMTFhZDMwMmEyIn0',
      'd1WfLjGRKlcWB94l9do4cM8REXeYJLL6SGUBO8VHZhfM8mwKYP70EMxJ67War4TQblEpaQrp11wx5p7oPFm2ETYgCicS84vXWEIYTdjooZdooCSDf2L8-i4awdoUwiEb',
    ].join('.');
    const jwk = {
      kty: 'EC',
      use: 'sig',
      crv: 'P-384',
      kid: 'example-kid',
      x: '46SDH7Znh821wblCBglA61sNE9ZrHYKKt3qRtRTmSXyOI_FIGBLWrWa0GPUkDCEk',
      y: 'XMcRuuoGW7CXjQdy-F5i3FeBE0x9hPLdeFdSoDd3ELmx404tLX0VRRcqzAsPhXcI',
      alg: 'ES384',
    };
    const client = clientWith([], { iss: 'https://fhir-ehr.example.com/', keys: { jwks: { keys: [jwk] } } });
    const check = authenticatorFor(client);
    const audience = ['https://cds.example.org/cds-services/some-service'];
    expect(await check(`Bearer ${token}`, audience)).toEqual({ refused: 'expired', iss: client.iss });
    // On its day its life was the only thing wrong with it.
    jest.useFakeTimers({ now: 1_422_568_000_000, doNotFake: ['nextTick', 'setImmediate', 'setTimeout'] });
    expect(await check(`Bearer ${token}`, audience)).toEqual({ refused: 'lifetime', iss: client.iss });
    expect(await check(`Bearer ${token.slice(0, -2)}AA`, audience)).toMatchObject({ refused: 'signature' });
    jest.useRealTimers();
  });
});

describe('keys at an address of the client', () => {
  let endpoint: KeyEndpoint;
  let remote: Express;
  beforeEach(async () => {
    endpoint = await startKeyEndpoint(keysOf(ec));
    remote = appFor(clientWith([], { keys: { jku: endpoint.jku } }));
  });
  afterEach(async () => {
    jest.useRealTimers();
    await endpoint.close();
  });

  /** Lets so many minutes go by. */
  function wait(minutes: number): void {
    const later = Date.now() + minutes * 60_000;
    jest.useFakeTimers({
      now: later,
      doNotFake: ['nextTick', 'setImmediate', 'setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'],
    });
  }

  test('[K9 K11] they are fetched once and kept', async () => {
    for (let i = 0; i < 3; i += 1) expect((await callWith(tokenFor(SERVICE, ec), remote)).status).toBe(200);
    expect(endpoint.asked()).toBe(1);
  });

  test('[K9] an address in the token must be the one that is configured, and no other is asked', async () => {
    const attacker = await startKeyEndpoint(keysOf(stranger));
    const jku = attacker.jku.href;
    const kid = stranger.jwk.kid;
    expectRefused(await callWith(tokenFor(SERVICE, stranger, {}, { jku, kid }), remote));
    expectRefused(await callWith(tokenFor(SERVICE, ec, {}, { jku }), remote));
    expectRefused(await callWith(tokenFor(SERVICE, stranger, {}, { jku, kid: 'none' })));
    expect(attacker.asked()).toBe(0);
    const own = tokenFor(SERVICE, ec, {}, { jku: endpoint.jku.href });
    expect((await callWith(own, remote)).status).toBe(200);
    await attacker.close();
  });

  test('[K10] with keys agreed beforehand no address is asked, not even the one in the token', async () => {
    const token = tokenFor(SERVICE, ec, {}, { jku: endpoint.jku.href });
    expect((await callWith(token)).status).toBe(200);
    expect(endpoint.asked()).toBe(0);
  });

  test('[K11] a new key is fetched when a token names it; a withdrawn one is refused afterwards', async () => {
    const fresh = await keyPair('ES384', 'fresh');
    expect((await callWith(tokenFor(SERVICE, ec), remote)).status).toBe(200);
    endpoint.answer = keysOf(fresh);
    wait(1);
    expect((await callWith(tokenFor(SERVICE, fresh), remote)).status).toBe(200);
    expect(endpoint.asked()).toBe(2);
    expectRefused(await callWith(tokenFor(SERVICE, ec), remote));
  });

  test('[K11] unknown key ids do not make us ask again and again', async () => {
    for (let i = 0; i < 5; i += 1)
      expectRefused(await callWith(tokenFor(SERVICE, stranger, {}, { kid: `guess-${i}` }), remote));
    expect(endpoint.asked()).toBe(1);
    endpoint.answer = (_request, response) => void response.writeHead(500).end();
    wait(1);
    for (let i = 0; i < 5; i += 1)
      expectRefused(await callWith(tokenFor(SERVICE, stranger, {}, { kid: `guess-${i}` }), remote));
    expect(endpoint.asked()).toBe(2);
  });

  const NO_KEYS: readonly [string, KeyEndpoint['answer']][] = [
    ['fails', (_request, response) => void response.writeHead(500).end()],
    ['hangs up', (asking) => void asking.socket.destroy()],
    ['answers with a page', (_request, response) => void response.end('<html></html>')],
    ['answers with no set', (_request, response) => void response.end('{"keys": 7}')],
    ['answers with nothing', (_request, response) => void response.end()],
    [
      'leads elsewhere',
      (_request, response) =>
        void response.writeHead(302, { Location: 'http://169.254.169.254/latest' }).end(),
    ],
    [
      'answers too much',
      (_request, response) => void response.end(JSON.stringify({ keys: [ec.jwk], pad: 'x'.repeat(2 ** 19) })),
    ],
    ['never answers', () => {}],
  ];

  test.each(NO_KEYS)(
    '[K11 K19] an address that %s is a refusal, and known keys go on',
    async (_name, lie) => {
      endpoint.answer = lie;
      expectRefused(await callWith(tokenFor(SERVICE, ec), remote));
      endpoint.answer = keysOf(ec);
      wait(1);
      expect((await callWith(tokenFor(SERVICE, ec), remote)).status).toBe(200);
      endpoint.answer = lie;
      wait(30);
      expect((await callWith(tokenFor(SERVICE, ec), remote)).status).toBe(200);
    },
  );

  test('[K11] keys that could not be fetched again for a day are trusted no more', async () => {
    expect((await callWith(tokenFor(SERVICE, ec), remote)).status).toBe(200);
    endpoint.answer = (_request, response) => void response.writeHead(500).end();
    wait(25 * 60);
    expectRefused(await callWith(tokenFor(SERVICE, ec), remote));
  });

  test('[K11] a withdrawn key is refused soon after, though nobody asked for another one', async () => {
    expect((await callWith(tokenFor(SERVICE, ec), remote)).status).toBe(200);
    endpoint.answer = keysOf(rsa);
    wait(11);
    await callWith(tokenFor(SERVICE, ec), remote);
    await new Promise((resolve) => {
      setTimeout(resolve, 100);
    });
    expectRefused(await callWith(tokenFor(SERVICE, ec), remote));
  });
});

describe('what a client may do', () => {
  test('its profile judges where nothing else chooses one', async () => {
    const medicare = appFor(clientWith([ec], { profile: 'medicare-lcd' }));
    const judged = async (to: Express): Promise<string> =>
      assessmentOf(cardOf(await callWith(tokenFor(SERVICE, ec), to))).profile;
    expect(await judged(medicare)).toBe('medicare-lcd');
    expect(await judged(app)).toBe('guideline');
  });

  test('[G7] its own FHIR servers may be read, and no other client’s', async () => {
    const reads: string[] = [];
    const mine = clientWith([ec], { fhirServers: ['https://fhir.ehr.example/r4/'] });
    const other = clientWith([stranger], { iss: 'https://other.example' });
    const production = appForTest({
      authenticate: authenticatorFor(mine, other),
      publicUrl: PUBLIC_URL,
      fhirAccess: { servers: [], isProduction: true },
      fhirClient: (url) => {
        reads.push(url.href);
        return Promise.resolve({ unread: 'failed' });
      },
    });
    const body = { ...minimalRequest(), fhirServer: 'https://fhir.ehr.example/r4' };
    const fire = async (token: Promise<string>): Promise<Response> =>
      request(production)
        .post(SERVICE)
        .set('Authorization', `Bearer ${await token}`)
        .send(body);
    await fire(tokenFor(SERVICE, stranger, { iss: other.iss }));
    expect(reads).toEqual([]);
    await fire(tokenFor(SERVICE, ec));
    expect(reads.length).toBeGreaterThan(0);
    expect(reads.every((url) => url.startsWith('https://fhir.ehr.example/r4/'))).toBe(true);
  });

  test('too many calls of one client get 429, and others go on', async () => {
    const limited = appForTest({
      authenticate: authenticatorFor(
        clientWith([ec]),
        clientWith([stranger], { iss: 'https://other.example' }),
      ),
      publicUrl: PUBLIC_URL,
      callsAMinute: 2,
    });
    for (let i = 0; i < 2; i += 1) expect((await callWith(tokenFor(SERVICE, ec), limited)).status).toBe(200);
    const refused = await callWith(tokenFor(SERVICE, ec), limited);
    expect(issuesOf(refused, 429)[0]).toMatchObject({ code: 'throttled' });
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
    const other = tokenFor(SERVICE, stranger, { iss: 'https://other.example' });
    expect((await callWith(other, limited)).status).toBe(200);
    expectRefused(await call(undefined, limited));
  });
});
