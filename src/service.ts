import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { createApp } from './app';
import { authenticator } from './clients/authenticate';
import { tokenUses } from './clients/token-uses';
import { demoRoutes } from './demo/demo-routes';
import { FACTS } from './gather/facts';
import { fhirClient } from './gather/fhir-server/fhir-client';
import type { HookDependencies } from './hooks/answer';
import { startHttpServer } from './operations/http-server';
import { createLogger, errorFields } from './operations/log';
import { createMetrics, type StoreOperation } from './operations/metrics';
import { loadPolicyData } from './policy/load';
import type { PolicyData } from './policy/policy-data';
import { readSettings, SettingsError, type Settings } from './settings';
import { decisionLog } from './store/decision-log';
import { fileOf } from './store/database';
import { openStore, type Store } from './store/store';
import { parseExactDay } from './time/days';

/** The service as it runs, and how to stop it. */
export interface RunningService {
  readonly url: string;
  /** Finishes what it has accepted and stores what it has to keep. */
  stop(): Promise<void>;
}

export const POLICY_FOLDER = join(__dirname, '..', 'cds-services');
const FIXTURES = join(__dirname, '..', 'fhir-fixtures');

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Beyond the deadline of an invocation: for bodies that are still on their way. */
const STOPPING_MS = 5000;

/** The wall clock's day, in UTC; only orders without a date of their own are judged for it. */
function today(): number {
  return parseExactDay(new Date().toISOString().slice(0, 10)) ?? 0;
}

/** What answering a hook rests on, as the settings say. */
export function hookDependencies(settings: Settings, policyData: PolicyData): HookDependencies {
  const { isProduction, fhirServers, policyProfile, deadlineMs, bodyLimit } = settings;
  return {
    policyData,
    defaultProfile: policyProfile,
    today,
    newId: randomUUID,
    quietWhenMet: settings.quietWhenMet,
    fhirAccess: { servers: fhirServers, isProduction },
    fhirClient: fhirClient({ publicOnly: isProduction }),
    deadlineMs,
    chartLimit: bodyLimit,
  };
}

/** Opens the store; an embedded one that cannot be opened is a mistake in the settings. */
function storeOf({ databaseUrl }: Settings): Store {
  try {
    return openStore(databaseUrl);
  } catch (error) {
    const { kind } = errorFields(error);
    throw new SettingsError(`DATABASE_URL: ${fileOf(databaseUrl) ?? 'the store'} cannot be opened (${kind})`);
  }
}

/** What belongs in the log before anything is answered. */
function warn({ isAuthenticated, isProduction }: Settings, logger: Logger): void {
  if (isAuthenticated) return;
  const sentence = 'client authentication is off: anybody who reaches the service may call it';
  if (isProduction) logger.error(sentence);
  else logger.warn(sentence);
}

/**
 * Loads the policies, reads the settings and listens. This is the one place where the parts are put together.
 * @throws PolicyError or SettingsError, before anything listens
 */
export async function startService(environment: NodeJS.ProcessEnv): Promise<RunningService> {
  const policyData = loadPolicyData(POLICY_FOLDER, FACTS);
  const settings = readSettings(environment, [...policyData.profiles.keys()]);
  const logger = createLogger(settings.logLevel);
  const store = storeOf(settings);
  const metrics = createMetrics((): number => decisions.waiting());
  const storeFailed = (operation: StoreOperation, error: unknown): void => {
    metrics.storeFailed(operation);
    logger.error(errorFields(error), `the store failed to ${operation}`);
  };
  const failed =
    (operation: StoreOperation) =>
    (error: unknown): void =>
      storeFailed(operation, error);
  const decisions = decisionLog(store, {
    onFailure: failed('add-decisions'),
    onLoss: () => metrics.decisionLost(),
  });
  const forget = (): void => {
    const now = new Date();
    const keptSince = new Date(now.getTime() - settings.retentionDays * DAY_MS);
    store.forget(now, keptSince).catch(failed('forget'));
  };
  // The tables are made before the first call; a server that is down is tried again by it.
  await store.check().catch(failed('check'));
  forget();
  const forgetting = setInterval(forget, HOUR_MS).unref();

  let isStopping = false;
  const app = createApp({
    ...hookDependencies(settings, policyData),
    ...settings,
    ...(settings.isAuthenticated && {
      authenticate: authenticator(settings.clients, tokenUses(store, failed('use-token'))),
    }),
    logger,
    metrics,
    store,
    decisions,
    storeFailed,
    isStopping: () => isStopping,
    ...(!settings.isProduction && { demo: demoRoutes(FIXTURES, policyData, settings.demoFhirServer) }),
  });
  const server = await startHttpServer(app, settings.port, settings.host);
  warn(settings, logger);
  const stop = async (): Promise<void> => {
    isStopping = true;
    clearInterval(forgetting);
    await server.stop(settings.deadlineMs + STOPPING_MS);
    await decisions.close().catch(failed('add-decisions'));
    await store.close();
  };
  let stopped: Promise<void> | undefined;
  return { url: server.url, stop: () => (stopped ??= stop()) };
}
