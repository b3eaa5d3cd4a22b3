import { isObject, objects, text, type Json } from '../fhir/read';

/** The plain text that a DocumentReference carries with it, if it carries any. */
export function attachedText(resource: Json): string | undefined {
  const attachments = objects(resource['content']).flatMap(({ attachment }) =>
    isObject(attachment) ? [attachment] : [],
  );
  const plain = attachments.find(({ contentType }) => text(contentType)?.startsWith('text/plain'));
  const data = text(plain?.['data']);
  if (data === undefined) return undefined;
  return new TextDecoder().decode(Uint8Array.from(atob(data), (byte) => byte.charCodeAt(0)));
}
