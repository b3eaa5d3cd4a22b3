import { concepts } from '../../fhir/read';
import { states } from '../../fhir/narrative';
import { memberOf } from '../../policy/value-set';
import { confirmed, ofProblemList } from '../readings/diagnoses';
import { regionsOfLine } from '../readings/imaging';
import { pointAtReport, reportsOfRegion, tellReport } from '../readings/regional-reports';
import { narrativeOf, type Report } from '../readings/report';
import { resultObservations, saysAbsent } from '../readings/report-findings';
import { defineFact, type LineContext } from './fact';

/** The fracture, tumour or infection that a report codes, in its conclusion or in an Observation it points at. */
function codedOtherCause({ entry }: Report, context: LineContext): string | undefined {
  const observed = resultObservations(entry, context)
    .filter((observation) => !saysAbsent(observation, context))
    .flatMap(({ resource, concepts: own }) => [...concepts(resource['valueCodeableConcept']), ...own]);
  const coded = [...concepts(entry.resource['conclusionCode']), ...observed];
  const causes = context.policyData.valueSet('other-cause-findings');
  return memberOf(coded, [causes])?.label;
}

/** Whether imaging of the region is on file, and shows no fracture, tumour or infection that explains the pain. */
export const otherCause = defineFact({
  fields: ['imaged', 'notShown'],
  findings: ['not-shown', 'shown', 'on-problem-list', 'in-words', 'other-region', 'none'],
  words: ['study', 'date', 'what', 'region'],
  read(context) {
    const { inRegion, all, unread } = reportsOfRegion(context);
    const region = regionsOfLine(context).join('/');
    for (const report of inRegion) {
      const what = codedOtherCause(report, context);
      if (what === undefined) continue;
      return { finding: 'shown', fields: { imaged: true, notShown: false }, ...tellReport(report, what) };
    }
    const listedCause = confirmed(
      ofProblemList(context, [context.policyData.valueSet('other-cause-findings')]),
    )[0];
    if (listedCause) {
      const { evidence, name: what } = listedCause;
      const imaged = inRegion.length > 0 || undefined;
      return {
        finding: 'on-problem-list',
        fields: { imaged, notShown: false },
        words: { what },
        evidence: [evidence],
      };
    }
    const pattern = context.policyData.vocabulary('otherCause');
    const inWords = inRegion.find((report) => states(narrativeOf(report.entry), pattern));
    if (inWords) return { finding: 'in-words', fields: { imaged: true }, ...tellReport(inWords) };
    const seen = inRegion[0];
    const hidden = [...new Set([...unread, ...context.select('conditions').unread])];
    const notShown = hidden.length > 0 ? undefined : true;
    if (seen) {
      const evidence = inRegion.map(pointAtReport);
      const { words } = tellReport(seen);
      return { finding: 'not-shown', fields: { imaged: true, notShown }, words, evidence, unread: hidden };
    }
    const elsewhere = all[0];
    if (!elsewhere) return { finding: 'none', fields: { notShown }, words: { region }, unread: hidden };
    const { words, evidence } = tellReport(elsewhere);
    return {
      finding: 'other-region',
      fields: { notShown },
      words: { ...words, region },
      evidence,
      unread: hidden,
    };
  },
});
