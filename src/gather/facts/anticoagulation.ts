import { text } from '../../fhir/read';
import { examinationResult } from './examination';
import { type LineContext, defineFact } from './fact';
import type { Selected } from '../patient-record';
import { activeConditions, names, pointAtCondition } from '../readings/active-conditions';
import { currentDrugs, pointAtDrug } from '../readings/current-drugs';
import { isAfter, observedOn } from '../readings/dates-of';
import { diagnosisName, evidenceOf, nameOf } from '../readings/evidence';

/** What a recorded interruption plan says. */
function planSays(entry: Selected, context: LineContext): 'plan' | 'no-plan' | 'must-not-interrupt' {
  const { resource } = entry;
  if (resource['resourceType'] !== 'Observation') return 'plan';
  if (resource['valueBoolean'] === false) return 'no-plan';
  const said = examinationResult(entry);
  if (context.library.vocabulary('mustNotInterrupt').test(said)) return 'must-not-interrupt';
  return resource['valueBoolean'] === true || said !== '' ? 'plan' : 'no-plan';
}

/** No anticoagulant or antiplatelet agent without a plan to interrupt it. */
export const anticoagulation = defineFact({
  fields: ['handled'],
  findings: ['must-not-interrupt', 'no-plan', 'plan', 'aspirin', 'status-only', 'none'],
  words: ['drugs', 'date', 'plan'],
  read(context) {
    const agents = context.select('anticoagulants');
    const current = currentDrugs(agents, context.asOf);
    const plans = context.select('interruptionPlans');
    const dated = plans.items.filter((entry) => !isAfter(observedOn(entry.resource), context.asOf));
    const saying = (what: ReturnType<typeof planSays>): Selected[] =>
      dated.filter((entry) => planSays(entry, context) === what);
    if (current.length > 0) {
      const first = pointAtDrug(current[0] ?? { reference: '', resource: {}, concepts: [] });
      const words = { drugs: names(current, nameOf), date: first.date ?? 'undated' };
      const evidence = current.map(pointAtDrug);
      const forbidden = saying('must-not-interrupt')[0];
      if (forbidden)
        return {
          finding: 'must-not-interrupt',
          fields: { handled: false },
          words,
          evidence: [
            ...evidence,
            evidenceOf(forbidden, observedOn(forbidden.resource), examinationResult(forbidden)),
          ],
        };
      const plan = saying('plan')[0];
      if (plan) {
        const point = evidenceOf(plan, observedOn(plan.resource), examinationResult(plan) || nameOf(plan));
        return {
          finding: 'plan',
          fields: { handled: true },
          words: { ...words, plan: point.date ?? 'undated' },
          evidence: [...evidence, point],
        };
      }
      return { finding: 'no-plan', fields: {}, words, evidence, unread: plans.unread };
    }
    if (agents.unread.length > 0) return { finding: 'none', fields: {}, unread: agents.unread };
    const aspirin = currentDrugs(context.select('aspirin'), context.asOf);
    if (aspirin.length > 0 && saying('plan').length === 0)
      return {
        finding: 'aspirin',
        fields: { handled: false },
        words: { drugs: names(aspirin, nameOf) },
        evidence: aspirin.map(pointAtDrug),
      };
    const status = activeConditions(context, 'antithromboticStatus').sure;
    const onHold = agents.items.some((entry) => text(entry.resource['status']) === 'on-hold');
    if (status.length > 0 && !onHold && saying('plan').length === 0)
      return {
        finding: 'status-only',
        fields: { handled: false },
        words: { drugs: names(status, diagnosisName) },
        evidence: status.map(pointAtCondition),
      };
    return { finding: 'none', fields: { handled: true } };
  },
});
