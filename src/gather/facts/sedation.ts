import { states } from '../../fhir/narrative';
import { defineFact } from './fact';
import { listed } from '../readings/evidence';

/** No deep sedation or anaesthesia ordered beside the block. */
export const sedation = defineFact({
  fields: ['none'],
  findings: ['code', 'words', 'none'],
  words: ['companion'],
  read(context) {
    const companions = context.group.session.companions.filter((line) => line.companion.kind === 'sedation');
    const codes = listed([...new Set(companions.map((line) => line.companion.code))].toSorted());
    if (codes !== '') return { finding: 'code', fields: { none: false }, words: { companion: codes } };
    const said = states(context.line.order.words, context.policyData.vocabulary('sedation'));
    return said ? { finding: 'words', fields: { none: false } } : { finding: 'none', fields: { none: true } };
  },
});
