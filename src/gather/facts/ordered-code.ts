import { spineRegionsOf } from '../../anatomy/spine-level';
import { defineFact } from './fact';

/** What the code is for: a side, a level of the spine, and whether it is done under fluoroscopy or CT. */
export const orderedCode = defineFact({
  fields: ['sided', 'spinal', 'lumbar', 'imageGuided'],
  findings: ['known'],
  read({ line: { procedure, order }, group }) {
    const hasCompanion = group.session.companions.some(
      ({ companion }) => companion.kind === 'fluoroscopy' || companion.kind === 'ct',
    );
    const isSaid = order.guidance.has('fluoroscopy') || order.guidance.has('ct');
    const imageGuided = procedure.imageGuidanceIncluded === true || isSaid || hasCompanion;
    const fields = {
      sided: procedure.sided,
      spinal: procedure.region !== undefined,
      lumbar: procedure.region === 'lumbar-sacral',
      imageGuided,
    };
    return { finding: 'known', fields };
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

/** Whether the profile's source supports blocks and ablation for axial spine pain at all. */
export const evidenceStance = defineFact({
  fields: ['supports'],
  findings: ['supports', 'opposes'],
  thresholds: ['axialPainSupported'],
  read(context) {
    const supports = context.setting('axialPainSupported');
    return { finding: supports ? 'supports' : 'opposes', fields: { supports } };
  },
});
