import { wordsOf } from '../../fhir/read';
import type { FactContext, LineContext } from '../facts/fact';
import type { Selection } from '../patient-record';
import type { Selected } from '../record-entry';
import { wordsOfPlan } from './plan-words';

function distinct(entries: readonly Selected[]): Selected[] {
  return [...new Map(entries.map((entry) => [entry.reference, entry])).values()];
}

/** Exercise counts as directed unless its words say that the patient chose or only reported it. */
function isDirected({ resource, concepts: names }: Selected, context: LineContext): boolean {
  const words = [...names.map(wordsOf), wordsOfPlan(resource)].join('\n');
  return !context.policyData.vocabulary('notDirected').test(words);
}

/** Therapy, directed home exercise, and where the profile counts it chiropractic treatment. */
export function activeTreatments(context: FactContext<'chiropracticCounts'>): Selection {
  const selections = [
    context.select('physicalTherapySessions'),
    context.select('homeExercise'),
    context.select('homeExerciseByCategory'),
    ...(context.setting('chiropracticCounts') ? [context.select('chiropracticSessions')] : []),
  ];
  return {
    items: distinct(selections.flatMap(({ items }) => items)).filter((entry) => isDirected(entry, context)),
    unread: [...new Set(selections.flatMap(({ unread }) => unread))],
  };
}
