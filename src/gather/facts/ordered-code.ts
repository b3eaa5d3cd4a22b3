import { spineRegionsOf } from '../../anatomy/spine-level';
import { defineFact } from './fact';

/** What the code is for: a side, a level of the spine. */
export const orderedCode = defineFact({
  fields: ['sided', 'spinal'],
  findings: ['known'],
  read({ line: { procedure } }) {
    return { finding: 'known', fields: { sided: procedure.sided, spinal: procedure.region !== undefined } };
  },
});

/** Whether bleeding would do little harm at the ordered place; an unstated level is taken for the riskier one. */
export const bleedingRisk = defineFact({
  fields: ['low'],
  findings: ['known'],
  read({ line: { procedure, level } }) {
    const where = procedure.lowBleedingRisk;
    if (where === undefined || where === 'anywhere') {
      return { finding: 'known', fields: { low: where === 'anywhere' } };
    }
    const low = level !== undefined && spineRegionsOf(level).every((region) => where.includes(region));
    return { finding: 'known', fields: { low } };
  },
});
