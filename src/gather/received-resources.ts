import { type Json, isObject, text } from '../fhir/read';
import type { KeyAnswer } from './key-answer';
import { owners, type Owner } from './usable-resource';

export interface Received {
  readonly type: string;
  readonly key: string;
  readonly resource: Json;
  readonly owner: Owner;
}

/** Whether a version is the later one; undefined where that cannot be told. */
function isNewer(a: Json, b: Json): boolean | undefined {
  const instantOf = (resource: Json): number => {
    const meta = isObject(resource['meta']) ? resource['meta'] : {};
    return Date.parse(text(meta['lastUpdated']) ?? '');
  };
  const [first, second] = [instantOf(a), instantOf(b)];
  return first > second ? true : first < second ? false : undefined;
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

/** The latest of several versions of a resource; undefined where nothing says which that is. */
function latestOf(versions: readonly Received[]): Received | undefined {
  let latest = versions[0];
  for (const version of versions)
    if (latest && isNewer(version.resource, latest.resource) === true) latest = version;
  if (!latest) return undefined;
  const { resource } = latest;
  const content = contentOf(resource);
  const isLatest = versions.every(
    (other) =>
      other === latest ||
      isNewer(resource, other.resource) === true ||
      (content !== undefined && contentOf(other.resource) === content),
  );
  return isLatest ? latest : undefined;
}

/**
 * Everything received that is not another patient's, once by `Type/id`. Of several versions the latest one counts; when
 * nothing says which that is, none does, and the keys under which they came or are looked for are incomplete. Resources
 * without an id are told apart by their content, never by their place.
 */
export function receivedByReference(
  patientId: string,
  answers: readonly KeyAnswer[],
  markIncomplete: (item: Received) => void,
): Map<string, Received> {
  const received = new Map<string, Received>();
  const ownerIs = owners(patientId);
  const repeated = new Map<string, Received[]>();
  const nameless: { readonly content: string; readonly item: Received }[] = [];
  for (const { key, resources } of answers) {
    for (const resource of resources) {
      const type = text(resource['resourceType']) ?? '';
      const owner = ownerIs(resource);
      if (type !== 'Medication' && owner === 'other') continue;
      const id = text(resource['id']);
      const item: Received = { type, key, resource, owner };
      if (id === undefined) {
        const content = contentOf(resource);
        if (content !== undefined) nameless.push({ content, item });
        else markIncomplete(item);
        continue;
      }
      const reference = `${type}/${id}`;
      const known = received.get(reference);
      if (!known) received.set(reference, item);
      else {
        const versions = repeated.get(reference);
        if (versions) versions.push(item);
        else repeated.set(reference, [known, item]);
      }
    }
  }
  for (const [reference, versions] of repeated) {
    const latest = latestOf(versions);
    if (latest) received.set(reference, latest);
    else {
      versions.forEach(markIncomplete);
      received.delete(reference);
    }
  }
  nameless
    .toSorted((a, b) => (a.content < b.content ? -1 : 1))
    .forEach(({ item }, i) => received.set(`${item.type}/#${i + 1}`, item));
  return received;
}
