import { sideInText } from '../../anatomy/side';
import { levelName, spineRegionsOf } from '../../anatomy/spine-level';
import { states } from '../../fhir/narrative';
import { observedOn } from '../readings/dates-of';
import { evidenceOf, nameOf } from '../readings/evidence';
import {
  abnormalNerveTests,
  hasMissingResults,
  imagingReports,
  namesLevel,
  regionsOfLine,
  speakForSide,
  type ImagingFinding,
  type ImagingReport,
} from '../readings/imaging';
import { formatDays } from '../../time/days';
import { examinedSide, examinationResult, focusedExaminations } from './examination';
import { defineFact, type Evidence, type LineContext } from './fact';

function reportsOfRegion(context: LineContext) {
  const { reports, unread } = imagingReports(context);
  const regions = regionsOfLine(context);
  const inRegion = reports.filter((report) => report.regions.some((region) => regions.includes(region)));
  const hidden = inRegion.some((report) => hasMissingResults(report, context))
    ? context.select('neurologicExaminations').unread
    : [];
  return { inRegion, all: reports, unread: [...new Set([...unread, ...hidden])] };
}

function nerveTestsOfRegion(context: LineContext) {
  const regions = regionsOfLine(context);
  const { tests, unread } = abnormalNerveTests(context);
  return {
    tests: tests.filter((test) =>
      test.levels.some((l) => spineRegionsOf(l).some((r) => regions.includes(r))),
    ),
    unread,
  };
}

function reportName(report: ImagingReport): string {
  return nameOf(report.entry);
}

function onDate(report: { on?: ImagingReport['on'] }): string {
  return report.on ? formatDays(report.on) : 'undated';
}

function pointAt(finding: ImagingFinding): Evidence {
  return evidenceOf(
    finding.report.entry,
    finding.report.on,
    `${nameOf(finding.report.entry)}: ${finding.words}`,
  );
}

function wordsOfFinding(finding: ImagingFinding): Record<string, string> {
  return { study: nameOf(finding.report.entry), date: onDate(finding.report), what: finding.words };
}

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
    const region = regionsOfLine(context).join(' or ');
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

interface Verdict {
  readonly supports: readonly ImagingFinding[];
  readonly otherLevel?: ImagingFinding;
  readonly otherSide?: ImagingFinding;
  readonly unplaced?: ImagingFinding;
}

/**
 * Sorts root findings of the line's region by whether they name its level and side, coded ones first. Without a level on
 * the line nothing supports it.
 */
function weigh(all: readonly ImagingFinding[], context: LineContext): Verdict {
  const { level } = context.line;
  const { side } = context.group;
  const regions = regionsOfLine(context);
  const findings = all
    .filter(
      (f) =>
        f.levels.length === 0 || f.levels.some((l) => spineRegionsOf(l).some((r) => regions.includes(r))),
    )
    .toSorted((a, b) => Number(b.coded) - Number(a.coded));
  const fitsSide = (finding: ImagingFinding): boolean =>
    speakForSide([finding], side) || (side === 'both' && finding.side !== undefined);
  const supports = level ? findings.filter((f) => namesLevel(f, level) && fitsSide(f)) : [];
  const otherSide = findings.find(
    (f) => !fitsSide(f) && (f.levels.length === 0 || !level || namesLevel(f, level)),
  );
  const otherLevel = level && findings.find((f) => f.levels.length > 0 && !namesLevel(f, level));
  const unplaced = findings.find((f) => f.levels.length === 0 || !level);
  return {
    supports: speakForSide(supports, side) ? supports : [],
    ...(otherLevel && { otherLevel }),
    ...(otherSide && { otherSide }),
    ...(unplaced && { unplaced }),
  };
}

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
    const region = regionsOfLine(context).join(' or ');
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

function orderedLevels(context: LineContext): number {
  const family = context.group.session.lines.filter((line) => line.procedure.family === context.group.family);
  return new Set(
    family.map((line) => (line.level ? levelName(line.level) : line.order.reference + line.procedure.code)),
  ).size;
}

/** Whether the record justifies this level on this side: imaging or electrodiagnostics that name it, or for a single level an examination. */
export const levelEvidence = defineFact({
  fields: ['present'],
  findings: [
    'imaging',
    'electrodiagnostics',
    'examination',
    'other-side',
    'other-level',
    'not-stated',
    'none',
  ],
  thresholds: ['narrativeLevelEvidence'],
  words: ['study', 'date', 'what', 'ordered'],
  read(context) {
    const { level } = context.line;
    const { side } = context.group;
    if (!level || !side) return { finding: 'not-stated', fields: {} };
    const ordered = `${side} ${levelName(level)}`;
    const narrative = context.setting('narrativeLevelEvidence');
    const { inRegion, unread } = reportsOfRegion(context);
    const roots = inRegion.flatMap((report) => report.findings).filter((f) => f.kind === 'root');
    const coded = roots.filter((finding) => finding.coded);
    const { supports, otherSide, otherLevel } = weigh(narrative ? roots : coded, context);
    const best = supports[0];
    if (best) {
      return {
        finding: 'imaging',
        fields: { present: true },
        words: { ...wordsOfFinding(best), ordered },
        evidence: supports.map(pointAt),
      };
    }
    const tests = nerveTestsOfRegion(context).tests.filter(
      (test) => (test.coded || narrative) && namesLevel(test, level),
    );
    const test = speakForSide(tests, side) ? tests[0] : undefined;
    if (test) {
      const words = { study: nameOf(test.entry), date: onDate(test), what: test.words, ordered };
      return {
        finding: 'electrodiagnostics',
        fields: { present: true },
        words,
        evidence: [evidenceOf(test.entry, test.on, `${nameOf(test.entry)}: ${test.words}`)],
      };
    }
    const exams = focusedExaminations(context);
    const onSide = exams.items.filter((entry) => {
      const examined = examinedSide(entry) ?? (narrative ? sideInText(examinationResult(entry)) : undefined);
      return examined !== undefined && (examined === side || examined === 'both' || side === 'both');
    });
    const isEnough = orderedLevels(context) === 1 && coded.length === 0;
    const exam = speakForSide(
      onSide.map((entry) => ({ side: examinedSide(entry) ?? side })),
      side,
    )
      ? onSide[0]
      : undefined;
    if (isEnough && exam && unread.length === 0) {
      const result = [nameOf(exam), examinationResult(exam)].filter((part) => part !== '').join(': ');
      const evidence = evidenceOf(exam, observedOn(exam.resource), result);
      const words = { study: nameOf(exam), what: result, date: evidence.date ?? 'undated', ordered };
      return { finding: 'examination', fields: { present: true }, words, evidence: [evidence] };
    }
    const stillUnread = [...new Set([...unread, ...(isEnough ? exams.unread : [])])];
    const against = [otherSide, otherLevel].find((finding) => finding?.coded);
    if (against) {
      const finding = against === otherSide ? 'other-side' : 'other-level';
      const present = unread.length > 0 ? undefined : false;
      return {
        finding,
        fields: { present },
        words: { ...wordsOfFinding(against), ordered },
        evidence: [pointAt(against)],
        unread,
      };
    }
    return { finding: 'none', fields: {}, words: { ordered }, unread: stillUnread };
  },
});

/** Whether what corroborates the pain names the root, or only shows that the spine has changed. */
export const rootSpecificity = defineFact({
  fields: ['safe'],
  findings: ['root', 'not-root', 'transitional', 'not-root-transitional', 'none'],
  words: ['study', 'date', 'what', 'ordered'],
  read(context) {
    const { inRegion, unread } = reportsOfRegion(context);
    const pattern = context.library.vocabulary('transitionalAnatomy');
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
