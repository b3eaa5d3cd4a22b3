import type { Json } from '../fhir/read';
import { byId, el } from './dom';
import { referenceTo } from './suggestions';

/** Opens a resource by its reference. */
export type OpenResource = (reference: string) => void;

/** Shows a resource of these, as it is. */
export function showResource(reference: string, resources: readonly Json[]): void {
  const dialog = byId('resource') as HTMLDialogElement;
  const found = resources.find((resource) => referenceTo(resource) === reference);
  dialog.replaceChildren(
    el('h2', { id: 'resource-title' }, reference),
    found
      ? el('pre', { tabindex: 0 }, JSON.stringify(found, null, 2))
      : el('p', {}, 'This record is not in the chart that the playground holds.'),
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
