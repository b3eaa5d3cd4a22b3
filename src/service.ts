import { randomUUID } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { pino } from 'pino';
import { createApp } from './app';
import { demoRoutes } from './demo/demo-routes';
import { FACTS } from './gather/facts';
import { fhirClient } from './gather/fhir-server/fhir-client';
import type { HookDependencies } from './hooks/answer';
import { loadPolicyData } from './policy/load';
import type { PolicyData } from './policy/policy-data';
import { readSettings, type Settings } from './settings';
import { parseExactDay } from './time/days';

/** The service as it runs, and how to stop it. */
export interface RunningService {
  readonly url: string;
  stop(): Promise<void>;
}

export const POLICY_FOLDER = join(__dirname, '..', 'cds-services');
const FIXTURES = join(__dirname, '..', 'fhir-fixtures');

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

function listen(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

/**
 * Loads the policies, reads the settings and listens. This is the one place where the parts are put together.
 * @throws PolicyError or SettingsError, before anything listens
 */
export async function startService(environment: NodeJS.ProcessEnv): Promise<RunningService> {
  const policyData = loadPolicyData(POLICY_FOLDER, FACTS);
  const settings = readSettings(environment, [...policyData.profiles.keys()]);
  const logger = pino({ level: settings.logLevel });
  const app = createApp({
    ...hookDependencies(settings, policyData),
    bodyLimit: settings.bodyLimit,
    logger,
    ...(!settings.isProduction && { demo: demoRoutes(FIXTURES, policyData, settings.demoFhirServer) }),
  });
  const server = createServer(app);
  await listen(server, settings.port, settings.host);
  const { port } = server.address() as AddressInfo;
  const host = settings.host.includes(':') ? `[${settings.host}]` : settings.host;
  return {
    url: `http://${host}:${port}`,
    stop: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error ? reject(error) : resolve()));
        server.closeIdleConnections();
      }),
  };
}
