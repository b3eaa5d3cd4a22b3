import { states } from '../../fhir/narrative';
import { concepts, wordsOf } from '../../fhir/read';
import type { SelectorName } from '../../policy/names';
import type { Selected } from '../record-entry';
import { dangersIn, tellDangers } from '../readings/dangers';
import { observedNewestFirst } from '../readings/dates-of';
import { evidenceOf, nameOf } from '../readings/evidence';
import { examinationResult } from './examination';
import { absentIfRead, defineFact, type LineContext } from './fact';

/** A caution that selected diagnoses, procedures, drugs or allergies raise. */
function caution(...selectors: readonly SelectorName[]) {
  return defineFact({
    fields: ['absent'],
    findings: ['present', 'absent'],
    words: ['what', 'date'],
    read(context) {
      const { sure, unread } = dangersIn(context, ...selectors);
      if (sure.length > 0) return { finding: 'present', fields: { absent: false }, ...tellDangers(sure) };
      return absentIfRead(unread);
    },
  });
}

export const antiangiogenicDrug = caution('antiangiogenics');
export const limitedLifeExpectancy = caution('hospiceCare');
/** Fusion, earlier spine surgery or a tumour. */
export const alteredAnatomy = caution('alteredSpineAnatomy', 'spinalFusions');
export const injectateAllergy = caution('injectateAllergies', 'injectateAllergyStatus');

function isPositive(test: Selected, context: LineContext): boolean {
  const { policyData } = context;
  return concepts(test.resource['valueCodeableConcept']).some(
    (value) =>
      policyData.valueSet('pregnancy-diagnoses').memberOf(value) ??
      policyData.valueSet('exam-positive').memberOf(value) ??
      states(wordsOf(value), policyData.vocabulary('pregnant')),
  );
}

/** A known pregnancy: an active diagnosis, or the newest pregnancy test. */
export const pregnancy = defineFact({
  fields: ['absent'],
  findings: ['present', 'absent'],
  words: ['what', 'date'],
  read(context) {
    const diagnoses = dangersIn(context, 'pregnancyDiagnoses');
    if (diagnoses.sure.length > 0) {
      return { finding: 'present', fields: { absent: false }, ...tellDangers(diagnoses.sure) };
    }
    const tests = context.select('pregnancyTests');
    const [newest] = observedNewestFirst(tests.items);
    if (newest && isPositive(newest, context)) {
      const evidence = evidenceOf(newest, newest.on, `${nameOf(newest)}: ${examinationResult(newest)}`);
      const words = { what: evidence.summary, date: evidence.date };
      return { finding: 'present', fields: { absent: false }, words, evidence: [evidence] };
    }
    return absentIfRead([...new Set([...diagnoses.unread, ...tests.unread])]);
  },
});
