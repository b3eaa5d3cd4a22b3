import { z } from 'zod';
import { baseUrlOf, isFitForProduction } from './gather/fhir-server/readable-server';

/** The service's settings, read once from the environment. */
export interface Settings {
  readonly port: number;
  readonly host: string;
  readonly isProduction: boolean;
  readonly policyProfile: string;
  /** FHIR base URLs that may be read, beside those of this machine outside production. */
  readonly fhirServers: readonly string[];
  /** Milliseconds that one invocation may take, its chart reads included. */
  readonly deadlineMs: number;
  /** Whether signing gets no card where everything is met. */
  readonly quietWhenMet: boolean;
  /** Largest request body, in bytes. */
  readonly bodyLimit: number;
  readonly logLevel: string;
  /** The FHIR server that demos show in place of their own records. */
  readonly demoFhirServer?: string;
}

/** Thrown once with every mistake in the settings. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';
}

const LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
const BYTES: Readonly<Record<string, number>> = { b: 1, kb: 1024, mb: 1024 ** 2, gb: 1024 ** 3 };

const PORT_RANGE = 'must be a number from 0 to 65535';
const MILLISECONDS = 'must be a number of milliseconds from 100 to 60000';

/** `10mb` in bytes. */
function bytesOf(size: string): number {
  const [, count = '', unit = 'b'] = /^(\d+)(\w*)$/u.exec(size) ?? [];
  return Number(count) * (BYTES[unit.toLowerCase() || 'b'] ?? 1);
}

const schema = z.object({
  PORT: z.coerce.number(PORT_RANGE).int(PORT_RANGE).min(0, PORT_RANGE).max(65_535, PORT_RANGE).default(3000),
  HOST: z.string().min(1).default('127.0.0.1'),
  POLICY_PROFILE: z.string().min(1).default('guideline'),
  FHIR_SERVERS: z
    .string()
    .default('')
    .transform((list) => list.split(',').flatMap((url) => url.trim() || [])),
  DEADLINE_MS: z.coerce
    .number(MILLISECONDS)
    .int(MILLISECONDS)
    .min(100, MILLISECONDS)
    .max(60_000, MILLISECONDS)
    .default(4000),
  QUIET_WHEN_MET: z
    .enum(['true', 'false'], 'must be true or false')
    .default('false')
    .transform((value) => value === 'true'),
  BODY_LIMIT: z
    .string()
    .regex(/^[1-9]\d*(?:b|kb|mb|gb)?$/iu, 'must be a size such as 10mb')
    .default('10mb')
    .transform(bytesOf),
  DEMO_FHIR_SERVER: z
    .string()
    .refine((url) => baseUrlOf(url) !== undefined, 'must be the base URL of a FHIR server')
    .transform((url) => baseUrlOf(url) ?? url)
    .optional(),
  LOG_LEVEL: z.enum(LEVELS, `must be one of ${LEVELS.join(', ')}`).default('info'),
  NODE_ENV: z
    .string()
    .refine(
      (value) => value !== 'production',
      'production needs client authentication, which this version does not have yet',
    )
    .default('development'),
});

function fhirServerMistakes(listed: readonly string[], isProduction: boolean): string[] {
  return listed.flatMap((url) => {
    const baseUrl = baseUrlOf(url);
    if (baseUrl === undefined) return [`FHIR_SERVERS: "${url}" is not the base URL of a FHIR server`];
    return isProduction && !isFitForProduction(baseUrl)
      ? [`FHIR_SERVERS: "${url}" is not read in production: only https and public addresses are`]
      : [];
  });
}

/**
 * Reads the settings and the names of the known profiles; variables that are empty count as not set.
 * @throws SettingsError that names every mistake
 */
export function readSettings(environment: NodeJS.ProcessEnv, profiles: readonly string[]): Settings {
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
  const parsed = schema.safeParse(given);
  const isProduction = given['NODE_ENV'] === 'production';
  const listed = schema.shape.FHIR_SERVERS.parse(given['FHIR_SERVERS']);
  const mistakes = [
    ...(parsed.success ? [] : parsed.error.issues.map((i) => `${i.path.join('.')}: ${i.message}`)),
    ...fhirServerMistakes(listed, isProduction),
  ];
  const profile = given['POLICY_PROFILE'];
  if (profile !== undefined && !profiles.includes(profile)) {
    mistakes.push(`POLICY_PROFILE: must be one of ${profiles.join(', ')}`);
  }
  if (!parsed.success || mistakes.length > 0) throw new SettingsError(mistakes.join('\n'));
  const { data } = parsed;
  return {
    port: data.PORT,
    host: data.HOST,
    isProduction,
    policyProfile: data.POLICY_PROFILE,
    fhirServers: listed.flatMap((url) => baseUrlOf(url) ?? []),
    deadlineMs: data.DEADLINE_MS,
    quietWhenMet: data.QUIET_WHEN_MET,
    bodyLimit: data.BODY_LIMIT,
    logLevel: data.LOG_LEVEL,
    ...(data.DEMO_FHIR_SERVER !== undefined && { demoFhirServer: data.DEMO_FHIR_SERVER }),
  };
}
