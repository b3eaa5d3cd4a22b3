import { confirmed, ofOrder, ofProblemList } from '../readings/diagnoses';
import { sentencesOf, states, withoutHistory } from '../../fhir/narrative';
import { defineFact, type LineContext } from './fact';

/** What kind of headache the block is for; an order that states neuralgia and migraine is judged as neuralgia. */
export const headache = defineFact({
  fields: ['neuralgia', 'migraine'],
  findings: ['neuralgia', 'migraine', 'other'],
  read(context) {
    const neuralgia = [context.policyData.valueSet('occipital-neuralgia')];
    const migraine = [context.policyData.valueSet('migraine-diagnoses')];
    const orders = (sets: typeof neuralgia): boolean => ofOrder(context, sets).length > 0;
    const lists = (sets: typeof neuralgia): boolean => confirmed(ofProblemList(context, sets)).length > 0;
    const isStated = orders(neuralgia) || orders(migraine);
    const isNeuralgia = isStated ? orders(neuralgia) : lists(neuralgia);
    if (isNeuralgia) return { finding: 'neuralgia', fields: { neuralgia: true, migraine: false } };
    const isMigraine = isStated || lists(migraine);
    if (isMigraine) return { finding: 'migraine', fields: { neuralgia: false, migraine: true } };
    const { unread } = context.select('conditions');
    return { finding: 'other', fields: { ...(unread.length === 0 && { migraine: false }) }, unread };
  },
});

const CLAUSE_END = /[.,;\n]/u;

/** Whether the words or the timing of the order make it a series; how often it hurts, or other treatment is, is no series. */
function isSeries({ line, policyData }: LineContext): boolean {
  const ofSymptoms = policyData.vocabulary('notSeries');
  const pattern = policyData.vocabulary('series');
  const isOtherTreatment = (sentence: string): boolean =>
    policyData.vocabulary('treatmentBesides').test(sentence) &&
    !policyData.vocabulary('block').test(sentence);
  const clauses = sentencesOf(line.order.words)
    .filter((sentence) => !isOtherTreatment(sentence))
    .flatMap((sentence) => sentence.split(CLAUSE_END));
  return line.order.repeats || clauses.some((clause) => states(clause, pattern) && !ofSymptoms.test(clause));
}

/** Whether the block itself is to prevent attacks; what drugs are or were to prevent is no purpose of the block. */
function isForPrevention({ line, policyData }: LineContext): boolean {
  const ofDrugs = policyData.vocabulary('preventionByDrugs');
  const isOfBlock = (clause: string): boolean =>
    policyData.vocabulary('block').test(clause) || !ofDrugs.test(clause);
  return withoutHistory(line.order.words)
    .split(CLAUSE_END)
    .some((clause) => states(clause, policyData.vocabulary('prevention')) && isOfBlock(clause));
}

/** Whether the block is a single one that its diagnosis supports: no series, no prevention, for migraine short-term. */
export const blockIntent = defineFact({
  fields: ['supported', 'acute'],
  findings: ['single', 'short-term', 'series', 'prevention', 'not-stated'],
  read(context) {
    const { order } = context.line;
    if (isForPrevention(context)) return { finding: 'prevention', fields: { acute: false } };
    if (isSeries(context)) return { finding: 'series', fields: { acute: false } };
    const { fields, unread = [] } = headache.read(context);
    const shortTerm = context.policyData.vocabulary('shortTerm');
    const isAcute = order.words.split(CLAUSE_END).some((clause) => states(clause, shortTerm));
    const acute = isAcute && fields['migraine'] !== false;
    if (isAcute) return { finding: 'short-term', fields: { supported: true, acute } };
    if (fields['migraine'] === false) return { finding: 'single', fields: { supported: true, acute: false } };
    return { finding: 'not-stated', fields: { acute: false }, unread: fields['migraine'] ? [] : unread };
  },
});

/** Whether an order is for one session; a series is judged as its first. */
export const standingSeries = defineFact({
  fields: ['single'],
  findings: ['single', 'series'],
  read(context) {
    const single = !isSeries(context);
    return { finding: single ? 'single' : 'series', fields: { single } };
  },
});
