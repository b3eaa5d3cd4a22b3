import type { Side } from '../../anatomy/side';
import type { SpineLevel } from '../../anatomy/spine-level';
import { withoutBackground } from '../../fhir/narrative';
import { concepts, objects, text, wordsOf } from '../../fhir/read';
import { observedOn } from './dates-of';
import type { Selected } from '../record-entry';
import type { DayInterval } from '../../time/days';

/** Something a report found. Only root findings say which root hurts; structural ones say that the spine has changed. */
export interface ImagingFinding {
  readonly kind: 'root' | 'structural';
  /** False when only the narrative says so: then it can support, never refute. */
  readonly coded: boolean;
  readonly levels: readonly SpineLevel[];
  readonly side?: Side;
  readonly words: string;
  readonly report: Report;
}

/** A report of spine imaging or electrodiagnostics. */
export interface Report {
  readonly entry: Selected;
  readonly reference: string;
  readonly on?: DayInterval | undefined;
  readonly conclusion: string;
  /** False for a study whose report says nothing; it counts for nothing. */
  readonly hasContent: boolean;
}

export type Found = Omit<ImagingFinding, 'report'>;

/** What a report says in words. */
export function narrativeOf(report: Selected): string {
  const uncoded = concepts(report.resource['conclusionCode']).filter(
    (concept) => concept.codings.length === 0,
  );
  return [withoutBackground(text(report.resource['conclusion']) ?? ''), ...uncoded.map(wordsOf)]
    .filter((part) => part !== '')
    .join('\n');
}

export function reportOf(entry: Selected): Report {
  const { resource } = entry;
  const said = ['conclusion', 'conclusionCode', 'result', 'presentedForm'].some((member) => {
    const value = resource[member];
    return text(value) !== undefined || objects(value).length > 0;
  });
  return {
    entry,
    reference: entry.reference,
    on: observedOn(resource),
    conclusion: text(resource['conclusion']) ?? '',
    hasContent: said,
  };
}
