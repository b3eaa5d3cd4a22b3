import { notes, objects, text } from '../../fhir/read';
import { parseDays } from '../../time/days';
import type { Selected } from '../patient-record';
import { activeConditions, names, pointAtCondition } from '../readings/active-conditions';
import { currentDrugs, pointAtDrug } from '../readings/current-drugs';
import { isAfter, newestFirst, observedOn } from '../readings/dates-of';
import { diagnosisName, evidenceOf, nameOf } from '../readings/evidence';
import { examinationResult } from './examination';
import { defineFact, type LineContext } from './fact';

type Said = 'plan' | 'no-plan' | 'must-not-interrupt';

function wordsOfPlan({ resource }: Selected): string {
  const described = [resource['title'], resource['description']].flatMap((value) => text(value) ?? []);
  const steps = objects(resource['activity']).flatMap((activity) =>
    objects(activity['detail']).flatMap((detail) => text(detail['description']) ?? []),
  );
  return [...described, ...steps, ...notes(resource['note'])].join('\n');
}

/** What a recorded interruption plan says. A Task or CarePlan is a plan unless its words say otherwise. */
function planSays(entry: Selected, context: LineContext): Said {
  const { resource } = entry;
  const isObservation = resource['resourceType'] === 'Observation';
  const said = [examinationResult(entry), wordsOfPlan(entry)].filter((part) => part !== '').join('\n');
  if (context.policyData.vocabulary('mustNotInterrupt').test(said)) return 'must-not-interrupt';
  if (context.policyData.vocabulary('noPlanYet').test(said)) return 'no-plan';
  if (!isObservation) return 'plan';
  if (resource['valueBoolean'] === false) return 'no-plan';
  return resource['valueBoolean'] === true || said !== '' ? 'plan' : 'no-plan';
}

/** The newest plan up to the evaluation date, with what it says. */
function newestPlan(context: LineContext): { entry: Selected; says: Said } | undefined {
  const dated = context.select('interruptionPlans').items.map((entry) => ({
    ...entry,
    on:
      observedOn(entry.resource) ??
      parseDays(entry.resource['authoredOn']) ??
      parseDays(entry.resource['created']),
  }));
  const entry = newestFirst(dated.filter((plan) => !isAfter(plan.on, context.asOf)))[0];
  return entry && { entry, says: planSays(entry, context) };
}

/** No anticoagulant or antiplatelet agent without a plan to interrupt it. */
export const anticoagulation = defineFact({
  fields: ['handled'],
  findings: ['must-not-interrupt', 'no-plan', 'plan', 'aspirin', 'status-only', 'none'],
  words: ['drugs', 'date', 'plan'],
  read(context) {
    const agents = context.select('anticoagulants');
    const current = currentDrugs(agents, context.asOf);
    const plan = newestPlan(context);
    const [first] = current;
    if (first) {
      const words = { drugs: names(current, nameOf), date: pointAtDrug(first).date ?? 'an unknown date' };
      const evidence = current.map(pointAtDrug);
      if (!plan || plan.says === 'no-plan') {
        const { unread } = context.select('interruptionPlans');
        return { finding: 'no-plan', fields: {}, words, evidence, unread };
      }
      const { entry, says } = plan;
      const point = evidenceOf(entry, observedOn(entry.resource), examinationResult(entry) || nameOf(entry));
      const withPlan = {
        words: { ...words, plan: point.date ?? 'an unknown date' },
        evidence: [...evidence, point],
      };
      return says === 'plan'
        ? {
            finding: 'plan',
            fields: { handled: agents.unread.length > 0 ? undefined : true },
            ...withPlan,
            unread: agents.unread,
          }
        : { finding: 'must-not-interrupt', fields: { handled: false }, ...withPlan };
    }
    if (agents.unread.length > 0) return { finding: 'none', fields: {}, unread: agents.unread };
    const isPlanned = plan?.says === 'plan';
    const aspirin = currentDrugs(context.select('aspirin'), context.asOf);
    if (aspirin.length > 0 && !isPlanned) {
      const words = { drugs: names(aspirin, nameOf) };
      return { finding: 'aspirin', fields: { handled: false }, words, evidence: aspirin.map(pointAtDrug) };
    }
    const status = activeConditions(context, 'antithromboticStatus').sure;
    const isOnHold = agents.items.some((entry) => text(entry.resource['status']) === 'on-hold');
    if (status.length > 0 && !isOnHold && !isPlanned) {
      const words = { drugs: names(status, diagnosisName) };
      return {
        finding: 'status-only',
        fields: { handled: false },
        words,
        evidence: status.map(pointAtCondition),
      };
    }
    return { finding: 'none', fields: { handled: true } };
  },
});
