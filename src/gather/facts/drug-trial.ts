import { concepts, objects, wordsOf } from '../../fhir/read';
import type { SelectorName } from '../../policy/names';
import { type Evidence, type Fact, type LineContext, defineFact } from './fact';
import type { Selected } from '../record-entry';
import { dangersIn, pointAtDanger } from '../readings/dangers';
import { drugDates, isAfter } from '../readings/dates-of';
import { evidenceOf, listed, nameOf } from '../readings/evidence';
import { resultOf } from '../readings/treatment-result';

function isTopical({ resource }: Selected, context: LineContext): boolean {
  const dosages = [...objects(resource['dosageInstruction']), ...objects(resource['dosage'])];
  const routes = dosages.flatMap((dosage) => concepts(dosage['route']).map(wordsOf));
  return routes.some((route) => context.policyData.vocabulary('topicalRoute').test(route));
}

/** Drugs that count as tried: systemic ones with a start on or before the evaluation date, and those without a date. */
function trialsOf(context: LineContext, name: SelectorName, countsTopical = false) {
  const { items, unread } = context.select(name);
  const systemic = countsTopical ? items : items.filter((entry) => !isTopical(entry, context));
  const started = systemic.filter((entry) => {
    const start = drugDates(entry.resource).start;
    return start !== undefined && start.latest <= context.asOf;
  });
  const undated = systemic.filter(
    (entry) => !started.includes(entry) && !isAfter(drugDates(entry.resource).start, context.asOf),
  );
  return { started, undated, unread };
}

function pointAtDrug(entry: Selected): Evidence {
  return evidenceOf(entry, drugDates(entry.resource).start, nameOf(entry));
}

function namesOf(entries: readonly Selected[]): { drugs: string } {
  return { drugs: listed([...new Set(entries.map(nameOf))]) };
}

/** Whether a drug that the selector finds was tried, for any time, prescribed or reported. */
function trialOf(name: SelectorName, countsInjected = false) {
  return defineFact({
    fields: ['tried'],
    findings: ['tried', 'undated', 'none'],
    words: ['drugs'],
    read(context): Fact<'tried', 'tried' | 'undated' | 'none'> {
      const { started, undated, unread } = trialsOf(context, name, countsInjected);
      if (started.length > 0) {
        const evidence = started.map(pointAtDrug);
        return { finding: 'tried', fields: { tried: true }, words: namesOf(started), evidence };
      }
      return {
        finding: undated.length > 0 ? 'undated' : 'none',
        fields: {},
        words: namesOf(undated),
        unread,
      };
    },
  });
}

/** A pain drug of any class that counts for conservative care. */
export const drugTrial = trialOf('systemicDrugTrials');
/** An SNRI, a gabapentinoid or a tricyclic. */
export const adjuvantTrial = trialOf('adjuvantTrials');
/** A preventive for migraine; antibodies are injected and count. */
export const preventiveTrial = trialOf('preventiveTrials', true);

/** Whether a first-line drug for trigeminal neuralgia failed, was not tolerated or must not be given. */
export const trigeminalTrial = defineFact({
  fields: ['failed'],
  findings: ['failed', 'allergy', 'result-unknown', 'undated', 'none'],
  words: ['drugs'],
  read(context) {
    const { started, undated, unread } = trialsOf(context, 'trigeminalTrials');
    const failed = started.filter((entry) => resultOf(entry, context) === 'failed');
    const told = (entries: readonly Selected[]) => ({
      words: namesOf(entries),
      evidence: entries.map(pointAtDrug),
    });
    if (failed.length > 0) return { finding: 'failed', fields: { failed: true }, ...told(failed) };
    const allergies = dangersIn(context, 'trigeminalDrugAllergies');
    if (allergies.sure.length > 0) {
      const evidence = allergies.sure.map(pointAtDanger);
      return { finding: 'allergy', fields: { failed: true }, words: namesOf(allergies.sure), evidence };
    }
    const hidden = [...new Set([...unread, ...allergies.unread])];
    const known = started.length > 0 ? started : undated;
    const finding = started.length > 0 ? 'result-unknown' : undated.length > 0 ? 'undated' : 'none';
    return { finding, fields: {}, ...told(known), unread: hidden };
  },
});
