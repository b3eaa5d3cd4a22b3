import { confirmed, ofOrder, ofProblemList } from '../readings/diagnoses';
import { listed } from '../readings/evidence';
import { defineFact } from './fact';

/** What kind of headache the block is for; an order that states neuralgia and migraine is judged as neuralgia. */
export const headache = defineFact({
  fields: ['neuralgia', 'migraine'],
  findings: ['neuralgia', 'migraine', 'other'],
  read(context) {
    const neuralgia = [context.policyData.valueSet('occipital-neuralgia')];
    const migraine = [context.policyData.valueSet('migraine-diagnoses')];
    const states = (sets: typeof neuralgia): boolean => ofOrder(context, sets).length > 0;
    const lists = (sets: typeof neuralgia): boolean => confirmed(ofProblemList(context, sets)).length > 0;
    const isStated = states(neuralgia) || states(migraine);
    const isNeuralgia = isStated ? states(neuralgia) : lists(neuralgia);
    if (isNeuralgia) return { finding: 'neuralgia', fields: { neuralgia: true, migraine: false } };
    const isMigraine = isStated || lists(migraine);
    if (isMigraine) return { finding: 'migraine', fields: { neuralgia: false, migraine: true } };
    const { unread } = context.select('conditions');
    return { finding: 'other', fields: { ...(unread.length === 0 && { migraine: false }) }, unread };
  },
});

/** Whether the words or the timing of the order make it a series. */
function isSeries({ line, policyData }: Parameters<typeof headache.read>[0]): boolean {
  return line.order.repeats || policyData.vocabulary('series').test(line.order.words);
}

/** Whether the block is a single one that its diagnosis supports: no series, no prevention, for migraine short-term. */
export const blockIntent = defineFact({
  fields: ['supported', 'acute'],
  findings: ['single', 'short-term', 'series', 'prevention', 'not-stated'],
  words: ['what'],
  read(context) {
    const { order } = context.line;
    const acute = context.policyData.vocabulary('shortTerm').test(order.words);
    if (order.purposes.has('prevention')) return { finding: 'prevention', fields: { acute: false } };
    if (isSeries(context)) return { finding: 'series', fields: { acute: false } };
    const isMigraine = headache.read(context).fields['migraine'] === true;
    if (!isMigraine) return { finding: 'single', fields: { supported: true, acute: false } };
    if (acute) return { finding: 'short-term', fields: { supported: true, acute: true } };
    return { finding: 'not-stated', fields: { acute: false } };
  },
});

/** Whether an order is for one session; a series is judged as its first. */
export const standingSeries = defineFact({
  fields: ['single'],
  findings: ['single', 'series'],
  words: ['purposes'],
  read(context) {
    if (!isSeries(context)) return { finding: 'single', fields: { single: true } };
    const purposes = listed([...context.line.order.purposes]);
    return { finding: 'series', fields: { single: false }, words: { purposes } };
  },
});
