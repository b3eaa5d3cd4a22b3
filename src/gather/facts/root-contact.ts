import { states } from '../../fhir/narrative';
import type { ImagingFinding } from '../readings/report';
import {
  orderedPlace,
  pointAtAll,
  reportsOfRegion,
  tellFinding,
  tellReport,
} from '../readings/regional-reports';
import { weigh } from '../readings/root-findings';
import { defineFact, type LineContext } from './fact';

/** Whether a finding says that something touches or compresses the root, by its code or its words. */
function isContact({ words }: ImagingFinding, context: LineContext): boolean {
  return states(words, context.policyData.vocabulary('rootContact'));
}

/** Whether imaging shows contact or compression of the root at the ordered level and side. */
export const rootContact = defineFact({
  fields: ['shown', 'none'],
  findings: ['shown', 'elsewhere', 'no-contact', 'no-imaging'],
  words: ['study', 'date', 'what', 'ordered'],
  read(context) {
    const { inRegion, unread } = reportsOfRegion(context);
    const contacts = inRegion.flatMap((report) => report.findings).filter((f) => isContact(f, context));
    const ordered = orderedPlace(context);
    const { supports } = weigh(contacts, context);
    const [best] = supports;
    if (best) {
      const { words } = tellFinding(best);
      const evidence = pointAtAll(supports);
      return {
        finding: 'shown',
        fields: { shown: true, none: false },
        words: { ...words, ordered },
        evidence,
      };
    }
    const none = unread.length > 0 ? undefined : true;
    const [other] = contacts;
    const seen = other ? tellFinding(other) : inRegion[0] && tellReport(inRegion[0]);
    if (!seen) return { finding: 'no-imaging', fields: { none }, words: { ordered }, unread };
    const told = { words: { ...seen.words, ordered }, evidence: seen.evidence, unread };
    return { finding: other ? 'elsewhere' : 'no-contact', fields: { none }, ...told };
  },
});
