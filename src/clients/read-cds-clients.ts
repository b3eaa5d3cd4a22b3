import { createPublicKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { CORE_SCHEMA, load, YAMLException } from 'js-yaml';
import { z } from 'zod';
import { isObject } from '../fhir/read';
import { baseUrlOf, isFitForProduction, isLoopback } from '../gather/fhir-server/readable-server';
import { ALGORITHMS, USUAL_ALGORITHMS, type CdsClient, type KeySource } from './cds-client';

/** The public sandbox signs with a key that everybody has: whoever calls may sign as it. */
const PUBLIC_SANDBOX = { host: 'sandbox.cds-hooks.org', kid: '44823f3d-0b01-4a6c-a80e-b9d3e8a7226f' };

const PRIVATE_MEMBERS = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'k'];
/** RFC 7518, section 3.3. */
const SHORTEST_RSA_KEY = 2048;

const keySchema = z
  .looseObject({
    kty: z.enum(['EC', 'RSA'], 'must be EC or RSA'),
    kid: z.string('is missing').min(1, 'must not be empty'),
  })
  .refine((key) => !PRIVATE_MEMBERS.some((member) => member in key), 'must be a public key');

const clientSchema = z
  .strictObject({
    iss: z.string('is missing').min(1, 'must not be empty'),
    jku: z.string('must be an address').optional(),
    jwks: z
      .looseObject(
        { keys: z.array(keySchema, 'must be a list').min(1, 'must not be empty') },
        'must be a set of keys',
      )
      .optional(),
    algorithms: z
      .array(z.enum(ALGORITHMS, `must be one of ${ALGORITHMS.join(', ')}`), 'must be a list')
      .min(1, 'must not be empty')
      .default([...USUAL_ALGORITHMS]),
    fhirServers: z.array(z.string('must be an address'), 'must be a list').default([]),
    profile: z.string('must be text').optional(),
    reports: z.enum(['own', 'all'], 'must be own or all').default('own'),
  })
  .refine(({ jku, jwks }) => (jku === undefined) !== (jwks === undefined), 'must have either jku or jwks');

const fileSchema = z.strictObject(
  { clients: z.array(z.unknown(), 'must be a list').min(1, 'must not be empty') },
  'must hold the list `clients`',
);
type ClientEntry = z.output<typeof clientSchema>;
type Key = z.output<typeof keySchema>;

export interface ClientSetting {
  readonly isProduction: boolean;
  /** The ids of all profiles. */
  readonly profiles: readonly string[];
}

/** The clients that a file names, and everything that is wrong with it. */
export interface ReadClients {
  readonly clients: readonly CdsClient[];
  readonly mistakes: readonly string[];
}

/** The algorithms that a key can sign with; nothing for a key that is none. */
function algorithmsOf(key: Key): readonly string[] {
  try {
    const { asymmetricKeyDetails: details } = createPublicKey({ key, format: 'jwk' });
    if (key.kty === 'EC') return { 'P-256': ['ES256'], 'P-384': ['ES384'] }[String(key['crv'])] ?? [];
    return (details?.modulusLength ?? 0) >= SHORTEST_RSA_KEY ? ['RS256', 'RS384'] : [];
  } catch {
    return [];
  }
}

function mistakesOfKeys({ jwks, algorithms }: ClientEntry): string[] {
  const keys = jwks?.keys ?? [];
  const names = algorithms.join(' or ');
  return keys.flatMap((key, i) => [
    ...(algorithmsOf(key).some((algorithm) => algorithms.some((allowed) => allowed === algorithm))
      ? []
      : [`jwks.keys.${i}: is no key for ${names}`]),
    ...(keys.findIndex(({ kid }) => kid === key.kid) < i ? [`jwks.keys.${i}.kid: is used twice`] : []),
  ]);
}

function isSandbox(iss: string, url: URL | undefined, keys: readonly Key[]): boolean {
  const isItsIssuer = URL.canParse(iss) && new URL(iss).hostname === PUBLIC_SANDBOX.host;
  return (
    isItsIssuer || url?.hostname === PUBLIC_SANDBOX.host || keys.some(({ kid }) => kid === PUBLIC_SANDBOX.kid)
  );
}

function mistakesOf(client: ClientEntry, { isProduction, profiles }: ClientSetting): string[] {
  const { iss, jku, jwks, profile, fhirServers } = client;
  const url = jku !== undefined && URL.canParse(jku) ? new URL(jku) : undefined;
  const isSecure = url?.protocol === 'https:' || (!isProduction && url !== undefined && isLoopback(url));
  return [
    ...(jku !== undefined && !isSecure ? [`jku: must be an https address`] : []),
    ...mistakesOfKeys(client),
    ...(profile !== undefined && !profiles.includes(profile)
      ? [`profile: must be one of ${profiles.join(', ')}`]
      : []),
    ...fhirServers.flatMap((server) => {
      const baseUrl = baseUrlOf(server);
      if (baseUrl === undefined) return [`fhirServers: "${server}" is not the base URL of a FHIR server`];
      return isProduction && !isFitForProduction(baseUrl)
        ? [`fhirServers: "${server}" is not read in production: only https and public addresses are`]
        : [];
    }),
    ...(isProduction && isSandbox(iss, url, jwks?.keys ?? [])
      ? ['the key of the public sandbox is public; it cannot be trusted in production']
      : []),
  ];
}

function clientOf({ iss, jku, jwks, algorithms, fhirServers, profile, reports }: ClientEntry): CdsClient {
  const keys: KeySource = jku === undefined ? { jwks: jwks ?? { keys: [] } } : { jku: new URL(jku) };
  return {
    iss,
    keys,
    algorithms,
    fhirServers: fhirServers.flatMap((server) => baseUrlOf(server) ?? []),
    ...(profile !== undefined && { profile }),
    reports,
  };
}

/** Reads the list of trusted clients, in YAML or JSON; nothing is trusted of a file that has a mistake. */
export function readCdsClients(file: string, setting: ClientSetting): ReadClients {
  const wrong = (...mistakes: string[]): ReadClients => ({
    clients: [],
    mistakes: mistakes.map((mistake) => `CDS_CLIENTS_FILE: ${mistake}`),
  });
  let source: string;
  try {
    source = readFileSync(file, 'utf8');
  } catch {
    return wrong('the file cannot be read');
  }
  let content: unknown;
  try {
    content = load(source, { schema: CORE_SCHEMA });
  } catch (error) {
    const line = error instanceof YAMLException ? `; line ${error.mark.line + 1}` : '';
    return wrong(`the file is neither YAML nor JSON${line}`);
  }
  const whole = fileSchema.safeParse(content);
  if (!whole.success)
    return wrong(...whole.error.issues.map(({ path, message }) => [...path, message].join(': ')));
  const entries = whole.data.clients.map((entry) => clientSchema.safeParse(entry));
  const clients = entries.flatMap(({ data }) => data ?? []);
  const issuers = whole.data.clients.map((entry) => (isObject(entry) ? entry['iss'] : undefined));
  const mistakes = entries.flatMap(({ data, error }, i) => {
    const iss = issuers[i];
    const name = typeof iss === 'string' ? `clients.${i} (${iss})` : `clients.${i}`;
    return [
      ...(error?.issues ?? []).map(({ path, message }) =>
        [path.join('.'), message].filter(Boolean).join(': '),
      ),
      ...(data ? mistakesOf(data, setting) : []),
      ...(iss !== undefined && issuers.indexOf(iss) < i ? ['iss: is listed twice'] : []),
    ].map((mistake) => `${name}: ${mistake}`);
  });
  return mistakes.length > 0 ? wrong(...mistakes) : { clients: clients.map(clientOf), mistakes: [] };
}
