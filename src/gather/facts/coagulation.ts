import { type FactContext, defineFact } from './fact';
import { activeConditions, conditionWords, pointAtCondition } from '../readings/active-conditions';
import { type LabResult, inrValue, newestLab, plateletValue, pointAtLab } from '../readings/laboratory';

type CoagulationParameter =
  'laboratoryDays' | 'inrContraindicated' | 'inrCaution' | 'plateletsContraindicated' | 'plateletsCaution';

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
  words: ['diagnosis', 'date', 'value'],
  read(context: FactContext<CoagulationParameter>) {
    const limit = (name: CoagulationParameter): number => context.threshold(name) ?? 0;
    const { sure, possible, unread: unreadConditions } = activeConditions(context, 'coagulopathies');
    if (sure.length > 0)
      return {
        finding: 'disorder',
        fields: { normal: false },
        words: conditionWords(sure),
        evidence: sure.map(pointAtCondition),
      };
    const days = limit('laboratoryDays');
    const inr = newestLab(context.select('inrResults'), context.asOf, days, inrValue);
    const platelets = newestLab(context.select('plateletCounts'), context.asOf, days, plateletValue);
    const told = (lab: LabResult, what: string) => {
      const evidence = pointAtLab(lab, what);
      return { words: { value: lab.value ?? '', date: evidence.date ?? 'undated' }, evidence: [evidence] };
    };
    const inrIs = inr?.value;
    const plateletsAre = platelets?.value;
    if (inr && inrIs !== undefined && inrIs >= limit('inrContraindicated'))
      return { finding: 'inr-beyond-limit', fields: { normal: false }, ...told(inr, 'INR') };
    if (platelets && plateletsAre !== undefined && plateletsAre < limit('plateletsContraindicated'))
      return {
        finding: 'platelets-beyond-limit',
        fields: { normal: false },
        ...told(platelets, 'platelets'),
      };
    const unread = [...new Set([...unreadConditions, ...context.select('inrResults').unread])];
    if (unread.length > 0) return { finding: 'normal', fields: {}, unread };
    if (possible.length > 0)
      return {
        finding: 'possible',
        fields: {},
        words: conditionWords(possible),
        evidence: possible.map(pointAtCondition),
      };
    const unreadable =
      inr && inrIs === undefined
        ? { lab: inr, what: 'INR' }
        : platelets && plateletsAre === undefined
          ? { lab: platelets, what: 'platelets' }
          : undefined;
    if (unreadable)
      return {
        finding: 'unreadable',
        fields: {},
        ...told(unreadable.lab, unreadable.what),
        words: { value: unreadable.what, date: pointAtLab(unreadable.lab, '').date ?? 'undated' },
      };
    if (inr && inrIs !== undefined && inrIs > limit('inrCaution'))
      return { finding: 'inr-raised', fields: { normal: false }, ...told(inr, 'INR') };
    if (platelets && plateletsAre !== undefined && plateletsAre < limit('plateletsCaution'))
      return { finding: 'platelets-low', fields: { normal: false }, ...told(platelets, 'platelets') };
    const profile = activeConditions(context, 'abnormalCoagulationProfiles').sure;
    if (profile.length > 0)
      return {
        finding: 'abnormal-profile',
        fields: { normal: false },
        words: conditionWords(profile),
        evidence: profile.map(pointAtCondition),
      };
    const shown = [inr && pointAtLab(inr, 'INR'), platelets && pointAtLab(platelets, 'platelets')].flatMap(
      (e) => e ?? [],
    );
    return { finding: 'normal', fields: { normal: true }, evidence: shown };
  },
});
