import { states } from '../../fhir/narrative';
import { isAfter, observedOn } from '../readings/dates-of';
import { evidenceOf, nameOf } from '../readings/evidence';
import { reportOf } from '../readings/report';
import { defineFact, type Evidence } from './fact';

/** Whether the record shows why this patient is chosen: imaging of the head, an examination, or words of the order. */
export const patientSelection = defineFact({
  fields: ['recorded'],
  findings: ['imaging', 'examination', 'words', 'none'],
  words: ['what', 'date'],
  read(context) {
    const imaging = context.select('headImaging');
    const examinations = context.select('neuralgiaFeatures');
    const neurologic = context.select('neurologicExaminations');
    const narrative = context.select('faceExaminations');
    const point = (entry: (typeof imaging.items)[number]): Evidence =>
      evidenceOf(entry, observedOn(entry.resource), nameOf(entry));
    const upToNow = (entry: (typeof imaging.items)[number]): boolean =>
      !isAfter(observedOn(entry.resource), context.asOf);
    const report = imaging.items.filter(upToNow).find((entry) => reportOf(entry).hasContent);
    const examined = [...examinations.items, ...neurologic.items, ...narrative.items].find(upToNow);
    const found = report ?? examined;
    if (found) {
      const evidence = point(found);
      const words = { what: nameOf(found), date: evidence.date };
      const finding = report ? 'imaging' : 'examination';
      return { finding, fields: { recorded: true }, words, evidence: [evidence] };
    }
    if (states(context.line.order.words, context.policyData.vocabulary('selection')))
      return { finding: 'words', fields: { recorded: true } };
    const unread = [...new Set([...imaging.unread, ...examinations.unread])];
    return { finding: 'none', fields: {}, unread };
  },
});
