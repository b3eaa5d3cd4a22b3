import { allWordsOf, concepts } from '../../fhir/read';
import { type SpineRegion, spineRegionsOf } from '../../anatomy/spine-level';
import type { LineContext } from '../facts/fact';
import { isAfter, newestFirst } from './dates-of';
import { type ImagingFinding, type Report, narrativeOf, reportOf } from './report';
import { codedFindings, narrativeFindings, resultObservations } from './report-findings';
import type { Selected } from '../record-entry';

export interface ImagingReport extends Report {
  readonly regions: readonly SpineRegion[];
  readonly findings: readonly ImagingFinding[];
}

const REGIONS: Readonly<Record<string, readonly SpineRegion[]>> = {
  cervical: ['cervical'],
  cervicothoracic: ['cervical', 'thoracic'],
  thoracic: ['thoracic'],
  thoracolumbar: ['thoracic', 'lumbar'],
  lumbar: ['lumbar'],
  lumbosacral: ['lumbar'],
  sacral: ['lumbar'],
};

/** The regions that a report of an unspecified region names in words: its own, and the sites of its Observations. */
function regionsInWords(report: Selected, context: LineContext): SpineRegion[] {
  const sites = resultObservations(report, context).flatMap((o) =>
    concepts(o.resource['bodySite']).map(allWordsOf),
  );
  const words = [narrativeOf(report), ...report.concepts.map(allWordsOf), ...sites].join('; ').toLowerCase();
  return Object.keys(REGIONS).flatMap((name) =>
    new RegExp(`\\b${name}\\b`, 'u').test(words) ? (REGIONS[name] ?? []) : [],
  );
}

interface ImagingReports {
  readonly reports: readonly ImagingReport[];
  readonly unread: readonly string[];
}

/** The reports of spine imaging up to the evaluation date, newest first. */
export function imagingReports(context: LineContext): ImagingReports {
  return context.once('imagingReports', () => readImagingReports(context));
}

function readImagingReports(context: LineContext): ImagingReports {
  const { items, unread } = context.select('spineImaging');
  const reports = items
    .map(reportOf)
    .filter((report) => !isAfter(report.on, context.asOf) && report.hasContent)
    .map((report): ImagingReport => {
      const coded = codedFindings(report.entry, context);
      const codesRoot = coded.some((finding) => finding.kind === 'root');
      // Coded findings outrank the text of their report.
      const narrative = narrativeFindings(report.entry, context).filter(
        (f) => !codesRoot || f.kind !== 'root',
      );
      const named = [...coded, ...narrative].flatMap((finding) => finding.levels).flatMap(spineRegionsOf);
      const regions = REGIONS[report.entry.member?.region ?? ''] ?? [
        ...new Set([...named, ...regionsInWords(report.entry, context)]),
      ];
      return {
        ...report,
        regions,
        findings: [...coded, ...narrative].map((finding) => ({ ...finding, report })),
      };
    });
  return { reports: newestFirst(reports), unread };
}

/** The imaging regions that count for a line: those of its level, else those its code can be used for. */
export function regionsOfLine(context: LineContext): readonly SpineRegion[] {
  const { level, procedure } = context.line;
  if (level) return spineRegionsOf(level);
  return procedure.region === 'lumbar-sacral' ? ['lumbar'] : ['cervical', 'thoracic'];
}
