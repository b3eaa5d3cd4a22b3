import { isSameLevel, levelName } from '../../anatomy/spine-level';
import { states } from '../../fhir/narrative';
import { concepts, wordsOf } from '../../fhir/read';
import type { SelectorName } from '../../policy/names';
import { memberOf } from '../../policy/value-set';
import type { Selected } from '../record-entry';
import { dangersIn, tellDangers } from '../readings/dangers';
import { newestOf, observedNewestFirst } from '../readings/dates-of';
import { evidenceOf, nameOf } from '../readings/evidence';
import { placeOf } from '../readings/report-findings';
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

/** Whether a fusion is coded at the level of the line. */
function isFusedThere(entry: Selected, context: LineContext): boolean {
  const { level } = context.line;
  const fusion = context.policyData.valueSet('fusion-diagnoses');
  const isFusion =
    entry.resource['resourceType'] === 'Procedure' || memberOf(entry.concepts, [fusion]) !== undefined;
  const { levels } = placeOf(concepts(entry.resource['bodySite']), context);
  return level !== undefined && isFusion && levels.some((named) => isSameLevel(named, level));
}

/** Fusion, earlier spine surgery or a tumour; a fusion at the ordered level is more than a caution to some. */
export const alteredAnatomy = defineFact({
  fields: ['absent'],
  findings: ['fused-level', 'present', 'absent'],
  words: ['what', 'date', 'level'],
  read(context) {
    const { sure, unread } = dangersIn(context, 'alteredSpineAnatomy', 'spinalFusions');
    const fused = sure.filter((entry) => isFusedThere(entry, context));
    if (fused.length > 0) {
      const { words, evidence } = tellDangers(fused);
      const level = context.line.level ? levelName(context.line.level) : '';
      return { finding: 'fused-level', fields: { absent: false }, words: { ...words, level }, evidence };
    }
    if (sure.length > 0) return { finding: 'present', fields: { absent: false }, ...tellDangers(sure) };
    return absentIfRead(unread);
  },
});
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
    const positive = newestOf(observedNewestFirst(tests.items)).find((test) => isPositive(test, context));
    if (positive) {
      const said = examinationResult(positive);
      const summary = said === '' ? nameOf(positive) : `${nameOf(positive)}: ${said}`;
      const evidence = evidenceOf(positive, positive.on, summary);
      const words = { what: evidence.summary, date: evidence.date };
      return { finding: 'present', fields: { absent: false }, words, evidence: [evidence] };
    }
    return absentIfRead([...new Set([...diagnoses.unread, ...tests.unread])]);
  },
});
