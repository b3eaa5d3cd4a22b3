import { states, statesBefore } from '../../fhir/narrative';
import { concepts, notes, wordsOf } from '../../fhir/read';
import type { LineContext } from '../facts/fact';
import type { Selected } from '../record-entry';

export type Result = 'failed' | 'succeeded' | 'succeeded-in-words';

/** What the record says came of a treatment; partial or temporary relief is failure, silence is undefined. */
export function resultOf(entry: Selected, context: LineContext): Result | undefined {
  const { resource } = entry;
  const outcome = [...concepts(resource['outcome']), ...concepts(resource['statusReason'])];
  if (outcome.some((concept) => context.policyData.valueSet('outcome-failure').memberOf(concept)))
    return 'failed';
  if (outcome.some((concept) => context.policyData.valueSet('outcome-success').memberOf(concept)))
    return 'succeeded';
  const reasons = outcome.map(wordsOf).join('\n');
  const inNotes = notes(resource['note']).join('\n');
  const { policyData } = context;
  if (statesBefore(reasons, policyData.vocabulary('careFailed'))) return 'failed';
  if (statesBefore(inNotes, policyData.vocabulary('careFailedInNote'))) return 'failed';
  return states(`${reasons}\n${inNotes}`, policyData.vocabulary('careSucceeded'))
    ? 'succeeded-in-words'
    : undefined;
}
