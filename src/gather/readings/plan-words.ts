import { concepts, notes, objects, text, wordsOf, type Json } from '../../fhir/read';

/** All that a Task, CarePlan or Procedure says in words: title, description, categories, steps and notes. */
export function wordsOfPlan(resource: Json): string {
  const described = [resource['title'], resource['description']].flatMap((value) => text(value) ?? []);
  const categories = concepts(resource['category']).map(wordsOf);
  const steps = objects(resource['activity']).flatMap((activity) =>
    objects(activity['detail']).flatMap((detail) => text(detail['description']) ?? []),
  );
  return [...described, ...categories, ...steps, ...notes(resource['note'])].join('\n');
}
