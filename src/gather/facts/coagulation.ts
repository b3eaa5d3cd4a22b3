import { dangersIn, tellDangers } from '../readings/dangers';
import { inrValue, newestLabs, plateletValue, pointAtLab, type LabResult } from '../readings/laboratory';
import { nameOf } from '../readings/evidence';
import { defineFact, type Fact } from './fact';

function ofLab<Finding extends string>(
  finding: Finding,
  normal: boolean | undefined,
  lab: LabResult,
): Fact<'normal', Finding> {
  const evidence = pointAtLab(lab);
  const words = { value: lab.shown === '' ? nameOf(lab.entry) : lab.shown, date: evidence.date };
  return { finding, fields: { normal }, words, evidence: [evidence] };
}

/** No uncorrected coagulopathy: a disorder, an INR or a platelet count beyond the limit contraindicates. */
export const coagulation = defineFact({
  fields: ['normal'],
  findings: [
    'disorder',
    'inr-beyond-limit',
    'platelets-beyond-limit',
    'possible',
    'unreadable',
    'inr-raised',
    'platelets-low',
    'abnormal-profile',
    'normal',
  ],
  thresholds: [
    'laboratoryDays',
    'inrContraindicated',
    'inrCaution',
    'plateletsContraindicated',
    'plateletsCaution',
  ],
  words: ['what', 'date', 'value'],
  read(context) {
    const days = context.threshold('laboratoryDays') ?? 0;
    const inrLimit = context.threshold('inrContraindicated') ?? Number.POSITIVE_INFINITY;
    const inrCaution = context.threshold('inrCaution') ?? Number.POSITIVE_INFINITY;
    const plateletLimit = context.threshold('plateletsContraindicated') ?? 0;
    const plateletCaution = context.threshold('plateletsCaution') ?? 0;
    const newest = (name: 'inrResults' | 'plateletCounts', read: typeof inrValue): LabResult[] =>
      newestLabs(context.select(name), context.policyData.selector(name).codes, context.asOf, days, read);
    const inrs = newest('inrResults', inrValue);
    const platelets = newest('plateletCounts', plateletValue);
    const disorders = dangersIn(context, 'coagulopathies');

    if (disorders.sure.length > 0) {
      return { finding: 'disorder', fields: { normal: false }, ...tellDangers(disorders.sure) };
    }
    const tooHigh = inrs.find(({ low }) => low !== undefined && low >= inrLimit);
    if (tooHigh) return ofLab('inr-beyond-limit', false, tooHigh);
    const tooFew = platelets.find(({ high }) => high !== undefined && high < plateletLimit);
    if (tooFew) return ofLab('platelets-beyond-limit', false, tooFew);
    const unread = [
      ...new Set([
        ...disorders.unread,
        ...context.select('inrResults').unread,
        ...context.select('plateletCounts').unread,
      ]),
    ];
    if (unread.length > 0) return { finding: 'normal', fields: {}, unread };
    if (disorders.possible.length > 0) {
      return { finding: 'possible', fields: {}, ...tellDangers(disorders.possible) };
    }
    const open =
      inrs.find(({ high }) => high === undefined || high >= inrLimit) ??
      platelets.find(({ low }) => low === undefined || low < plateletLimit);
    if (open) return ofLab('unreadable', undefined, open);
    const raised = inrs.find(({ high }) => high !== undefined && high > inrCaution);
    if (raised) return ofLab('inr-raised', false, raised);
    const few = platelets.find(({ low }) => low !== undefined && low < plateletCaution);
    if (few) return ofLab('platelets-low', false, few);
    const profile = dangersIn(context, 'abnormalCoagulationProfiles').sure;
    if (profile.length > 0)
      return { finding: 'abnormal-profile', fields: { normal: false }, ...tellDangers(profile) };
    const evidence = [...inrs, ...platelets].map(pointAtLab);
    return { finding: 'normal', fields: { normal: true }, evidence };
  },
});
