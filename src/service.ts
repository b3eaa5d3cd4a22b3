import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { Express } from 'express';
import { createApp } from './app';
import { authenticator } from './clients/authenticate';
import { tokenUses } from './clients/token-uses';
import { demoRoutes } from './demo/demo-routes';
import { FACTS } from './gather/facts';
import { hookDependencies } from './hooks/dependencies';
import { judgingHere } from './hooks/judging';
import { judgingInThreads } from './hooks/judging-threads';
import { startHttpServer, type HttpServer } from './operations/http-server';
import { createLogger, errorCode, errorFields } from './operations/log';
import { createMetrics, type StoreOperation } from './operations/metrics';
import { watchOverload } from './operations/overload';
import { pageRoutes } from './pages/page-routes';
import { compilePolicyData, POLICY_FOLDER } from './policy/load';
import { readPolicyFiles } from './policy/policy-files';
import { judgingSettings, readSettings, SettingsError, type Settings } from './settings';
import { decisionLog } from './store/decision-log';
import { fileOf } from './store/database';
import { openStore, type Store } from './store/store';

/** The service as it runs, and how to stop it. */
export interface RunningService {
  readonly url: string;
  /** Finishes what it has accepted and stores what it has to keep. */
  stop(): Promise<void>;
}

const FIXTURES = join(__dirname, '..', 'fhir-fixtures');

/** Bodies up to so many bytes are judged where they come in: with one thread, and with several that share the work. */
const SMALL_FOR_ONE = 2 ** 20;
const SMALL_FOR_MANY = 256 * 1024;

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Another replica's clock may be behind, by which a token has not expired yet. */
const CLOCKS_DIFFER_MS = 5 * 60_000;
/** Beyond the deadline of an invocation: for bodies that are still on their way. */
const STOPPING_MS = 5000;
/** For a store that does not answer. */
const STORE_PATIENCE_MS = 3000;

/** Opens the store; an embedded one that cannot be opened is a mistake in the settings. */
function storeOf({ databaseUrl }: Settings): Store {
  try {
    return openStore(databaseUrl);
  } catch (error) {
    const { kind } = errorFields(error);
    throw new SettingsError(`DATABASE_URL: ${fileOf(databaseUrl) ?? 'the store'} cannot be opened (${kind})`);
  }
}

/** What PostgreSQL says where waiting is no help: the user, the password or the database is another one. */
const REFUSED_BY_SERVER: readonly string[] = ['28P01', '28000', '3D000'];

/**
 * Makes the tables before the first call. A server that is down is tried again by each call.
 * @throws SettingsError if the server is there and refuses
 */
async function prepare(store: Store, onFailure: (error: unknown) => void): Promise<void> {
  try {
    await store.check();
  } catch (error) {
    const code = errorCode(error) ?? '';
    if (REFUSED_BY_SERVER.includes(code))
      throw new SettingsError(`DATABASE_URL: the server refuses its user, password or database (${code})`);
    onFailure(error);
  }
}

const NOT_LISTENING: Readonly<Record<string, string>> = {
  EADDRINUSE: 'PORT: is in use',
  EACCES: 'PORT: may not be used',
  EADDRNOTAVAIL: 'HOST: is no address of this machine',
  ENOTFOUND: 'HOST: is no address of this machine',
};

/** Listens, or says which setting keeps it from that. */
async function listen(app: Express, { port, host }: Settings): Promise<HttpServer> {
  try {
    return await startHttpServer(app, port, host);
  } catch (error) {
    const sentence = NOT_LISTENING[errorCode(error) ?? ''];
    throw sentence === undefined ? error : new SettingsError(`${sentence} (${host}:${port})`);
  }
}

/** Settles when the work does, or when time has run out: what hangs must not keep the process from stopping. */
async function atMost(milliseconds: number, work: Promise<void>): Promise<void> {
  const timer = new AbortController();
  await Promise.race([work, setTimeout(milliseconds, undefined, { signal: timer.signal, ref: false })]);
  timer.abort();
}

/**
 * Loads the policies, reads the settings and listens. This is the one place where the parts are put together.
 * @throws PolicyError or SettingsError, before anything is answered
 */
export async function startService(environment: NodeJS.ProcessEnv): Promise<RunningService> {
  const policyFiles = readPolicyFiles(POLICY_FOLDER);
  const policyData = compilePolicyData(policyFiles, FACTS);
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
    store.forget(new Date(now.getTime() - CLOCKS_DIFFER_MS), keptSince).catch(failed('forget'));
  };
  await prepare(store, failed('check'));
  forget();
  const forgetting = setInterval(forget, HOUR_MS).unref();

  const judging = judgingInThreads(judgingHere(hookDependencies(settings, policyData)), settings.workers, {
    settings: judgingSettings(settings),
    policyFiles,
    smallBytes: settings.workers === 1 ? SMALL_FOR_ONE : SMALL_FOR_MANY,
    onLoss: (error) => logger.error(errorFields(error), 'a judging thread was lost'),
  });
  const overload = watchOverload(settings.deadlineMs);
  let isStopping = false;
  const app = createApp({
    ...settings,
    policyData,
    judging,
    overload,
    ...(settings.isAuthenticated && {
      authenticate: authenticator(settings.clients, tokenUses(store, { onFailure: failed('use-token') })),
    }),
    logger,
    metrics,
    store,
    decisions,
    storeFailed,
    pages: pageRoutes(POLICY_FOLDER, [...policyData.policies.keys()]),
    isStopping: () => isStopping,
    ...(!settings.isProduction && { demo: demoRoutes(FIXTURES, policyData, settings.demoFhirServer) }),
  });
  const server = await listen(app, settings).catch(async (error: unknown) => {
    clearInterval(forgetting);
    await Promise.all([store.close(), judging.stop()]);
    throw error;
  });
  judging.start();
  // Whatever the log level: whoever starts it has to know.
  if (!settings.isAuthenticated)
    process.stderr.write('Client authentication is off: anybody who reaches the service may call it.\n');
  const stop = async (): Promise<void> => {
    isStopping = true;
    logger.info('stopping');
    clearInterval(forgetting);
    await server.stop(settings.deadlineMs + STOPPING_MS);
    overload.stop();
    await judging.stop();
    await atMost(STORE_PATIENCE_MS, decisions.close().catch(failed('add-decisions')));
    await atMost(STORE_PATIENCE_MS, store.close());
    const waiting = decisions.waiting();
    if (waiting > 0) {
      logger.error({ waiting }, 'stopped; decisions that the store did not take are lost');
      throw new Error(`${waiting} decisions are lost`);
    }
    logger.info('stopped');
  };
  let stopped: Promise<void> | undefined;
  return { url: server.url, stop: () => (stopped ??= stop()) };
}
