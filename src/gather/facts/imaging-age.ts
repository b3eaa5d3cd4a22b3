import { addMonths } from '../../time/days';
import { corroboratingReports, reportsOfRegion, tellReport } from '../readings/regional-reports';
import type { ImagingReport } from '../readings/imaging';
import { defineFact } from './fact';

/** The reports that say most for nerve-root pain: those that show the root, else those that show anything. */
function decisive(reports: readonly ImagingReport[]): readonly ImagingReport[] {
  const withFinding = reports.filter(({ findings }) => findings.length > 0);
  const withRoot = withFinding.filter(({ findings }) => findings.some(({ kind }) => kind === 'root'));
  return [withRoot, withFinding, reports].find((some) => some.length > 0) ?? [];
}

/** Whether imaging of the ordered region is on file, and what it is that corroborates the pain recent enough. */
export const imagingAge = defineFact({
  fields: ['onFile', 'recent'],
  findings: ['recent', 'old', 'imprecise', 'undated', 'none'],
  thresholds: ['imagingMonths', 'plainFilmCorroborates'],
  words: ['study', 'date'],
  read(context) {
    const oldest = addMonths(context.asOf, -(context.threshold('imagingMonths') ?? 0));
    const { inRegion, unread } = reportsOfRegion(context);
    const [newest] = decisive(corroboratingReports(inRegion, context));
    if (!newest)
      return { finding: 'none', fields: { onFile: unread.length > 0 ? undefined : false }, unread };
    const told = { ...tellReport(newest), unread };
    if (!newest.on) return { finding: 'undated', fields: { onFile: true }, ...told };
    if (newest.on.earliest >= oldest)
      return { finding: 'recent', fields: { onFile: true, recent: true }, ...told };
    if (newest.on.latest >= oldest) return { finding: 'imprecise', fields: { onFile: true }, ...told };
    const recent = unread.length > 0 ? undefined : false;
    return { finding: 'old', fields: { onFile: true, recent }, ...told };
  },
});
