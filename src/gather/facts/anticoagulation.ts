import { states } from '../../fhir/narrative';
import { notes, objects } from '../../fhir/read';
import { parseDays } from '../../time/days';
import type { Selected } from '../record-entry';
import { dangersIn, tellDangers } from '../readings/dangers';
import { isAfter, newestFirst, newestOf, observedOn } from '../readings/dates-of';
import { evidenceOf, nameOf } from '../readings/evidence';
import { wordsOfPlan } from '../readings/plan-words';
import { examinationResult } from './examination';
import { bleedingRisk } from './ordered-code';
import { defineFact, type LineContext } from './fact';

type Said = 'plan' | 'no-plan' | 'must-not-interrupt';

/** What a recorded interruption plan says. A Task or CarePlan is a plan unless its words say otherwise. */
function planSays(entry: Selected, context: LineContext): Said {
  const { resource } = entry;
  const isObservation = resource['resourceType'] === 'Observation';
  const said = [examinationResult(entry), wordsOfPlan(resource)]
    .filter((part) => part !== '')
    .join('\n')
    .trim();
  const { policyData } = context;
  if (policyData.vocabulary('mustNotInterrupt').test(said)) return 'must-not-interrupt';
  const isHeld = states(said, policyData.vocabulary('held'));
  if (policyData.vocabulary('noPlanYet').test(said)) return 'no-plan';
  if (!isHeld && policyData.vocabulary('goesOn').test(said)) return 'no-plan';
  // A Task carries its answer as an input or an output.
  const answers = [...objects(resource['input']), ...objects(resource['output'])];
  if (!isObservation) return answers.some((answer) => answer['valueBoolean'] === false) ? 'no-plan' : 'plan';
  if (resource['valueBoolean'] === false) return 'no-plan';
  return resource['valueBoolean'] === true || said !== '' ? 'plan' : 'no-plan';
}

/** From what weighs most to what weighs least, where several plans are equally new. */
const BY_WEIGHT: readonly Said[] = ['must-not-interrupt', 'no-plan', 'plan'];

/** The newest plan up to the evaluation date, with what it says. */
function newestPlan(context: LineContext): { entry: Selected; says: Said } | undefined {
  const dated = context.select('interruptionPlans').items.map((entry) => ({
    ...entry,
    on:
      observedOn(entry.resource) ??
      parseDays(entry.resource['authoredOn']) ??
      parseDays(entry.resource['created']),
  }));
  const upToNow = newestFirst(dated.filter((plan) => !isAfter(plan.on, context.asOf)));
  return newestOf(upToNow)
    .map((entry) => ({ entry, says: planSays(entry, context) }))
    .toSorted((a, b) => BY_WEIGHT.indexOf(a.says) - BY_WEIGHT.indexOf(b.says))[0];
}

/** Whether the order, or the prescription of the agent itself, says that it must not be interrupted. */
function isSaidNotToBeInterrupted(agents: readonly Selected[], context: LineContext): boolean {
  const pattern = context.policyData.vocabulary('mustNotInterrupt');
  const ofAgents = agents.flatMap(({ resource }) => notes(resource['note']));
  return [context.line.order.words, ...ofAgents].some((words) => pattern.test(words));
}

/** No anticoagulant or antiplatelet agent without a plan to interrupt it; less is asked where bleeding does little harm. */
export const anticoagulation = defineFact({
  fields: ['handled'],
  findings: [
    'must-not-interrupt',
    'low-risk-must-not-interrupt',
    'no-plan',
    'low-risk',
    'plan',
    'aspirin',
    'status-only',
    'none',
  ],
  words: ['what', 'date', 'plan'],
  read(context) {
    const agents = dangersIn(context, 'anticoagulants');
    const plan = newestPlan(context);
    if (agents.sure.length > 0) {
      const { words, evidence } = tellDangers(agents.sure);
      const isLowRisk = bleedingRisk.read(context).fields['low'] === true;
      const never = isLowRisk ? ('low-risk-must-not-interrupt' as const) : ('must-not-interrupt' as const);
      if (isSaidNotToBeInterrupted(agents.sure, context))
        return { finding: never, fields: { handled: false }, words, evidence };
      if (!plan || plan.says === 'no-plan') {
        const { unread } = context.select('interruptionPlans');
        return { finding: isLowRisk ? 'low-risk' : 'no-plan', fields: {}, words, evidence, unread };
      }
      const { entry, says } = plan;
      const point = evidenceOf(entry, observedOn(entry.resource), examinationResult(entry) || nameOf(entry));
      const told = {
        words: { ...words, plan: point.date },
        evidence: [...evidence, point],
        unread: agents.unread,
      };
      if (says === 'must-not-interrupt') return { finding: never, fields: { handled: false }, ...told };
      // Another agent may stand in a source that was not read.
      return { finding: 'plan', fields: { handled: agents.unread.length > 0 ? undefined : true }, ...told };
    }
    if (agents.unread.length > 0) return { finding: 'none', fields: {}, unread: agents.unread };
    if (plan?.says === 'plan') return { finding: 'none', fields: { handled: true } };
    const aspirin = dangersIn(context, 'aspirin').sure;
    if (aspirin.length > 0)
      return { finding: 'aspirin', fields: { handled: false }, ...tellDangers(aspirin) };
    const isOnHold = context
      .select('anticoagulants')
      .items.some(({ resource }) => resource['status'] === 'on-hold');
    const status = dangersIn(context, 'antithromboticStatus').sure;
    if (status.length > 0 && !isOnHold)
      return { finding: 'status-only', fields: { handled: false }, ...tellDangers(status) };
    return { finding: 'none', fields: { handled: true } };
  },
});
