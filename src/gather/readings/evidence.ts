import { plain } from '../../fhir/plain-text';
import { wordsOf } from '../../fhir/read';
import { formatDays, type DayInterval } from '../../time/days';
import type { Evidence } from '../facts/fact';
import type { RecordEntry, Selected } from '../record-entry';

/** Points at a resource of the record. */
export function evidenceOf(entry: RecordEntry, on: DayInterval | undefined, summary: string): Evidence {
  const said = plain(summary) || entry.reference.replace(/\/.*/u, '');
  return { reference: entry.reference, ...(on && { date: formatDays(on) }), summary: said };
}

/** How a clinician would call the resource: the reviewed label of its code, else its own words, its code, its type. */
export function nameOf(entry: Selected): string {
  const words = entry.concepts.map(wordsOf).find((own) => own !== '');
  const code = entry.concepts.flatMap((concept) => concept.codings)[0]?.code;
  return entry.member?.label ?? words ?? code ?? entry.reference.replace(/\/.*/u, '');
}

/** Longer words of the record give way to the reviewed label. */
const LONGEST_OWN_WORDS = 60;

/** A diagnosis as the record words it, if it does so briefly, else by its reviewed label. */
export function diagnosisWords(entry: Selected): string {
  const own = entry.concepts.map(wordsOf).find((words) => words !== '');
  return own !== undefined && own.length <= LONGEST_OWN_WORDS ? own : nameOf(entry);
}

/** A diagnosis with its code: `M54.16 lumbar radiculopathy`. */
export function diagnosisName(entry: Selected): string {
  const member = entry.member;
  const coding =
    entry.concepts.flatMap((concept) => concept.codings).find((c) => c.code === member?.code) ??
    entry.concepts[0]?.codings[0];
  return [coding?.code, member?.label ?? (entry.concepts[0] && wordsOf(entry.concepts[0]))]
    .filter((part) => part !== undefined && part !== '')
    .join(' ');
}

/** `a, b and c`. */
export function listed(parts: readonly string[]): string {
  return parts.length < 2 ? (parts[0] ?? '') : `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}`;
}
