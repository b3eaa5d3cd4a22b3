import { isObject, objects, text, type Json } from '../../src/fhir/read';
import type { Suggestion } from '../../src/present/card';
import type { HookResponse } from '../../src/present/card';

/** The assessments that the cards of an answer carry. */
export function assessments(response: HookResponse): Json[] {
  return response.cards.flatMap((card) => {
    const assessment = card.extension['org.nerve-block-cds.assessment'];
    return isObject(assessment) ? [assessment] : [];
  });
}

/** Every listed criterion as `ID line`, with its status. */
export function statuses(response: HookResponse): Map<string, string> {
  const found = new Map<string, string>();
  for (const assessment of assessments(response)) {
    const codes = objects(assessment['lines']).map((line) => text(line['code']) ?? '');
    for (const criterion of objects(assessment['criteria'])) {
      const about = Array.isArray(criterion['lines']) ? criterion['lines'].map(String) : codes;
      for (const code of about)
        found.set(`${text(criterion['id'])} ${code}`, text(criterion['status']) ?? '');
    }
  }
  return found;
}

/** The criteria whose status differs between two answers, with the status they have afterwards. */
export function changedStatuses(before: HookResponse, after: HookResponse): Record<string, string> {
  const old = statuses(before);
  const now = statuses(after);
  const names = [...new Set([...old.keys(), ...now.keys()])].filter(
    (name) => old.get(name) !== now.get(name),
  );
  return Object.fromEntries(names.map((name) => [name, now.get(name) ?? 'quiet']));
}

/** Applies a suggestion to draft orders the way a CDS Client does. */
export function applied(orders: readonly Json[], suggestion: Suggestion): Json[] {
  let result = [...orders];
  for (const action of suggestion.actions) {
    if (action.type === 'delete') {
      result = result.filter((order) => `ServiceRequest/${text(order['id'])}` !== action.resourceId);
    } else if (action.type === 'create') {
      result = [...result, { ...(action.resource as unknown as Json), id: `created-${result.length}` }];
    } else {
      result = result.map((order) =>
        order['id'] === action.resource.id ? (action.resource as unknown as Json) : order,
      );
    }
  }
  return result;
}
