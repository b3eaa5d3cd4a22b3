import type { Json } from '../fhir/read';
import { attachedText } from './attached-text';
import { byId, el } from './dom';
import { referenceTo } from './suggestions';

/** Opens a resource by its reference. */
export type OpenResource = (reference: string) => void;

function asJson(resource: Json): HTMLElement {
  return el('pre', { tabindex: 0 }, JSON.stringify(resource, null, 2));
}

/** A document as it is printed, and the resource behind it. */
function asLetter(resource: Json, words: string): HTMLElement[] {
  return [
    el('pre', { class: 'letter', tabindex: 0 }, words),
    el('button', { type: 'button', click: () => print() }, 'Print'),
    el('details', {}, el('summary', {}, 'As a FHIR resource'), asJson(resource)),
  ];
}

/** Shows a resource of these: a document by its text, everything else as it is. */
export function showResource(reference: string, resources: readonly Json[]): void {
  const dialog = byId('resource') as HTMLDialogElement;
  const found = resources.find((resource) => referenceTo(resource) === reference);
  const words = found && attachedText(found);
  const missing = 'This record is not in the chart that the playground holds.';
  dialog.replaceChildren(
    el('h2', { id: 'resource-title' }, reference),
    ...(found ? (words === undefined ? [asJson(found)] : asLetter(found, words)) : [el('p', {}, missing)]),
    el('form', { method: 'dialog' }, el('button', { autofocus: true }, 'Close')),
  );
  dialog.showModal();
}

/** A button that opens a resource. */
export function resourceButton(reference: string, words: string, open: OpenResource): HTMLElement {
  const label = `${words} (open ${reference})`;
  return el(
    'button',
    { type: 'button', class: 'link', 'aria-label': label, title: reference, click: () => open(reference) },
    words,
  );
}

/** Every record of the chart by type, each to be opened. */
export function chartList(chart: readonly Json[], open: OpenResource): HTMLElement {
  const types = [...new Set(chart.map(({ resourceType }) => String(resourceType)))].toSorted();
  return el(
    'details',
    {},
    el('summary', {}, `The whole chart: ${chart.length} records`),
    el(
      'ul',
      { class: 'chart' },
      ...types.map((type) =>
        el(
          'li',
          {},
          `${type}: `,
          ...chart
            .filter(({ resourceType }) => resourceType === type)
            .flatMap((resource) => [
              resourceButton(referenceTo(resource), String(resource['id']), open),
              ' ',
            ]),
        ),
      ),
    ),
  );
}
