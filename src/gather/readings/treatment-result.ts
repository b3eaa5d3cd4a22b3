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
  const words = [...outcome.map(wordsOf), ...notes(resource['note'])].join('\n');
  if (statesBefore(words, context.policyData.vocabulary('careFailed'))) return 'failed';
  return states(words, context.policyData.vocabulary('careSucceeded')) ? 'succeeded-in-words' : undefined;
}
