import { type Json, isObject, text } from '../fhir/read';
import type { KeyAnswer, UnreadReason } from './key-answer';
import { ownerOf } from './usable-resource';

interface Received {
  readonly type: string;
  readonly key: string;
  readonly resource: Json;
}

function isNewer(a: Json, b: Json): boolean | undefined {
  const stampOf = (resource: Json): string => {
    const meta = isObject(resource['meta']) ? resource['meta'] : {};
    return text(meta['lastUpdated']) ?? '';
  };
  const [first, second] = [stampOf(a), stampOf(b)];
  return first === second ? undefined : first > second;
}

/** The content of a resource for comparison; undefined for one that is nested too deep to be written down. */
function contentOf(resource: Json): string | undefined {
  try {
    return JSON.stringify(resource);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/**
 * Everything received that is not another patient's, once by `Type/id`. Of two versions the later one counts; when nothing says which is later, neither
 * does, and the key is incomplete. Resources without an id are told apart by their content, never by their place.
 */
export function receivedByReference(
  patientId: string,
  answers: readonly KeyAnswer[],
  unread: Map<string, UnreadReason>,
): Map<string, Received> {
  const received = new Map<string, Received>();
  const contested = new Set<string>();
  const nameless: { readonly content: string; readonly item: Received }[] = [];
  for (const { key, resources } of answers) {
    for (const resource of resources) {
      const type = text(resource['resourceType']) ?? '';
      if (type !== 'Medication' && ownerOf(resource, patientId) === 'other') continue;
      const id = text(resource['id']);
      const item: Received = { type, key, resource };
      if (id === undefined) {
        const content = contentOf(resource);
        if (content !== undefined) nameless.push({ content, item });
        else if (!unread.has(key)) unread.set(key, 'incomplete');
        continue;
      }
      const reference = `${type}/${id}`;
      const known = received.get(reference);
      const newer = known && isNewer(resource, known.resource);
      if (!known || newer === true) received.set(reference, item);
      else if (newer === undefined && contentOf(known.resource) !== contentOf(resource))
        contested.add(reference);
    }
  }
  for (const reference of contested) {
    const { key } = received.get(reference) ?? { key: '' };
    if (!unread.has(key)) unread.set(key, 'incomplete');
    received.delete(reference);
  }
  nameless
    .toSorted((a, b) => (a.content < b.content ? -1 : 1))
    .forEach(({ item }, i) => received.set(`${item.type}/#${i + 1}`, item));
  return received;
}
