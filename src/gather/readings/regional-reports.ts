import { spineRegionsOf } from '../../anatomy/spine-level';
import type { Evidence, LineContext } from '../facts/fact';
import { evidenceOf, nameOf } from './evidence';
import { type ImagingFinding } from './report';
import { type ImagingReport, imagingReports, regionsOfLine } from './imaging';
import { abnormalNerveTests } from './nerve-tests';
import { hasMissingResults } from './report-findings';
import { formatDays } from '../../time/days';

export function reportsOfRegion(context: LineContext) {
  const { reports, unread } = imagingReports(context);
  const regions = regionsOfLine(context);
  const inRegion = reports.filter((report) => report.regions.some((region) => regions.includes(region)));
  const hidden = inRegion.some((report) => hasMissingResults(report, context))
    ? context.select('neurologicExaminations').unread
    : [];
  return { inRegion, all: reports, unread: [...new Set([...unread, ...hidden])] };
}

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

export function reportName(report: ImagingReport): string {
  return nameOf(report.entry);
}

export function onDate(report: { on?: ImagingReport['on'] }): string | undefined {
  return report.on && formatDays(report.on);
}

export function pointAt(finding: ImagingFinding): Evidence {
  return evidenceOf(
    finding.report.entry,
    finding.report.on,
    `${nameOf(finding.report.entry)}: ${finding.words}`,
  );
}

export function wordsOfFinding(finding: ImagingFinding): Record<string, string | undefined> {
  return { study: nameOf(finding.report.entry), date: onDate(finding.report), what: finding.words };
}
