import { defineFact } from './fact';
import { activeConditions, conditionWords, names, pointAtCondition } from '../readings/active-conditions';
import { currentDrugs, pointAtDrug } from '../readings/current-drugs';
import { nameOf } from '../readings/evidence';

/** No active infection: present decides; suspected or unread leaves it open; an antibiotic alone is a caution. */
export const infection = defineFact({
  fields: ['absent'],
  findings: ['present', 'possible', 'antibiotic', 'absent'],
  words: ['diagnosis', 'date', 'drugs'],
  read(context) {
    const { sure, possible, unread } = activeConditions(context, 'infections');
    if (sure.length > 0)
      return {
        finding: 'present',
        fields: { absent: false },
        words: conditionWords(sure),
        evidence: sure.map(pointAtCondition),
      };
    if (possible.length > 0)
      return {
        finding: 'possible',
        fields: {},
        words: conditionWords(possible),
        evidence: possible.map(pointAtCondition),
      };
    if (unread.length > 0) return { finding: 'absent', fields: {}, unread };
    const antibiotics = currentDrugs(context.select('currentAntibiotics'), context.asOf);
    if (antibiotics.length > 0)
      return {
        finding: 'antibiotic',
        fields: { absent: false },
        words: { drugs: names(antibiotics, nameOf) },
        evidence: antibiotics.map(pointAtDrug),
      };
    return { finding: 'absent', fields: { absent: true } };
  },
});
