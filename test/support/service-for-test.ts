import { join } from 'node:path';
import type { Express } from 'express';
import { pino } from 'pino';
import { createApp } from '../../src/app';
import { FACTS } from '../../src/gather/facts';
import { answerOrderSign } from '../../src/hooks/order-sign';
import { readHookRequest } from '../../src/hooks/hook-request';
import { loadPolicyData } from '../../src/policy/load';
import type { PolicyData } from '../../src/policy/policy-data';
import type { HookResponse } from '../../src/present/card';
import { parseExactDay } from '../../src/time/days';

export const ROOT = join(__dirname, '..', '..');
export const FIXTURES = join(ROOT, 'fhir-fixtures');
export const POLICIES = join(ROOT, 'cds-services');

export const policyData: PolicyData = loadPolicyData(POLICIES, FACTS);

/** Ids that count up, so that golden answers are exact. */
export function countingIds(): () => string {
  let count = 0;
  return () => {
    count += 1;
    return `00000000-0000-4000-8000-${String(count).padStart(12, '0')}`;
  };
}

function dependencies() {
  return {
    policyData,
    defaultProfile: 'guideline',
    today: () => parseExactDay('2026-03-16') ?? 0,
    newId: countingIds(),
  };
}

/** The HTTP service as it runs, silent and with a fixed day. */
export function appForTest(options: { bodyLimit?: string } = {}): Express {
  return createApp({
    ...dependencies(),
    bodyLimit: options.bodyLimit ?? '10mb',
    logger: pino({ level: 'silent' }),
  });
}

/** The answer to a hook request as it is, for bodies that cannot be copied by way of JSON. */
export function answerAsReceived(request: unknown): HookResponse {
  return answerOrderSign(readHookRequest(request, 'order-sign'), dependencies());
}

/** The answer to a hook request without HTTP. A copy goes in, so that nothing can lean on shared objects. */
export function answer(request: unknown): HookResponse {
  const copy: unknown = JSON.parse(JSON.stringify(request));
  return answerAsReceived(copy);
}
