import { randomUUID } from 'node:crypto';
import { fhirClient } from '../gather/fhir-server/fhir-client';
import type { PolicyData } from '../policy/policy-data';
import type { JudgingSettings } from '../settings';
import { parseExactDay } from '../time/days';
import type { HookDependencies } from './answer';

/** The wall clock's day, in UTC; only orders without a date of their own are judged for it. */
function today(): number {
  return parseExactDay(new Date().toISOString().slice(0, 10)) ?? 0;
}

/** What answering a hook rests on, as the settings say. */
export function hookDependencies(settings: JudgingSettings, policyData: PolicyData): HookDependencies {
  const { isProduction, fhirServers, policyProfile, deadlineMs, bodyLimit } = settings;
  return {
    policyData,
    defaultProfile: policyProfile,
    today,
    newId: randomUUID,
    publicUrl: settings.publicUrl,
    quietWhenMet: settings.quietWhenMet,
    fhirAccess: { servers: fhirServers, isProduction },
    fhirClient: fhirClient({ publicOnly: isProduction }),
    deadlineMs,
    chartLimit: bodyLimit,
  };
}
