import { rootElsewhere } from '../readings/root-findings';
import { states } from '../../fhir/narrative';
import { defineFact } from './fact';
import { regionsOfLine } from '../readings/imaging';
import {
  corroboratingReports,
  nerveTestsOfRegion,
  orderedPlace,
  pointAtAll,
  reportsOfRegion,
  tellFinding,
  tellNerveTest,
  tellReport,
} from '../readings/regional-reports';

/** Whether imaging or electrodiagnostics of the ordered region show a change that fits nerve-root pain. */
export const regionalFinding = defineFact({
  fields: ['present'],
  findings: [
    'imaging',
    'imaging-narrative',
    'electrodiagnostics',
    'plain-film',
    'no-finding',
    'other-region',
    'none',
  ],
  thresholds: ['plainFilmCorroborates'],
  words: ['study', 'date', 'what', 'region'],
  read(context) {
    const { inRegion, all, unread } = reportsOfRegion(context);
    const { tests } = nerveTestsOfRegion(context);
    const counted = corroboratingReports(inRegion, context);
    const findings = counted.flatMap((report) => report.findings);
    const root =
      findings.find((f) => f.coded && f.kind === 'root') ?? findings.find((f) => f.kind === 'root');
    const nerveTest = tests[0];
    // A finding that names the root says more than one that only shows a worn spine.
    const shown = root ?? (nerveTest ? undefined : (findings.find((f) => f.coded) ?? findings[0]));
    const nerve = tests.flatMap((test) => tellNerveTest(test).evidence);
    if (shown) {
      const { words, evidence } = tellFinding(shown);
      return {
        finding: shown.coded ? 'imaging' : 'imaging-narrative',
        fields: { present: true },
        words,
        evidence: [...evidence, ...nerve],
      };
    }
    if (nerveTest) {
      return {
        finding: 'electrodiagnostics',
        fields: { present: true },
        words: tellNerveTest(nerveTest).words,
        evidence: [...nerve, ...pointAtAll(findings)],
      };
    }
    const region = regionsOfLine(context).join('/');
    const seen = counted[0] ?? inRegion[0] ?? all[0];
    if (!seen) return { finding: 'none', fields: {}, words: { region }, unread };
    const { words, evidence } = tellReport(seen);
    const ofRegion = counted.length > 0 ? 'no-finding' : 'plain-film';
    const finding = inRegion.length > 0 ? ofRegion : 'other-region';
    return { finding, fields: {}, words: { ...words, region }, evidence, unread };
  },
});

/** Whether what corroborates the pain names the root, or only shows that the spine has changed. */
export const rootSpecificity = defineFact({
  fields: ['safe'],
  findings: ['root', 'root-elsewhere', 'not-root', 'transitional', 'not-root-transitional', 'none'],
  words: ['study', 'date', 'what', 'ordered'],
  read(context) {
    const { inRegion, unread } = reportsOfRegion(context);
    const pattern = context.policyData.vocabulary('transitionalAnatomy');
    const ordered = orderedPlace(context);
    const findings = inRegion.flatMap((report) => report.findings);
    const isRootEvidenced =
      findings.some((f) => f.kind === 'root') || nerveTestsOfRegion(context).tests.length > 0;
    const shown = findings[0];
    const transitional = inRegion.find((report) => states(report.conclusion, pattern));
    if (transitional) {
      const { words, evidence } = tellReport(transitional);
      return {
        finding: isRootEvidenced ? 'transitional' : 'not-root-transitional',
        fields: { safe: false },
        words: { ...words, what: shown?.words ?? '', ordered },
        evidence,
      };
    }
    const roots = findings.filter((finding) => finding.kind === 'root');
    const elsewhere = rootElsewhere(roots, context);
    // What a code says is judged as evidence for the level, where that is asked; words need the caution.
    if (elsewhere && !(elsewhere.coded && context.line.procedure.sided)) {
      const { words, evidence } = tellFinding(elsewhere);
      return { finding: 'root-elsewhere', fields: { safe: false }, words: { ...words, ordered }, evidence };
    }
    if (isRootEvidenced) return { finding: 'root', fields: { safe: true } };
    if (!shown) return { finding: 'none', fields: { safe: unread.length > 0 ? undefined : true }, unread };
    const { words, evidence } = tellFinding(shown);
    return { finding: 'not-root', fields: { safe: false }, words: { ...words, ordered }, evidence };
  },
});
