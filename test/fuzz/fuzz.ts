import { answerCall, type Call } from '../../src/hooks/invocation';
import { isObject, type Json } from '../../src/fhir/read';
import { EVERY_CASE } from '../contract/every-scenario';
import { brokenRules } from '../support/card-rules';
import { dependenciesForTest } from '../support/service-for-test';
import { mutate, written } from './mutations';
import { randomOf, type Random } from './random';
import { oddValues } from './values';

/** Words that stand only in resources of another patient. */
const OTHERS = 'Qx7 other patient';
const OTHER_SUBJECT = { reference: 'Patient/qx7-other' };

function ofAnotherPatient(type: string): Json {
  const named = {
    coding: [{ system: 'http://hl7.org/fhir/sid/icd-10-cm', code: 'M54.16', display: OTHERS }],
    text: OTHERS,
  };
  return {
    resourceType: type,
    id: `qx7-${type}`,
    status: type === 'Observation' || type === 'DiagnosticReport' ? 'final' : 'active',
    subject: OTHER_SUBJECT,
    patient: OTHER_SUBJECT,
    code: named,
    medicationCodeableConcept: named,
    note: [{ text: OTHERS }],
    conclusion: OTHERS,
    valueString: OTHERS,
    effectiveDateTime: '2026-03-01',
  };
}

/** Puts resources of another patient among those of the chart. */
function withOthers(request: Json, random: Random): void {
  const { prefetch } = request;
  if (!isObject(prefetch)) return;
  for (const bundle of Object.values(prefetch)) {
    const entry = isObject(bundle) ? bundle['entry'] : undefined;
    const [first] = Array.isArray(entry) ? (entry as unknown[]) : [];
    const type =
      isObject(first) && isObject(first['resource']) ? first['resource']['resourceType'] : undefined;
    if (Array.isArray(entry) && typeof type === 'string' && random.onceIn(2))
      entry.push({ resource: ofAnotherPatient(type) });
  }
}

/** Orders by the thousand, now and then. */
function withManyOrders(request: Json, random: Random): void {
  const context = request['context'];
  const orders = isObject(context) ? context['draftOrders'] : undefined;
  const entry = isObject(orders) ? orders['entry'] : undefined;
  if (!Array.isArray(entry) || entry.length === 0) return;
  const [first] = entry as unknown[];
  const count = random.pick([50, 150, 3000]);
  for (let i = 0; i < count; i += 1) {
    const resource = isObject(first) && isObject(first['resource']) ? first['resource'] : {};
    entry.push({ resource: { ...resource, id: `many-${i}` } });
  }
}

/** The body that has a number under a seed. */
export function bodyOf(seed: number, number: number, odd: readonly unknown[]): Buffer {
  const random = randomOf(seed * 1_000_003 + number);
  const { body } = random.pick(EVERY_CASE);
  const request: Record<string, unknown> = structuredClone(body);
  mutate(request, random, odd);
  if (random.onceIn(3)) withOthers(request, random);
  if (random.onceIn(400)) withManyOrders(request, random);
  return written(request, random);
}

const REFUSALS = [400, 412];

/** What is wrong with an answer; nothing, if it is as it must be. */
function faultsOf(status: number, body: string): string[] {
  const faults: string[] = [];
  const answer: unknown = JSON.parse(body);
  if (status === 200) faults.push(...brokenRules(answer));
  else if (!REFUSALS.includes(status)) faults.push(`the status is ${status}`);
  else if (!isObject(answer) || answer['resourceType'] !== 'OperationOutcome')
    faults.push('the refusal is no OperationOutcome');
  if (body.includes(OTHERS)) faults.push('it tells of another patient');
  if (Object.hasOwn(Object.prototype, 'polluted')) faults.push('the prototype of all objects has changed');
  return faults;
}

export interface Fault {
  readonly number: number;
  readonly faults: readonly string[];
}

export interface Run {
  readonly seed: number;
  readonly from: number;
  /** Whether another body is to be sent after so many. */
  readonly goesOn: (done: number) => boolean;
  readonly onFault: (fault: Fault) => void;
}

export interface Ran {
  readonly bodies: number;
  readonly byStatus: ReadonlyMap<number, number>;
  readonly cards: number;
  readonly slowest: { readonly number: number; readonly milliseconds: number };
}

/** Sends one body after the other to the service, as it is behind HTTP, and looks at every answer. */
export async function fuzz({ seed, from, goesOn, onFault }: Run): Promise<Ran> {
  const dependencies = dependenciesForTest();
  const call: Call = { service: 'nerve-block-order-sign', hook: 'order-sign' };
  const odd = oddValues(seed);
  const byStatus = new Map<number, number>();
  let slowest = { number: from, milliseconds: 0 };
  let [bodies, cards] = [0, 0];
  for (let number = from; goesOn(bodies); number += 1) {
    const body = bodyOf(seed, number, odd);
    // Time of its own: how busy the machine is with other things says nothing.
    const begun = process.cpuUsage();
    try {
      const { status, body: text } = await answerCall(body, call, dependencies, new AbortController().signal);
      const { user, system } = process.cpuUsage(begun);
      const milliseconds = (user + system) / 1000;
      if (milliseconds > slowest.milliseconds) slowest = { number, milliseconds };
      byStatus.set(status, (byStatus.get(status) ?? 0) + 1);
      cards += text.split('"selectionBehavior"').length - 1;
      const faults = faultsOf(status, text);
      if (milliseconds > dependencies.deadlineMs) faults.push(`it took ${milliseconds.toFixed(0)} ms`);
      if (faults.length > 0) onFault({ number, faults });
    } catch (error) {
      onFault({ number, faults: [error instanceof Error ? (error.stack ?? error.message) : String(error)] });
    }
    bodies += 1;
  }
  return { bodies, byStatus, cards, slowest };
}
