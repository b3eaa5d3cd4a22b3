import { dangersIn, tellDangers } from '../readings/dangers';
import { absentIfRead, defineFact } from './fact';

/** An active infection: present decides; suspected or unread leaves it open; an antibiotic alone is a caution. */
export const infection = defineFact({
  fields: ['absent'],
  findings: ['present', 'possible', 'antibiotic', 'absent'],
  words: ['what', 'date'],
  read(context) {
    const { sure, possible, unread } = dangersIn(context, 'infections');
    if (sure.length > 0) return { finding: 'present', fields: { absent: false }, ...tellDangers(sure) };
    if (possible.length > 0) return { finding: 'possible', fields: {}, ...tellDangers(possible) };
    if (unread.length > 0) return absentIfRead(unread);
    const antibiotics = dangersIn(context, 'currentAntibiotics').sure;
    if (antibiotics.length > 0) {
      return { finding: 'antibiotic', fields: { absent: false }, ...tellDangers(antibiotics) };
    }
    return absentIfRead([]);
  },
});
