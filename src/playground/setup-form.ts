import { objects, text, type Json } from '../fhir/read';
import type { CaseSummary, DemoCase, Vocabulary } from './demo-data';
import { byId, el } from './dom';
import type { Arrival, State } from './state';

const ARRIVAL_WORDS: Readonly<Record<Arrival, string>> = {
  prefetch: 'Sent with the request (prefetch)',
  server: 'Read from the FHIR server',
  partly: 'Half sent, half read',
  failing: 'Some of it cannot be read',
};

/** What a choice changes. */
export type Choose = (changed: Partial<State>) => void;

function caseOption({ id, name, patient, codes }: CaseSummary): HTMLElement {
  const ordered = codes.length > 0 ? ` (${codes.join(', ')})` : '';
  return el('option', { value: id }, patient === name ? name : `${name}${ordered} · ${patient}`);
}

/** The cases by where they come from. */
export function caseOptions(cases: readonly CaseSummary[]): HTMLElement[] {
  const isRecord = ({ codes }: CaseSummary): boolean => codes.length === 0;
  const groups = [
    ['Scenarios', cases.filter((one) => !isRecord(one) && !one.source?.startsWith('document'))],
    ['Cases of the source documents', cases.filter((one) => one.source?.startsWith('document'))],
    ['Whole records without orders', cases.filter(isRecord)],
  ] as const;
  return groups.map(([label, members]) => el('optgroup', { label }, ...members.map(caseOption)));
}

function radio<Value extends string>(
  group: string,
  [value, label]: readonly [Value, string],
  checked: boolean,
  choose: (value: Value) => void,
): HTMLElement {
  const input = el('input', {
    type: 'radio',
    id: `${group}-${value}`,
    name: group,
    value,
    checked,
    change: () => choose(value),
  });
  return el('label', { class: 'check' }, input, label);
}

/** Profile and arrival of the chart, as they are chosen. */
export function drawChoices(state: State, { profiles, prefetch }: Vocabulary, choose: Choose): void {
  byId('profiles').replaceChildren(
    ...profiles.map(({ id, title }) =>
      radio('profile', [id, title] as const, id === state.profile, (profile) => choose({ profile })),
    ),
  );
  byId('arrivals').replaceChildren(
    ...Object.entries(ARRIVAL_WORDS).map(([value, label]) =>
      radio('arrival', [value as Arrival, label] as const, value === state.arrival, (arrival) =>
        choose({ arrival }),
      ),
    ),
  );
  const failing = byId('failing');
  failing.hidden = state.arrival !== 'failing';
  byId('failing-keys').replaceChildren(
    ...Object.keys(prefetch)
      .filter((key) => key !== 'patient')
      .map((key) => {
        const change = (): void => {
          const others = state.failing.filter((other) => other !== key);
          choose({ failing: box.checked ? [...others, key] : others });
        };
        const box = el('input', {
          type: 'checkbox',
          id: `failing-${key}`,
          checked: state.failing.includes(key),
          change,
        });
        return el('label', { class: 'check' }, box, key);
      }),
  );
}

/** Who the patient is, as an EHR's banner says it. */
export function patientBanner({ chart }: DemoCase): string {
  const patient: Json = chart.find(({ resourceType }) => resourceType === 'Patient') ?? {};
  const [name = {}] = objects(patient['name']);
  const given = Array.isArray(name['given']) ? name['given'].join(' ') : '';
  const born = text(patient['birthDate']);
  return [`${given} ${text(name['family']) ?? ''}`.trim(), text(patient['gender']), born && `born ${born}`]
    .filter(Boolean)
    .join(', ');
}
