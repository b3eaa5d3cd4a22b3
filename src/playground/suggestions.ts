import { text, type Json } from '../fhir/read';
import type { Action, Suggestion } from './cds-hooks';

/** What a CDS Client holds while an order is being written. */
export interface Draft {
  readonly orders: readonly Json[];
  /** What suggestions created in the record: tasks and documents. */
  readonly created: readonly Json[];
}

/** `Type/id`. */
export function referenceTo(resource: Json): string {
  return `${text(resource['resourceType']) ?? ''}/${text(resource['id']) ?? ''}`;
}

/** The resource under an id that nothing else of the draft has. */
export function withNewId(resource: Json, { orders, created }: Draft): Json {
  const known = new Set([...orders, ...created].map(({ id }) => id));
  const free = Array.from({ length: known.size + 1 }, (_, i) => `new-${i + 1}`).find((id) => !known.has(id));
  return { ...resource, id: free };
}

/** A task that was drafted is somebody's once the suggestion is taken. */
function requested(resource: Json): Json {
  const isDraftTask = resource['resourceType'] === 'Task' && resource['status'] === 'draft';
  return isDraftTask ? { ...resource, status: 'requested' } : resource;
}

function afterAction(draft: Draft, action: Action): Draft {
  const { orders, created } = draft;
  if (action.type === 'delete') {
    const isMeant = (order: Json): boolean =>
      [referenceTo(order), text(order['id'])].includes(action.resourceId);
    return { orders: orders.filter((order) => !isMeant(order)), created };
  }
  if (action.type === 'update') {
    const reference = referenceTo(action.resource);
    return { orders: orders.map((o) => (referenceTo(o) === reference ? action.resource : o)), created };
  }
  const resource = requested(withNewId(action.resource, draft));
  return resource['resourceType'] === 'ServiceRequest'
    ? { orders: [...orders, resource], created }
    : { orders, created: [...created, resource] };
}

/** The draft after all actions of a suggestion (CDS Hooks 2.0.1, Suggestion: all of them are applied). */
export function afterSuggestion(draft: Draft, { actions }: Suggestion): Draft {
  return actions.reduce(afterAction, draft);
}
