import { sideInText } from '../../anatomy/side';
import { levelName } from '../../anatomy/spine-level';
import { examinationResult, examinedSide, focusedExaminations } from './examination';
import { type LineContext, defineFact } from './fact';
import { observedOn } from '../readings/dates-of';
import { evidenceOf, nameOf } from '../readings/evidence';
import { namesLevel, speakForSide } from '../readings/root-place';
import {
  nerveTestsOfRegion,
  orderedPlace,
  pointAtAll,
  reportsOfRegion,
  tellFinding,
  tellNerveTest,
} from '../readings/regional-reports';
import { weigh } from '../readings/root-findings';

function orderedLevels(context: LineContext): number {
  const family = context.group.session.lines.filter((line) => line.procedure.family === context.group.family);
  return new Set(
    family.map((line) => (line.level ? levelName(line.level) : line.order.reference + line.procedure.code)),
  ).size;
}

/** Whether the record justifies this level on this side: imaging or electrodiagnostics that name it, or for a single level an examination. */
export const levelEvidence = defineFact({
  fields: ['present'],
  findings: [
    'imaging',
    'electrodiagnostics',
    'examination',
    'other-side',
    'other-level',
    'not-stated',
    'none',
  ],
  thresholds: ['narrativeLevelEvidence'],
  words: ['study', 'date', 'what', 'ordered'],
  read(context) {
    const { level } = context.line;
    const { side } = context.group;
    if (!level || !side) return { finding: 'not-stated', fields: {} };
    const ordered = orderedPlace(context);
    const narrative = context.setting('narrativeLevelEvidence');
    const { inRegion, unread } = reportsOfRegion(context);
    const roots = inRegion.flatMap((report) => report.findings).filter((f) => f.kind === 'root');
    const coded = roots.filter((finding) => finding.coded);
    const { supports, otherSide, otherLevel } = weigh(narrative ? roots : coded, context);
    const best = supports[0];
    if (best) {
      return {
        finding: 'imaging',
        fields: { present: true },
        words: { ...tellFinding(best).words, ordered },
        evidence: pointAtAll(supports),
      };
    }
    const tests = nerveTestsOfRegion(context).tests.filter(
      (test) => (test.coded || narrative) && namesLevel(test, level),
    );
    const test = speakForSide(tests, side) ? tests[0] : undefined;
    if (test) {
      const { words, evidence } = tellNerveTest(test);
      return {
        finding: 'electrodiagnostics',
        fields: { present: true },
        words: { ...words, ordered },
        evidence,
      };
    }
    const exams = focusedExaminations(context);
    const onSide = exams.items.filter((entry) => {
      const examined = examinedSide(entry) ?? (narrative ? sideInText(examinationResult(entry)) : undefined);
      return examined !== undefined && (examined === side || examined === 'both' || side === 'both');
    });
    const isEnough = orderedLevels(context) === 1 && coded.length === 0;
    const exam = speakForSide(
      onSide.map((entry) => ({ side: examinedSide(entry) ?? side })),
      side,
    )
      ? onSide[0]
      : undefined;
    if (isEnough && exam && unread.length === 0) {
      const result = [nameOf(exam), examinationResult(exam)].filter((part) => part !== '').join(': ');
      const evidence = evidenceOf(exam, observedOn(exam.resource), result);
      const words = { study: nameOf(exam), what: result, date: evidence.date, ordered };
      return { finding: 'examination', fields: { present: true }, words, evidence: [evidence] };
    }
    const stillUnread = [...new Set([...unread, ...(isEnough ? exams.unread : [])])];
    const against = [otherSide, otherLevel].find((finding) => finding?.coded);
    if (against) {
      const finding = against === otherSide ? 'other-side' : 'other-level';
      const present = unread.length > 0 ? undefined : false;
      const { words, evidence } = tellFinding(against);
      return { finding, fields: { present }, words: { ...words, ordered }, evidence, unread };
    }
    return { finding: 'none', fields: {}, words: { ordered }, unread: stillUnread };
  },
});
