import { defineFact } from './fact';
import { type ImagingFinding } from '../readings/report';
import { regionsOfLine } from '../readings/imaging';
import {
  nerveTestsOfRegion,
  orderedPlace,
  pointAtAll,
  reportsOfRegion,
  tellFinding,
  tellNerveTest,
  tellReport,
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
    'no-level',
    'one-side',
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
    const place = { ordered: orderedPlace(context), region: regionsOfLine(context).join('/') };
    const tell = ({ words, evidence }: ReturnType<typeof tellReport>) => ({
      words: { ...words, ...place },
      evidence,
    });
    const tellOf = (finding: ImagingFinding) => tell(tellFinding(finding));
    const best = supports[0];
    if (best) {
      const evidence = pointAtAll(supports);
      return { finding: 'concordant', fields: { concordant: true }, ...tellOf(best), evidence };
    }
    const refuted = unread.length > 0 ? undefined : false;
    if (otherSide)
      return { finding: 'other-side', fields: { concordant: refuted }, ...tellOf(otherSide), unread };
    if (otherLevel)
      return { finding: 'other-level', fields: { concordant: refuted }, ...tellOf(otherLevel), unread };
    if (unplaced) {
      const isPlaced = unplaced.levels.length > 0;
      return { finding: isPlaced ? 'no-level' : 'unplaced', fields: {}, ...tellOf(unplaced), unread };
    }
    const oneSided = coded[0];
    if (oneSided) return { finding: 'one-side', fields: {}, ...tellOf(oneSided), unread };
    const narrative = findings[0];
    if (narrative) return { finding: 'narrative', fields: {}, ...tellOf(narrative), unread };
    const test = nerveTestsOfRegion(context).tests[0];
    if (test) return { finding: 'electrodiagnostics', fields: {}, ...tell(tellNerveTest(test)), unread };
    const seen = inRegion[0] ?? all[0];
    if (!seen) return { finding: 'none', fields: {}, words: place, unread };
    const finding = inRegion.length > 0 ? 'not-root' : 'other-region';
    return { finding, fields: {}, ...tell(tellReport(seen)), unread };
  },
});
