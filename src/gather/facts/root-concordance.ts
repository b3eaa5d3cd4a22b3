import { levelName } from '../../anatomy/spine-level';
import { defineFact } from './fact';
import { evidenceOf, nameOf } from '../readings/evidence';
import { type ImagingFinding } from '../readings/report';
import { regionsOfLine } from '../readings/imaging';
import {
  nerveTestsOfRegion,
  onDate,
  pointAt,
  reportName,
  reportsOfRegion,
  wordsOfFinding,
} from '../readings/regional-reports';
import { weigh } from '../readings/root-findings';

/** Whether coded imaging shows a root finding at the ordered level and side. */
export const rootConcordance = defineFact({
  fields: ['concordant'],
  findings: [
    'concordant',
    'other-side',
    'other-level',
    'unplaced',
    'narrative',
    'electrodiagnostics',
    'not-root',
    'other-region',
    'none',
  ],
  words: ['study', 'date', 'what', 'region', 'ordered'],
  read(context) {
    const { inRegion, all, unread } = reportsOfRegion(context);
    const findings = inRegion.flatMap((report) => report.findings).filter((f) => f.kind === 'root');
    const coded = findings.filter((finding) => finding.coded);
    const { supports, otherSide, otherLevel, unplaced } = weigh(coded, context);
    const ordered = [context.group.side, context.line.level && levelName(context.line.level)]
      .filter((p) => p !== undefined)
      .join(' ');
    const region = regionsOfLine(context).join('/');
    const tell = (finding: ImagingFinding) => ({
      words: { ...wordsOfFinding(finding), ordered, region },
      evidence: [pointAt(finding)],
    });
    const best = supports[0];
    if (best)
      return {
        finding: 'concordant',
        fields: { concordant: true },
        ...tell(best),
        evidence: supports.map(pointAt),
      };
    const refuted = unread.length > 0 ? undefined : false;
    if (otherSide)
      return { finding: 'other-side', fields: { concordant: refuted }, ...tell(otherSide), unread };
    if (otherLevel)
      return { finding: 'other-level', fields: { concordant: refuted }, ...tell(otherLevel), unread };
    if (unplaced) return { finding: 'unplaced', fields: {}, ...tell(unplaced), unread };
    const narrative = findings[0];
    if (narrative) return { finding: 'narrative', fields: {}, ...tell(narrative), unread };
    const test = nerveTestsOfRegion(context).tests[0];
    if (test) {
      const words = { study: nameOf(test.entry), date: onDate(test), what: test.words, ordered, region };
      return {
        finding: 'electrodiagnostics',
        fields: {},
        words,
        evidence: [evidenceOf(test.entry, test.on, `${nameOf(test.entry)}: ${test.words}`)],
        unread,
      };
    }
    const seen = inRegion[0] ?? all[0];
    if (!seen) return { finding: 'none', fields: {}, words: { region, ordered }, unread };
    const words = { study: reportName(seen), date: onDate(seen), region, ordered };
    const evidence = [evidenceOf(seen.entry, seen.on, reportName(seen))];
    return {
      finding: inRegion.length > 0 ? 'not-root' : 'other-region',
      fields: {},
      words,
      evidence,
      unread,
    };
  },
});
