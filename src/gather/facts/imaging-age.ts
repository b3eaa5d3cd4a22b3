import { addMonths } from '../../time/days';
import { reportsOfRegion, tellReport } from '../readings/regional-reports';
import { defineFact } from './fact';

/** Whether imaging of the ordered region is on file, and recent enough. */
export const imagingAge = defineFact({
  fields: ['onFile', 'recent'],
  findings: ['recent', 'old', 'imprecise', 'undated', 'none'],
  thresholds: ['imagingMonths'],
  words: ['study', 'date'],
  read(context) {
    const oldest = addMonths(context.asOf, -(context.threshold('imagingMonths') ?? 0));
    const { inRegion, unread } = reportsOfRegion(context);
    const [newest] = inRegion;
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
