import { concepts, wordsOf } from '../../fhir/read';
import type { LineContext } from '../facts/fact';
import type { Selected } from '../record-entry';

export type Refusal = 'coded' | 'in-words' | 'none';

/** Whether the reason for which a procedure was not done is that the patient refused it. */
export function refusalIn(procedure: Selected, context: LineContext): Refusal {
  const reasons = concepts(procedure.resource['statusReason']);
  if (reasons.some((reason) => context.policyData.valueSet('refusals').memberOf(reason))) return 'coded';
  return context.policyData.vocabulary('refusal').test(reasons.map(wordsOf).join('; ')) ? 'in-words' : 'none';
}
