import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readSettings, SettingsError } from '../../src/settings';
import { startService } from '../../src/service';
import { keyPair } from '../support/cds-client';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'settings-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const PROFILES = ['guideline', 'medicare-lcd'];

/** What the settings say is wrong, line by line. */
function mistakesOf(environment: NodeJS.ProcessEnv): string[] {
  try {
    readSettings(environment, PROFILES);
    return [];
  } catch (error) {
    if (error instanceof SettingsError) return error.message.split('\n');
    throw error;
  }
}

/** A file of clients with this content. */
function clientsFile(content: unknown, name = 'clients.yaml'): string {
  const file = join(folder, name);
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
  return file;
}

const EHR = { iss: 'https://ehr.example', jku: 'https://ehr.example/jwks.json' };
const production = (clients: unknown): NodeJS.ProcessEnv => ({
  NODE_ENV: 'production',
  PUBLIC_URL: 'https://cds.example',
  CDS_CLIENTS_FILE: clientsFile(clients),
});

describe('production', () => {
  test('with nothing else set does not start, and names everything it needs', async () => {
    await expect(startService({ NODE_ENV: 'production' })).rejects.toThrow(SettingsError);
    expect(mistakesOf({ NODE_ENV: 'production' })).toEqual([
      'PUBLIC_URL: must be set to the base URL that clients use; their tokens are for it',
      'CDS_CLIENTS_FILE: must be set to the list of CDS clients that may call; AUTH=off lets anybody call',
    ]);
  });

  test('turns every safe default on', () => {
    expect(readSettings(production({ clients: [EHR] }), PROFILES)).toMatchObject({
      isAuthenticated: true,
      isProduction: true,
      callsAMinute: 6000,
      clients: [{ iss: EHR.iss, algorithms: ['ES384', 'RS384'], reports: 'own' }],
    });
    expect(readSettings({}, PROFILES)).toMatchObject({
      isAuthenticated: false,
      isProduction: false,
      callsAMinute: 0,
      publicUrl: 'http://localhost:3000',
      databaseUrl: 'file:./data/nerve-block-cds.db',
      retentionDays: 365,
      isDiscoveryOpen: true,
    });
  });

  test.each(['prod', 'Production', 'staging', 'production '])(
    'is not meant by "%s", which is refused',
    (name) => {
      expect(mistakesOf({ NODE_ENV: name }).join()).toContain('NODE_ENV: must be one of production');
    },
  );

  test('authentication is switched off only by saying so', () => {
    expect(readSettings({ NODE_ENV: 'production', AUTH: 'off' }, PROFILES).isAuthenticated).toBe(false);
    expect(mistakesOf({ NODE_ENV: 'production', AUTH: 'no' }).join()).toContain('AUTH: must be one of');
  });

  test.each([
    ['an address without TLS', { PUBLIC_URL: 'http://cds.example' }, 'PUBLIC_URL: must be an https'],
    ['no address', { PUBLIC_URL: 'cds.example' }, 'PUBLIC_URL: must be the base URL'],
  ])('%s is no public address', (_name, changed, sentence) => {
    const mistakes = mistakesOf({ ...production({ clients: [EHR] }), ...changed });
    expect(mistakes.join('\n')).toContain(sentence);
  });

  test('[K22] the public sandbox is no trusted client', () => {
    const sandbox = {
      iss: 'https://sandbox.cds-hooks.org',
      jku: 'https://sandbox.cds-hooks.org/.well-known/jwks.json',
    };
    expect(mistakesOf(production({ clients: [EHR, sandbox] }))).toEqual([
      'CDS_CLIENTS_FILE: clients.1 (https://sandbox.cds-hooks.org): the key of the public sandbox is public; it cannot be trusted in production',
    ]);
    const demo = { AUTH: 'required', CDS_CLIENTS_FILE: clientsFile({ clients: [sandbox] }) };
    expect(readSettings(demo, PROFILES).clients).toHaveLength(1);
  });
});

describe('the list of clients', () => {
  test('is YAML or JSON', () => {
    const yaml = `
clients:
  - iss: https://ehr.example
    jku: https://ehr.example/jwks.json
    fhirServers: [https://ehr.example/fhir]
    profile: medicare-lcd
`;
    const [client] = readSettings({ ...production(yaml) }, PROFILES).clients;
    expect(client).toMatchObject({
      iss: 'https://ehr.example',
      fhirServers: ['https://ehr.example/fhir/'],
      profile: 'medicare-lcd',
    });
  });

  test('[K10] may hold the keys themselves', async () => {
    const { jwk } = await keyPair();
    const client = { iss: EHR.iss, jwks: { keys: [jwk] } };
    expect(readSettings(production({ clients: [client] }), PROFILES).clients[0]?.keys).toEqual({
      jwks: { keys: [jwk] },
    });
  });

  test.each<[string, unknown, string]>([
    ['no YAML', '{', 'the file is neither YAML nor JSON'],
    ['nothing', '', 'must hold the list `clients`'],
    ['no client', { clients: [] }, 'clients: must not be empty'],
    ['a client without iss', { clients: [{ jku: EHR.jku }] }, 'clients.0: iss: is missing'],
    [
      'a client without keys',
      { clients: [{ iss: EHR.iss }] },
      'clients.0 (https://ehr.example): must have either jku or jwks',
    ],
    [
      'both kinds of keys',
      { clients: [{ ...EHR, jwks: { keys: [{ kty: 'EC', kid: 'a' }] } }] },
      'clients.0 (https://ehr.example): must have either jku or jwks',
    ],
    ['no keys in the set', { clients: [{ iss: EHR.iss, jwks: { keys: [] } }] }, 'must not be empty'],
    [
      'a private key',
      { clients: [{ iss: EHR.iss, jwks: { keys: [{ kty: 'EC', kid: 'a', d: 'secret' }] } }] },
      'clients.0 (https://ehr.example): jwks.keys.0: must be a public key',
    ],
    [
      'a shared secret',
      { clients: [{ iss: EHR.iss, jwks: { keys: [{ kty: 'oct', kid: 'a', k: 'secret' }] } }] },
      'clients.0 (https://ehr.example): jwks.keys.0.kty: must be EC or RSA',
    ],
    [
      'keys without TLS',
      { clients: [{ ...EHR, jku: 'http://ehr.example/jwks' }] },
      ': jku: must be an https',
    ],
    ['an address that is none', { clients: [{ ...EHR, jku: 'jwks' }] }, ': jku: must be an https'],
    ['an unknown profile', { clients: [{ ...EHR, profile: 'best' }] }, ': profile: must be one of'],
    [
      'an unknown algorithm',
      { clients: [{ ...EHR, algorithms: ['HS256'] }] },
      ': algorithms.0: must be one of',
    ],
    [
      'the same client twice',
      { clients: [EHR, EHR] },
      'clients.1 (https://ehr.example): iss: is listed twice',
    ],
    ['a list that is text', { clients: 'all' }, 'clients: must be a list'],
    [
      'a key that is none',
      {
        clients: [
          { iss: EHR.iss, jwks: { keys: [{ kty: 'EC', crv: 'P-384', kid: 'a', x: 'AA', y: 'BB' }] } },
        ],
      },
      'jwks.keys.0: is no key for ES384 or RS384',
    ],
    [
      'the sandbox under another name',
      {
        clients: [{ iss: 'https://sb.example', jku: 'https://sandbox.cds-hooks.org/.well-known/jwks.json' }],
      },
      'the key of the public sandbox is public',
    ],
    [
      'a FHIR server on this machine',
      { clients: [{ ...EHR, fhirServers: ['https://localhost/fhir'] }] },
      'is not read in production',
    ],
    ['an unknown member', { clients: [{ ...EHR, secret: 'x' }] }, 'clients.0'],
    [
      'a FHIR server without TLS',
      { clients: [{ ...EHR, fhirServers: ['http://ehr.example/fhir'] }] },
      ': fhirServers: "http://ehr.example/fhir" is not read in production',
    ],
    [
      'no FHIR server',
      { clients: [{ ...EHR, fhirServers: ['fhir'] }] },
      ': fhirServers: "fhir" is not the base URL',
    ],
  ])('with %s is refused', (_name, content, sentence) => {
    const mistakes = mistakesOf(production(content));
    expect(mistakes.every((mistake) => mistake.startsWith('CDS_CLIENTS_FILE: '))).toBe(true);
    expect(mistakes.join('\n')).toContain(sentence);
  });

  test('is checked as a whole: every entry with everything that is wrong with it', async () => {
    const { jwk: p256 } = await keyPair('ES256');
    const { jwk } = await keyPair();
    const clients = [
      { jku: 'http://x.example' },
      { ...EHR, profile: 'best' },
      { iss: 'https://b.example', jwks: { keys: [p256] } },
      { iss: 'https://c.example', jwks: { keys: [jwk, jwk] } },
    ];
    expect(mistakesOf(production({ clients }))).toEqual([
      'CDS_CLIENTS_FILE: clients.0: iss: is missing',
      'CDS_CLIENTS_FILE: clients.1 (https://ehr.example): profile: must be one of guideline, medicare-lcd',
      'CDS_CLIENTS_FILE: clients.2 (https://b.example): jwks.keys.0: is no key for ES384 or RS384',
      'CDS_CLIENTS_FILE: clients.3 (https://c.example): jwks.keys.1.kid: is used twice',
    ]);
  });

  test('that is missing is named, with everything else', () => {
    const environment = { ...production(''), CDS_CLIENTS_FILE: join(folder, 'none'), PORT: 'x' };
    expect(mistakesOf(environment)).toEqual([
      'PORT: must be a number from 0 to 65535',
      'CDS_CLIENTS_FILE: the file cannot be read',
    ]);
  });
});

test('a port in use is named by its setting', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const settings = { PORT: String(port), DATABASE_URL: 'file::memory:', LOG_LEVEL: 'silent' };
  await expect(startService(settings)).rejects.toThrow(`PORT: is in use (127.0.0.1:${port})`);
  server.close();
});

describe('the store', () => {
  test.each(['mysql://x', 'data.db', 'file:', 'postgres://'])('%s is none', (url) => {
    expect(mistakesOf({ DATABASE_URL: url })).toEqual(['DATABASE_URL: must be file:<path> or postgres://…']);
  });

  test('a file that is made is for its owner alone', async () => {
    const file = join(folder, 'own.db');
    const service = await startService({ DATABASE_URL: `file:${file}`, PORT: '0', LOG_LEVEL: 'silent' });
    await service.stop();
    expect((statSync(file).mode & 0o777).toString(8)).toBe('600');
  });

  test('a file that cannot be opened keeps the service from starting', async () => {
    const url = `file:${clientsFile('x', 'no-folder')}/store.db`;
    await expect(startService({ DATABASE_URL: url, PORT: '0', LOG_LEVEL: 'silent' })).rejects.toThrow(
      /^DATABASE_URL: .* cannot be opened/u,
    );
  });
});
