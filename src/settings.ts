import { z } from 'zod';
import type { CdsClient } from './clients/cds-client';
import { readCdsClients } from './clients/read-cds-clients';
import { baseUrlOf, isFitForProduction } from './gather/fhir-server/readable-server';

/** The service's settings, read once from the environment. */
export interface Settings {
  readonly port: number;
  readonly host: string;
  readonly isProduction: boolean;
  /** The base URL that clients use, without a slash at its end. */
  readonly publicUrl: string;
  /** Whether calls need a token of one of the clients. */
  readonly isAuthenticated: boolean;
  /** Whether discovery needs none all the same. */
  readonly isDiscoveryOpen: boolean;
  readonly clients: readonly CdsClient[];
  /** Calls a minute of one client; 0: no limit. */
  readonly callsAMinute: number;
  /** `file:<path>` or `postgres://…`. */
  readonly databaseUrl: string;
  /** Days that the decision log and feedback are kept. */
  readonly retentionDays: number;
  readonly policyProfile: string;
  /** FHIR base URLs that may be read, beside those of this machine outside production. */
  readonly fhirServers: readonly string[];
  /** Milliseconds that one invocation may take, its chart reads included. */
  readonly deadlineMs: number;
  /** Whether signing gets no card where everything is met. */
  readonly quietWhenMet: boolean;
  /** Largest request body, in bytes. */
  readonly bodyLimit: number;
  /** Threads that judge what is large. */
  readonly workers: number;
  readonly logLevel: string;
  /** The FHIR server that demos show in place of their own records. */
  readonly demoFhirServer?: string;
}

/** What of the settings judging rests on; nothing of it is secret, and all of it can be handed to a thread. */
export type JudgingSettings = Pick<
  Settings,
  'isProduction' | 'fhirServers' | 'policyProfile' | 'deadlineMs' | 'bodyLimit' | 'publicUrl' | 'quietWhenMet'
>;

export function judgingSettings({
  isProduction,
  fhirServers,
  policyProfile,
  deadlineMs,
  bodyLimit,
  publicUrl,
  quietWhenMet,
}: Settings): JudgingSettings {
  return { isProduction, fhirServers, policyProfile, deadlineMs, bodyLimit, publicUrl, quietWhenMet };
}

/** Thrown once with every mistake in the settings. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';
}

const LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
const BYTES: Readonly<Record<string, number>> = { b: 1, kb: 1024, mb: 1024 ** 2, gb: 1024 ** 3 };

/** `10mb` in bytes. */
function bytesOf(size: string): number {
  const [, count = '', unit = 'b'] = /^(\d+)(\w*)$/u.exec(size) ?? [];
  return Number(count) * (BYTES[unit.toLowerCase() || 'b'] ?? 1);
}

/** A whole number in a range; `kind` says what is counted. */
function whole(kind: string, from: number, to: number) {
  const message = `must be a number${kind} from ${from} to ${to}`;
  return z.coerce.number(message).int(message).min(from, message).max(to, message);
}

function oneOf<const Names extends readonly string[]>(names: Names) {
  return z.enum(names, `must be one of ${names.join(', ')}`);
}

const schema = z.object({
  NODE_ENV: oneOf(['production', 'development', 'test']).default('development'),
  PORT: whole('', 0, 65_535).default(3000),
  HOST: z.string().min(1).default('127.0.0.1'),
  PUBLIC_URL: z
    .string()
    .refine((url) => baseUrlOf(url) !== undefined, 'must be the base URL that clients use')
    .transform((url) => (baseUrlOf(url) ?? url).replace(/\/$/u, ''))
    .optional(),
  AUTH: oneOf(['required', 'off']).optional(),
  DISCOVERY_AUTH: oneOf(['open', 'required']).default('open'),
  CDS_CLIENTS_FILE: z.string().optional(),
  RATE_LIMIT: whole(' of calls a minute', 0, 1_000_000).optional(),
  DATABASE_URL: z
    .string()
    .refine(
      (url) => /^file:./u.test(url) || (/^postgres(?:ql)?:\/\/./u.test(url) && URL.canParse(url)),
      'must be file:<path> or postgres://…',
    )
    .default('file:./data/nerve-block-cds.db'),
  LOG_RETENTION_DAYS: whole(' of days', 1, 36_500).default(365),
  POLICY_PROFILE: z.string().min(1).default('guideline'),
  FHIR_SERVERS: z
    .string()
    .default('')
    .transform((list) => list.split(',').flatMap((url) => url.trim() || [])),
  DEADLINE_MS: whole(' of milliseconds', 100, 60_000).default(4000),
  QUIET_WHEN_MET: z
    .enum(['true', 'false'], 'must be true or false')
    .default('false')
    .transform((value) => value === 'true'),
  BODY_LIMIT: z
    .string()
    .regex(/^[1-9]\d*(?:b|kb|mb|gb)?$/iu, 'must be a size such as 10mb')
    .default('10mb')
    .transform(bytesOf),
  WORKERS: whole(' of threads', 1, 64).default(1),
  DEMO_FHIR_SERVER: z
    .string()
    .refine((url) => baseUrlOf(url) !== undefined, 'must be the base URL of a FHIR server')
    .transform((url) => baseUrlOf(url) ?? url)
    .optional(),
  LOG_LEVEL: oneOf(LEVELS).default('info'),
});

/** Calls a minute of one client in production, where nothing else is set. */
const PRODUCTION_CALLS_A_MINUTE = 6000;

function fhirServerMistakes(listed: readonly string[], isProduction: boolean): string[] {
  return listed.flatMap((url) => {
    const baseUrl = baseUrlOf(url);
    if (baseUrl === undefined) return [`FHIR_SERVERS: "${url}" is not the base URL of a FHIR server`];
    return isProduction && !isFitForProduction(baseUrl)
      ? [`FHIR_SERVERS: "${url}" is not read in production: only https and public addresses are`]
      : [];
  });
}

/** What authentication needs: an address that tokens are for, and clients. */
function accessMistakes(
  given: Readonly<Record<string, string | undefined>>,
  isProduction: boolean,
  isAuthenticated: boolean,
): string[] {
  if (!isAuthenticated)
    return given['DISCOVERY_AUTH'] === 'required' ? ['DISCOVERY_AUTH: needs AUTH=required'] : [];
  const publicUrl = given['PUBLIC_URL'];
  const needsPublicUrl = isProduction || given['PORT'] === '0';
  return [
    ...(publicUrl === undefined && needsPublicUrl
      ? ['PUBLIC_URL: must be set to the base URL that clients use; their tokens are for it']
      : []),
    ...(isProduction && publicUrl !== undefined && !publicUrl.startsWith('https:')
      ? ['PUBLIC_URL: must be an https address in production']
      : []),
    ...(given['CDS_CLIENTS_FILE'] === undefined
      ? ['CDS_CLIENTS_FILE: must be set to the list of CDS clients that may call; AUTH=off lets anybody call']
      : []),
  ];
}

/**
 * Reads the settings and the names of the known profiles; variables that are empty count as not set.
 * @throws SettingsError that names every mistake
 */
export function readSettings(environment: NodeJS.ProcessEnv, profiles: readonly string[]): Settings {
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
  const parsed = schema.safeParse(given);
  const isProduction = given['NODE_ENV'] === 'production';
  const isAuthenticated = (given['AUTH'] ?? (isProduction ? 'required' : 'off')) !== 'off';
  const listed = schema.shape.FHIR_SERVERS.parse(given['FHIR_SERVERS']);
  const clientsFile = given['CDS_CLIENTS_FILE'];
  const { clients, mistakes: clientMistakes } =
    clientsFile === undefined
      ? { clients: [], mistakes: [] }
      : readCdsClients(clientsFile, { isProduction, profiles });
  const profile = given['POLICY_PROFILE'];
  const mistakes = [
    ...(parsed.success ? [] : parsed.error.issues.map((i) => `${i.path.join('.')}: ${i.message}`)),
    ...accessMistakes(given, isProduction, isAuthenticated),
    ...clientMistakes,
    ...fhirServerMistakes(listed, isProduction),
    ...(isProduction && given['DATABASE_URL'] === 'file::memory:'
      ? ['DATABASE_URL: a store in memory forgets what production has to keep']
      : []),
    ...(profile !== undefined && !profiles.includes(profile)
      ? [`POLICY_PROFILE: must be one of ${profiles.join(', ')}`]
      : []),
  ];
  if (!parsed.success || mistakes.length > 0) throw new SettingsError(mistakes.join('\n'));
  const { data } = parsed;
  return {
    port: data.PORT,
    host: data.HOST,
    isProduction,
    publicUrl: data.PUBLIC_URL ?? `http://localhost:${data.PORT}`,
    isAuthenticated,
    isDiscoveryOpen: data.DISCOVERY_AUTH === 'open',
    clients,
    callsAMinute: data.RATE_LIMIT ?? (isProduction ? PRODUCTION_CALLS_A_MINUTE : 0),
    databaseUrl: data.DATABASE_URL,
    retentionDays: data.LOG_RETENTION_DAYS,
    policyProfile: data.POLICY_PROFILE,
    fhirServers: listed.flatMap((url) => baseUrlOf(url) ?? []),
    deadlineMs: data.DEADLINE_MS,
    quietWhenMet: data.QUIET_WHEN_MET,
    bodyLimit: data.BODY_LIMIT,
    workers: data.WORKERS,
    logLevel: data.LOG_LEVEL,
    ...(data.DEMO_FHIR_SERVER !== undefined && { demoFhirServer: data.DEMO_FHIR_SERVER }),
  };
}
