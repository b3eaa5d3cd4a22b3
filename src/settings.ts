import { z } from 'zod';

/** The service's settings, read once from the environment. */
export interface Settings {
  readonly port: number;
  readonly host: string;
  readonly policyProfile: string;
  /** Largest request body, as `express.json` takes it (`10mb`). */
  readonly bodyLimit: string;
  readonly logLevel: string;
}

/** Thrown once with every mistake in the settings. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';
}

const LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;

const schema = z.object({
  PORT: z.coerce
    .number('must be a number from 0 to 65535')
    .int('must be a number from 0 to 65535')
    .min(0, 'must be a number from 0 to 65535')
    .max(65_535, 'must be a number from 0 to 65535')
    .default(3000),
  HOST: z.string().min(1).default('127.0.0.1'),
  POLICY_PROFILE: z.string().min(1).default('guideline'),
  BODY_LIMIT: z
    .string()
    .regex(/^\d+(?:b|kb|mb|gb)?$/iu, 'must be a size such as 10mb')
    .default('10mb'),
  LOG_LEVEL: z.enum(LEVELS, `must be one of ${LEVELS.join(', ')}`).default('info'),
  NODE_ENV: z
    .string()
    .refine(
      (value) => value !== 'production',
      'production needs client authentication, which this version does not have yet',
    )
    .default('development'),
});

/**
 * Reads the settings and the names of the known profiles; variables that are empty count as not set.
 * @throws SettingsError that names every mistake
 */
export function readSettings(environment: NodeJS.ProcessEnv, profiles: readonly string[]): Settings {
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
  const parsed = schema.safeParse(given);
  const mistakes = parsed.success ? [] : parsed.error.issues.map((i) => `${i.path.join('.')}: ${i.message}`);
  const profile = given['POLICY_PROFILE'];
  if (profile !== undefined && !profiles.includes(profile)) {
    mistakes.push(`POLICY_PROFILE: must be one of ${profiles.join(', ')}`);
  }
  if (!parsed.success || mistakes.length > 0) throw new SettingsError(mistakes.join('\n'));
  const { data } = parsed;
  return {
    port: data.PORT,
    host: data.HOST,
    policyProfile: data.POLICY_PROFILE,
    bodyLimit: data.BODY_LIMIT,
    logLevel: data.LOG_LEVEL,
  };
}
