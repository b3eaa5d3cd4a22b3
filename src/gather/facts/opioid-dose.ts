import { isObject, number, objects, text, wordsOf, type Json } from '../../fhir/read';
import { dangersIn } from '../readings/dangers';
import { evidenceOf, listed, nameOf } from '../readings/evidence';
import { drugDates } from '../readings/dates-of';
import type { Selected } from '../record-entry';
import { defineFact, type LineContext } from './fact';

const DAYS_OF_UNIT = new Map([
  ['h', 1 / 24],
  ['d', 1],
  ['wk', 7],
]);
const STRENGTH = /(\d+(?:\.\d+)?)\s*mg\b/iu;

/** The milligrams of one dose: as a mass, or so many tablets of the strength in the drug's name. */
function milligramsOf(dose: Json, words: string): number | undefined {
  const value = number(dose['value']);
  const unit = (text(dose['code']) ?? text(dose['unit']) ?? '').toLowerCase();
  if (value === undefined || value < 0) return undefined;
  if (unit === 'mg') return value;
  const strength = /tab|cap|^\{|^1?$/u.test(unit) ? STRENGTH.exec(words)?.[1] : undefined;
  return strength === undefined ? undefined : value * Number(strength);
}

/** How many doses a day a dosage gives. */
function dosesADay(dosage: Json): number | undefined {
  const repeat = isObject(dosage['timing']) ? dosage['timing']['repeat'] : undefined;
  if (!isObject(repeat)) return undefined;
  const days = DAYS_OF_UNIT.get(text(repeat['periodUnit']) ?? '');
  const period = number(repeat['period']);
  const frequency = repeat['frequency'] === undefined ? 1 : number(repeat['frequency']);
  if (days === undefined || period === undefined || frequency === undefined) return undefined;
  return period > 0 && frequency > 0 ? frequency / (period * days) : undefined;
}

/** Milligrams of oral morphine a day that the drug is worth; undefined when its dose or kind does not say. */
function morphineADay(drug: Selected, context: LineContext): number | undefined {
  const words = drug.concepts.map(wordsOf).join('; ');
  const kind = drug.member?.kind ?? words.toLowerCase();
  const factor = [...context.policyData.opioidFactors].find(([name]) => kind.includes(name))?.[1];
  if (factor === undefined) return undefined;
  const dosages = [...objects(drug.resource['dosageInstruction']), ...objects(drug.resource['dosage'])];
  const each = dosages.map((dosage) => {
    const [amount] = objects(dosage['doseAndRate']);
    const dose = amount && isObject(amount['doseQuantity']) ? amount['doseQuantity'] : undefined;
    const milligrams = dose && milligramsOf(dose, words);
    const doses = dosesADay(dosage);
    const morphine =
      milligrams === undefined || doses === undefined ? Number.NaN : milligrams * doses * factor;
    return Number.isFinite(morphine) ? morphine : undefined;
  });
  return each.length === 0 || each.includes(undefined)
    ? undefined
    : each.reduce<number>((sum, dose) => sum + (dose ?? 0), 0);
}

/** Opioids in use by their dose; they are never asked for. */
export const opioidDose = defineFact({
  fields: ['low'],
  findings: ['high', 'raised', 'unknown', 'low', 'none'],
  thresholds: ['opioidCautionMme', 'opioidHighMme'],
  words: ['what', 'dose'],
  read(context) {
    const { sure, unread } = dangersIn(context, 'opioids');
    const what = listed([...new Set(sure.map(nameOf))]);
    const evidence = sure.map((drug) => evidenceOf(drug, drugDates(drug.resource).start, nameOf(drug)));
    const doses = sure.map((drug) => morphineADay(drug, context));
    const known = doses.reduce<number>((sum, dose) => sum + (dose ?? 0), 0);
    const told = { words: { what, dose: Math.round(known * 10) / 10 }, evidence };
    if (known >= (context.threshold('opioidHighMme') ?? Number.POSITIVE_INFINITY))
      return { finding: 'high', fields: { low: false }, ...told };
    if (known > (context.threshold('opioidCautionMme') ?? Number.POSITIVE_INFINITY))
      return { finding: 'raised', fields: { low: false }, ...told };
    if (unread.length > 0) return { finding: 'none', fields: {}, unread };
    if (doses.includes(undefined)) return { finding: 'unknown', fields: {}, ...told };
    return { finding: sure.length > 0 ? 'low' : 'none', fields: { low: true }, evidence };
  },
});
