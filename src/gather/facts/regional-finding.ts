import { rootElsewhere } from '../readings/root-findings';
import { levelName } from '../../anatomy/spine-level';
import { states } from '../../fhir/narrative';
import { defineFact } from './fact';
import { evidenceOf, nameOf } from '../readings/evidence';
import { regionsOfLine } from '../readings/imaging';
import {
  nerveTestsOfRegion,
  onDate,
  pointAt,
  reportName,
  reportsOfRegion,
  wordsOfFinding,
} from '../readings/regional-reports';

/** Whether imaging or electrodiagnostics of the ordered region show a change that fits nerve-root pain. */
export const regionalFinding = defineFact({
  fields: ['present'],
  findings: ['imaging', 'imaging-narrative', 'electrodiagnostics', 'no-finding', 'other-region', 'none'],
  words: ['study', 'date', 'what', 'region'],
  read(context) {
    const { inRegion, all, unread } = reportsOfRegion(context);
    const { tests } = nerveTestsOfRegion(context);
    const findings = inRegion.flatMap((report) => report.findings);
    const root =
      findings.find((f) => f.coded && f.kind === 'root') ?? findings.find((f) => f.kind === 'root');
    const nerveTest = tests[0];
    // A finding that names the root says more than one that only shows a worn spine.
    const shown = root ?? (nerveTest ? undefined : (findings.find((f) => f.coded) ?? findings[0]));
    const nerve = tests.map((test) =>
      evidenceOf(test.entry, test.on, `${nameOf(test.entry)}: ${test.words}`),
    );
    if (shown) {
      return {
        finding: shown.coded ? 'imaging' : 'imaging-narrative',
        fields: { present: true },
        words: wordsOfFinding(shown),
        evidence: [pointAt(shown), ...nerve],
      };
    }
    if (nerveTest) {
      const words = { study: nameOf(nerveTest.entry), date: onDate(nerveTest), what: nerveTest.words };
      return {
        finding: 'electrodiagnostics',
        fields: { present: true },
        words,
        evidence: [...nerve, ...findings.map(pointAt)],
      };
    }
    const region = regionsOfLine(context).join('/');
    const seen = inRegion[0] ?? all[0];
    if (!seen) return { finding: 'none', fields: {}, words: { region }, unread };
    const words = { study: reportName(seen), date: onDate(seen), region };
    const evidence = [evidenceOf(seen.entry, seen.on, reportName(seen))];
    return {
      finding: inRegion.length > 0 ? 'no-finding' : 'other-region',
      fields: {},
      words,
      evidence,
      unread,
    };
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
    const level = context.line.level && levelName(context.line.level);
    const ordered = [context.group.side, level].filter((part) => part !== undefined).join(' ');
    const findings = inRegion.flatMap((report) => report.findings);
    const isRootEvidenced =
      findings.some((f) => f.kind === 'root') || nerveTestsOfRegion(context).tests.length > 0;
    const shown = findings[0];
    const transitional = inRegion.find((report) => states(report.conclusion, pattern));
    if (transitional) {
      const words = {
        study: reportName(transitional),
        date: onDate(transitional),
        what: shown?.words ?? '',
        ordered,
      };
      const evidence = [evidenceOf(transitional.entry, transitional.on, reportName(transitional))];
      return {
        finding: isRootEvidenced ? 'transitional' : 'not-root-transitional',
        fields: { safe: false },
        words,
        evidence,
      };
    }
    const roots = findings.filter((finding) => finding.kind === 'root');
    const elsewhere = rootElsewhere(roots, context);
    // What a code says is judged as evidence for the level; only words need the caution.
    if (elsewhere && !elsewhere.coded) {
      const words = { ...wordsOfFinding(elsewhere), ordered };
      return { finding: 'root-elsewhere', fields: { safe: false }, words, evidence: [pointAt(elsewhere)] };
    }
    if (isRootEvidenced) return { finding: 'root', fields: { safe: true } };
    if (!shown) return { finding: 'none', fields: { safe: unread.length > 0 ? undefined : true }, unread };
    return {
      finding: 'not-root',
      fields: { safe: false },
      words: { ...wordsOfFinding(shown), ordered },
      evidence: [pointAt(shown)],
    };
  },
});
