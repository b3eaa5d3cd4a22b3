import { assess } from '../evaluate/assess';
import { readDraftOrders } from '../gather/draft-orders';
import { evidencedSides } from '../gather/facts/evidenced-sides';
import { buildPatientRecord, type PatientRecord } from '../gather/patient-record';
import { anyAnswered, readPrefetch } from '../gather/prefetch';
import { procedureGroups, type ProcedureGroup } from '../gather/sessions';
import type { Policy, PolicyData, Profile } from '../policy/policy-data';
import type { Card, HookResponse } from '../present/card';
import { presentCard } from '../present/cards';
import { issue, problem, Problem } from '../problem';
import type { Day } from '../time/days';
import { PROFILE_EXTENSION, type HookRequest } from './hook-request';

export interface OrderSignDependencies {
  readonly policyData: PolicyData;
  /** The profile that judges when the request names none. */
  readonly defaultProfile: string;
  /** The day for orders that carry no date of their own. */
  readonly today: () => Day;
  /** A new UUID for each card and suggestion. */
  readonly newId: () => string;
}

interface JudgedGroup {
  readonly group: ProcedureGroup;
  readonly policy: Policy;
}

/** The groups that have a policy; all others are none of ours. */
function groupsWithPolicy(groups: readonly ProcedureGroup[], policyData: PolicyData): JudgedGroup[] {
  return groups.flatMap((group) => {
    const policy = policyData.policies.get(group.family);
    return policy ? [{ group, policy }] : [];
  });
}

function ordersOfPatient(request: HookRequest, policyData: PolicyData) {
  const discSites = policyData.valueSet('disc-level-sites');
  const { orders, foreign } = readDraftOrders(request.draftOrders, request.patientId, discSites);
  if (foreign.length > 0) {
    throw new Problem(
      400,
      foreign.map(({ reference }) =>
        issue(
          'invalid',
          `${reference} is for another patient than context.patientId.`,
          'context.draftOrders',
        ),
      ),
    );
  }
  return orders;
}

function profileOf(request: HookRequest, { policyData, defaultProfile }: OrderSignDependencies): Profile {
  const profile = policyData.profiles.get(request.profile ?? defaultProfile);
  if (profile) return profile;
  const known = [...policyData.profiles.keys()].join(', ');
  throw problem(400, 'value', `extension["${PROFILE_EXTENSION}"] must be one of: ${known}.`);
}

function recordOf(request: HookRequest, policyData: PolicyData): PatientRecord {
  const answers = readPrefetch(policyData.service.prefetch, request.prefetch);
  if (!anyAnswered(answers)) {
    throw problem(
      412,
      'not-found',
      'Nothing of the chart was sent: no evidence key of prefetch holds an answer.',
    );
  }
  return buildPatientRecord(request.patientId, answers);
}

/**
 * Answers one order-sign invocation: reads the draft orders, judges each group of procedures that has a policy, and
 * composes one card a group. Orders that are none of ours are answered before the chart is looked at.
 * @throws Problem 400 for an order of another patient or an unknown profile, 412 when nothing of the chart was sent
 */
export function answerOrderSign(request: HookRequest, dependencies: OrderSignDependencies): HookResponse {
  const { policyData, today, newId } = dependencies;
  const orders = ordersOfPatient(request, policyData);
  const profile = profileOf(request, dependencies);
  const judged = groupsWithPolicy(procedureGroups(orders, policyData, today()), policyData);
  if (judged.length === 0) return { cards: [] };
  const record = recordOf(request, policyData);
  const cards = judged.map(({ group, policy }): Card => {
    const assessment = assess(group, policy, profile, record, policyData);
    const speaker = { policyData, policy, profile: profile.id, unread: record.unread };
    return presentCard({
      assessment,
      speaker,
      patientId: request.patientId,
      evidencedSides: () => evidencedSides(assessment.contexts),
      newId,
    });
  });
  return { cards };
}
