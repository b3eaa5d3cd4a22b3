import { readFileSync } from 'node:fs';
import { CORE_SCHEMA, load } from 'js-yaml';
import { z } from 'zod';
import { baseUrlOf, isFitForProduction, isLoopback } from '../gather/fhir-server/readable-server';
import { ALGORITHMS, USUAL_ALGORITHMS, type CdsClient, type KeySource } from './cds-client';

/** Its private key is public: whoever calls may sign as it. */
const PUBLIC_SANDBOX = 'https://sandbox.cds-hooks.org';

const PRIVATE_MEMBERS = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'k'];

const keySchema = z
  .looseObject({
    kty: z.enum(['EC', 'RSA'], 'must be EC or RSA'),
    kid: z.string('is missing').min(1, 'must not be empty'),
  })
  .refine((key) => !PRIVATE_MEMBERS.some((member) => member in key), 'must be a public key');

const clientSchema = z
  .strictObject({
    iss: z.string('is missing').min(1, 'must not be empty'),
    jku: z.string().optional(),
    jwks: z.looseObject({ keys: z.array(keySchema).min(1, 'must not be empty') }).optional(),
    algorithms: z
      .array(z.enum(ALGORITHMS, `must be one of ${ALGORITHMS.join(', ')}`))
      .min(1, 'must not be empty')
      .default([...USUAL_ALGORITHMS]),
    fhirServers: z.array(z.string()).default([]),
    profile: z.string().optional(),
    reports: z.enum(['own', 'all'], 'must be own or all').default('own'),
  })
  .refine(({ jku, jwks }) => (jku === undefined) !== (jwks === undefined), 'must have either jku or jwks');

const fileSchema = z.strictObject({
  clients: z.array(clientSchema, 'must be a list').min(1, 'must not be empty'),
});
type ClientEntry = z.output<typeof clientSchema>;

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

function mistakesOf(client: ClientEntry, { isProduction, profiles }: ClientSetting): string[] {
  const { iss, jku, profile, fhirServers } = client;
  const url = jku !== undefined && URL.canParse(jku) ? new URL(jku) : undefined;
  const isSecure = url?.protocol === 'https:' || (!isProduction && url !== undefined && isLoopback(url));
  return [
    ...(jku !== undefined && !isSecure ? [`jku: must be an https address`] : []),
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
    ...(isProduction && iss === PUBLIC_SANDBOX
      ? ['iss: the key of the public sandbox is public; it cannot be trusted in production']
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
  } catch {
    return wrong('the file is neither YAML nor JSON');
  }
  const parsed = fileSchema.safeParse(content);
  if (!parsed.success)
    return wrong(
      ...parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'the file'}: ${message}`),
    );
  const { clients } = parsed.data;
  const mistakes = clients.flatMap((client, i) =>
    [
      ...mistakesOf(client, setting),
      ...(clients.findIndex(({ iss }) => iss === client.iss) < i ? ['iss: is listed twice'] : []),
    ].map((mistake) => `clients.${i}.${mistake}`),
  );
  return mistakes.length > 0 ? wrong(...mistakes) : { clients: clients.map(clientOf), mistakes: [] };
}
