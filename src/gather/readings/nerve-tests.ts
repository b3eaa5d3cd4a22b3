import { type Side, sideInText } from '../../anatomy/side';
import { type SpineLevel, readLevels } from '../../anatomy/spine-level';
import { statementsOf } from '../../fhir/narrative';
import type { LineContext } from '../facts/fact';
import { isAfter, newestFirst } from './dates-of';
import { type Report, narrativeOf, reportOf } from './report';
import { codedFindings } from './report-findings';

/** An abnormal electrodiagnostic report with the roots it names. */
export interface NerveTest extends Report {
  readonly coded: boolean;
  readonly levels: readonly SpineLevel[];
  readonly side?: Side;
  readonly words: string;
}

interface NerveTests {
  readonly tests: readonly NerveTest[];
  readonly unread: readonly string[];
}

/** Abnormal electrodiagnostic reports up to the evaluation date that name a root or level, newest first. */
export function abnormalNerveTests(context: LineContext): NerveTests {
  return context.once('abnormalNerveTests', () => readNerveTests(context));
}

function readNerveTests(context: LineContext): NerveTests {
  const { items, unread } = context.select('electrodiagnostics');
  const tests = items
    .map(reportOf)
    .filter((report) => !isAfter(report.on, context.asOf))
    .flatMap((report): NerveTest[] => {
      const coded = codedFindings(report.entry, context).find(
        (f) => f.kind === 'root' && f.levels.length > 0,
      );
      if (coded) return [{ ...report, ...coded, coded: true }];
      const whole = narrativeOf(report.entry);
      const stated = statementsOf(whole, context.policyData.vocabulary('abnormalElectrodiagnostics'));
      const sentences = stated.map((statement) => statement.sentence).join('; ');
      const inSentences = readLevels(sentences);
      const levels = inSentences.length > 0 ? inSentences : readLevels(whole);
      if (stated.length === 0 || levels.length === 0) return [];
      const words = [...new Set(stated.map((statement) => statement.clause))].join(', ');
      const side = sideInText(sentences) ?? sideInText(whole);
      return [{ ...report, coded: false, levels, words, ...(side && { side }) }];
    });
  return { tests: newestFirst(tests), unread };
}
