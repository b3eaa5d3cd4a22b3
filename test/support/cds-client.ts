import { randomUUID } from 'node:crypto';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JSONWebKeySet, type JWK } from 'jose';
import { authenticator, type Authenticator } from '../../src/clients/authenticate';
import type { CdsClient } from '../../src/clients/cds-client';
import { tokenUses } from '../../src/clients/token-uses';
import { openStore } from '../../src/store/store';

/** The base URL of the service under test, as clients know it. */
export const PUBLIC_URL = 'https://cds.example';

export interface KeyPair {
  readonly alg: string;
  readonly privateKey: CryptoKey;
  readonly jwk: JWK & { readonly kid: string };
}

export async function keyPair(alg = 'ES384', kid = `${alg}-key`): Promise<KeyPair> {
  const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true });
  return { alg, privateKey, jwk: { ...(await exportJWK(publicKey)), kid } };
}

/** A member set to undefined is left out of the token. */
type Members = Readonly<Record<string, unknown>>;

function withoutUndefined(members: Members): Members {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined));
}

/** A token as an EHR signs it for one call to a path, with other claims or another header where the test needs them. */
export function tokenFor(
  path: string,
  key: KeyPair,
  claims: Members = {},
  header: Members = {},
): Promise<string> {
  const now = Math.floor(Date.now() / 1000);
  const payload = {
    iss: 'https://ehr.example',
    aud: PUBLIC_URL + path,
    iat: now,
    exp: now + 300,
    jti: randomUUID(),
    ...claims,
  };
  const protectedHeader = withoutUndefined({ alg: key.alg, typ: 'JWT', kid: key.jwk.kid, ...header });
  return new SignJWT(withoutUndefined(payload))
    .setProtectedHeader(protectedHeader as { alg: string })
    .sign(key.privateKey);
}

/** A client of which the keys are agreed beforehand. */
export function clientWith(keys: readonly KeyPair[], members: Partial<CdsClient> = {}): CdsClient {
  return {
    iss: 'https://ehr.example',
    keys: { jwks: { keys: keys.map(({ jwk }) => jwk) } },
    algorithms: ['ES384', 'RS384'],
    fhirServers: [],
    reports: 'own',
    ...members,
  };
}

/** Authenticates these clients, with a store of its own. */
export function authenticatorFor(...clients: readonly CdsClient[]): Authenticator {
  return authenticator(
    clients,
    tokenUses(openStore('file::memory:'), {
      onFailure: (error) => {
        throw error;
      },
    }),
  );
}

/** An address that hands out keys, as long as it is told to. */
export interface KeyEndpoint {
  readonly jku: URL;
  /** How often it was asked. */
  readonly asked: () => number;
  answer: RequestListener;
  close(): Promise<void>;
}

export function keysOf(...keys: readonly KeyPair[]): RequestListener {
  const set: JSONWebKeySet = { keys: keys.map(({ jwk }) => jwk) };
  return (_request, response) => {
    response.writeHead(200, { 'Content-Type': 'application/jwk-set+json' }).end(JSON.stringify(set));
  };
}

export async function startKeyEndpoint(answer: RequestListener): Promise<KeyEndpoint> {
  let asked = 0;
  const server = createServer((request, response) => {
    asked += 1;
    endpoint.answer(request, response);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const endpoint: KeyEndpoint = {
    jku: new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks.json`),
    asked: () => asked,
    answer,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return endpoint;
}
