import { isObject, objects, period, referenceOf, text } from '../../fhir/read';
import { parseDays } from '../../time/days';
import type { Selected } from '../record-entry';
import { dangersIn, tellDangers } from '../readings/dangers';
import { isAfter, observedNewestFirst } from '../readings/dates-of';
import { codedReasons } from '../readings/diagnoses';
import { evidenceOf, nameOf } from '../readings/evidence';
import { measurements } from '../readings/scores';
import { isUsableGoal } from '../usable-resource';
import { defineFact, type LineContext } from './fact';

/** Whether a nerve-pain diagnosis is active, on the problem list or on the order. */
export const neuropathicPain = defineFact({
  fields: ['present'],
  findings: ['present', 'on-order', 'absent'],
  words: ['what', 'date'],
  read(context) {
    const { sure, unread } = dangersIn(context, 'neuropathicConditions');
    if (sure.length > 0) return { finding: 'present', fields: { present: true }, ...tellDangers(sure) };
    const set = context.policyData.valueSet('neuropathic-conditions');
    const [stated] = codedReasons(context).flatMap((reason) => set.memberOf(reason) ?? []);
    if (stated) return { finding: 'on-order', fields: { present: true }, words: { what: stated.label } };
    return { finding: 'absent', fields: { present: unread.length > 0 ? undefined : false }, unread };
  },
});

/** Whether one psychosocial instrument is on file, whatever its score. */
export const psychosocialScreen = defineFact({
  fields: ['recorded'],
  findings: ['recorded', 'none'],
  words: ['name', 'date'],
  read(context) {
    const { items, unread } = context.select('psychosocialScreens');
    const { codes } = context.policyData.selector('psychosocialScreens');
    const done = observedNewestFirst(items).filter(
      (entry) =>
        !isAfter(entry.on, context.asOf) &&
        measurements(entry, codes).some(({ measured }) => measured !== undefined),
    );
    const [newest] = done;
    if (!newest) return { finding: 'none', fields: {}, unread };
    const evidence = evidenceOf(newest, newest.on, nameOf(newest));
    const words = { name: nameOf(newest), date: evidence.date };
    return { finding: 'recorded', fields: { recorded: true }, words, evidence: [evidence] };
  },
});

/** A care plan of the time names a goal, unless that goal is cancelled, rejected or was left out of the record. */
function hasGoal(plan: Selected, context: LineContext): boolean {
  if (isAfter(period(plan.resource['period']).start, context.asOf)) return false;
  return objects(plan.resource['goal']).some((link) => {
    const reference = referenceOf(link) ?? '';
    const known = context.record.find(reference);
    return known ? isUsableGoal(known.resource) : !context.record.isLeftOut(reference);
  });
}

/** Whether a goal of treatment is on file, as a Goal or in a care plan. */
export const functionalGoal = defineFact({
  fields: ['recorded'],
  findings: ['recorded', 'none'],
  words: ['what'],
  read(context) {
    const goals = context.select('goals');
    const plans = context.select('carePlans');
    const started = goals.items.filter(
      (goal) => isUsableGoal(goal.resource) && !isAfter(parseDays(goal.resource['startDate']), context.asOf),
    );
    const found = [...started, ...plans.items.filter((plan) => hasGoal(plan, context))];
    const unread = [...new Set([...goals.unread, ...plans.unread])];
    const [first] = found;
    if (!first) return { finding: 'none', fields: {}, unread };
    const description = first.resource['description'];
    const what = (isObject(description) ? text(description['text']) : undefined) ?? nameOf(first);
    const evidence = found.map((entry) =>
      evidenceOf(entry, parseDays(entry.resource['startDate']), entry === first ? what : nameOf(entry)),
    );
    return { finding: 'recorded', fields: { recorded: true }, words: { what }, evidence };
  },
});
