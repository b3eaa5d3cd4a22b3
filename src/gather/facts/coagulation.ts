import { dangersIn, tellDangers } from '../readings/dangers';
import { inrValue, newestLab, plateletValue, pointAtLab, type LabResult } from '../readings/laboratory';
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
    const newest = (name: 'inrResults' | 'plateletCounts', read: typeof inrValue): LabResult | undefined =>
      newestLab(context.select(name), context.policyData.selector(name).codes, context.asOf, days, read);
    const inr = newest('inrResults', inrValue);
    const platelets = newest('plateletCounts', plateletValue);
    const disorders = dangersIn(context, 'coagulopathies');

    if (disorders.sure.length > 0) {
      return { finding: 'disorder', fields: { normal: false }, ...tellDangers(disorders.sure) };
    }
    if (inr?.low !== undefined && inr.low >= inrLimit) return ofLab('inr-beyond-limit', false, inr);
    if (platelets?.high !== undefined && platelets.high < plateletLimit) {
      return ofLab('platelets-beyond-limit', false, platelets);
    }
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
    if (inr && (inr.high === undefined || inr.high >= inrLimit)) return ofLab('unreadable', undefined, inr);
    if (platelets && (platelets.low === undefined || platelets.low < plateletLimit)) {
      return ofLab('unreadable', undefined, platelets);
    }
    if (inr?.high !== undefined && inr.high > inrCaution) return ofLab('inr-raised', false, inr);
    if (platelets?.low !== undefined && platelets.low < plateletCaution) {
      return ofLab('platelets-low', false, platelets);
    }
    const profile = dangersIn(context, 'abnormalCoagulationProfiles').sure;
    if (profile.length > 0)
      return { finding: 'abnormal-profile', fields: { normal: false }, ...tellDangers(profile) };
    const evidence = [inr && pointAtLab(inr), platelets && pointAtLab(platelets)].flatMap(
      (item) => item ?? [],
    );
    return { finding: 'normal', fields: { normal: true }, evidence };
  },
});
