import { createServer, type AddressInfo, type Server } from 'node:net';
import { fhirClient } from '../../src/gather/fhir-server/fhir-client';
import { readableServer } from '../../src/gather/fhir-server/readable-server';
import { readSettings, SettingsError } from '../../src/settings';

const production = (...servers: readonly string[]) => ({ servers, isProduction: true });

/** What the settings say is wrong, line by line. */
function mistakesOf(environment: NodeJS.ProcessEnv): string[] {
  try {
    readSettings(environment, ['guideline']);
    return [];
  } catch (error) {
    if (error instanceof SettingsError) return error.message.split('\n');
    throw error;
  }
}

describe('in production', () => {
  const PRIVATE = [
    'https://127.0.0.1/fhir/',
    'https://127.1/fhir/',
    'https://2130706433/fhir/',
    'https://0x7f000001/fhir/',
    'https://0.0.0.0/fhir/',
    'https://10.0.0.1/fhir/',
    'https://172.16.0.1/fhir/',
    'https://192.168.1.1/fhir/',
    'https://100.64.0.1/fhir/',
    'https://169.254.169.254/fhir/',
    'https://224.0.0.1/fhir/',
    'https://[::1]/fhir/',
    'https://[::]/fhir/',
    'https://[::7f00:1]/fhir/',
    'https://[::ffff:127.0.0.1]/fhir/',
    'https://[fd00::1]/fhir/',
    'https://[fe80::1]/fhir/',
    'https://[64:ff9b::7f00:1]/fhir/',
  ];

  test.each(PRIVATE)('[G7] %s is not read even where it is listed', (server) => {
    const listed = new URL(server).href;
    expect(readableServer(server, production(listed))).toBeUndefined();
    expect(mistakesOf({ NODE_ENV: 'production', FHIR_SERVERS: server }).join()).toContain(
      'not read in production',
    );
  });

  test('[G7] a server is read only where it is listed, and by https', () => {
    const server = 'https://ehr.example/fhir';
    expect(readableServer(server, production(`${server}/`))?.href).toBe(`${server}/`);
    expect(readableServer('https://8.8.8.8/fhir', production('https://8.8.8.8/fhir/'))).toBeDefined();
    expect(readableServer(server, production())).toBeUndefined();
    expect(readableServer(server, production('https://ehr.example/other/'))).toBeUndefined();
    expect(readableServer('https://ehr.example:8443/fhir', production(`${server}/`))).toBeUndefined();
    expect(readableServer('http://ehr.example/fhir', production('http://ehr.example/fhir/'))).toBeUndefined();
  });

  describe('a name that stands for this machine', () => {
    let server: Server;
    let connections = 0;
    beforeEach(async () => {
      connections = 0;
      server = createServer((socket) => {
        connections += 1;
        socket.destroy();
      });
      await new Promise<void>((resolve) => {
        server.listen(0, 'localhost', resolve);
      });
    });
    afterEach(async () => {
      await new Promise((resolve) => {
        server.close(resolve);
      });
    });

    const read = (publicOnly: boolean, scheme: string) =>
      fhirClient({ publicOnly })(
        new URL(`${scheme}://localhost:${(server.address() as AddressInfo).port}/fhir/Task`),
        { signal: AbortSignal.timeout(5000), maxBytes: 1000, token: 'a-token' },
      );

    test.each(['https', 'http'])('[G7] is not connected to by %s', async (scheme) => {
      expect(await read(true, scheme)).toEqual({ unread: 'failed' });
      expect(connections).toBe(0);
    });

    test('[G7] is connected to elsewhere, so that the test above can fail', async () => {
      expect(await read(false, 'http')).toEqual({ unread: 'failed' });
      expect(connections).toBeGreaterThan(0);
    });
  });
});

describe('the settings', () => {
  test('[G7] FHIR servers are written in one spelling', () => {
    const { fhirServers } = readSettings(
      { FHIR_SERVERS: ' https://EHR.example/fhir//, http://127.0.0.1:8080/fhir/ ,' },
      [],
    );
    expect(fhirServers).toEqual(['https://ehr.example/fhir/', 'http://127.0.0.1:8080/fhir/']);
  });

  test.each([
    'ehr.example/fhir',
    'ftp://ehr.example/',
    'https://a:b@ehr.example/',
    'https://ehr.example/?x',
    'https://ehr.example/?',
    'https://ehr.example/#',
  ])('[G7] %s is no FHIR server', (server) => {
    expect(mistakesOf({ FHIR_SERVERS: `https://ehr.example/fhir,${server}` })).toEqual([
      expect.stringMatching(/^FHIR_SERVERS: /u),
    ]);
  });

  test('[N2] the deadline and the sizes have defaults', () => {
    expect(readSettings({ DEADLINE_MS: '', BODY_LIMIT: '' }, [])).toMatchObject({
      deadlineMs: 4000,
      bodyLimit: 10 * 1024 * 1024,
      fhirServers: [],
    });
    expect(readSettings({ BODY_LIMIT: '2KB' }, []).bodyLimit).toBe(2048);
    expect(readSettings({ BODY_LIMIT: '300' }, []).bodyLimit).toBe(300);
  });

  test('all mistakes are named at once', () => {
    const names = mistakesOf({
      PORT: '70000',
      DEADLINE_MS: 'soon',
      BODY_LIMIT: 'much',
      FHIR_SERVERS: 'none',
      LOG_LEVEL: 'loud',
      POLICY_PROFILE: 'unheard-of',
      NODE_ENV: 'production',
    }).map((mistake) => mistake.replace(/:.*$/u, ''));
    expect(names.toSorted()).toEqual([
      'BODY_LIMIT',
      'CDS_CLIENTS_FILE',
      'DEADLINE_MS',
      'FHIR_SERVERS',
      'LOG_LEVEL',
      'POLICY_PROFILE',
      'PORT',
      'PUBLIC_URL',
    ]);
  });
});
