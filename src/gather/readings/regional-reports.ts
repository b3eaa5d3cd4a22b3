import { placeWords } from '../../anatomy/place-words';
import { spineRegionsOf } from '../../anatomy/spine-level';
import type { Evidence, LineContext } from '../facts/fact';
import { evidenceOf, nameOf } from './evidence';
import type { ImagingFinding, Report } from './report';
import { type ImagingReport, imagingReports, regionsOfLine } from './imaging';
import { type NerveTest, abnormalNerveTests } from './nerve-tests';
import { hasMissingResults } from './report-findings';

/** The imaging reports of the line's region and all others, and the keys that could hide more of them. */
export function reportsOfRegion(context: LineContext) {
  const { reports, unread } = imagingReports(context);
  const regions = regionsOfLine(context);
  const inRegion = reports.filter((report) => report.regions.some((region) => regions.includes(region)));
  // What a report of no region points at may say which region it is of.
  const mayBeInRegion = reports.filter((report) => report.regions.length === 0 || inRegion.includes(report));
  const hidden = mayBeInRegion.some((report) => hasMissingResults(report, context))
    ? context.record.unreadOf('Observation')
    : [];
  return { inRegion, all: reports, unread: [...new Set([...unread, ...hidden])] };
}

/** The reports of the region that can corroborate nerve-root pain: plain films only where the profile counts them. */
export function corroboratingReports(
  inRegion: readonly ImagingReport[],
  context: LineContext,
): readonly ImagingReport[] {
  return context.setting('plainFilmCorroborates')
    ? inRegion
    : inRegion.filter(({ entry }) => entry.member?.modality !== 'xr');
}

/** The abnormal nerve tests that name a level of the line's region. */
export function nerveTestsOfRegion(context: LineContext) {
  const regions = regionsOfLine(context);
  const { tests, unread } = abnormalNerveTests(context);
  return {
    tests: tests.filter((test) =>
      test.levels.some((l) => spineRegionsOf(l).some((r) => regions.includes(r))),
    ),
    unread,
  };
}

/** The ordered side and level, as far as they are stated: `left L4-5`. */
export function orderedPlace({ group, line }: LineContext): string {
  return placeWords(group.side, line.level ? [line.level] : []);
}

/** A report for a sentence and as evidence; with what it found, if that is to be told. */
export function tellReport({ entry, on }: Report, what?: string) {
  const study = nameOf(entry);
  const evidence = [evidenceOf(entry, on, what === undefined ? study : `${study}: ${what}`)];
  return { words: { study, date: evidence[0]?.date, ...(what !== undefined && { what }) }, evidence };
}

/** A report as evidence, without what it found. */
export function pointAtReport(report: Report): Evidence {
  return evidenceOf(report.entry, report.on, nameOf(report.entry));
}

/** A finding of a report for a sentence and as evidence. */
export function tellFinding({ report, words }: ImagingFinding) {
  return tellReport(report, words);
}

/** A nerve test for a sentence and as evidence. */
export function tellNerveTest(test: NerveTest) {
  return tellReport(test, test.words);
}

/** All of the findings as evidence. */
export function pointAtAll(findings: readonly ImagingFinding[]): Evidence[] {
  return findings.flatMap((finding) => tellFinding(finding).evidence);
}
