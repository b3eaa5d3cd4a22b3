import { DETERMINATIONS, type Determination } from '../policy/schema';
import type { CriterionResult } from './criterion';

/** Whether nobody knows: it could be met as well as not. */
function isUnsettled(result: CriterionResult): boolean {
  return result.status === 'not-documented' || result.status === 'not-assessed';
}

/** Whether a result leaves something open that the determination rests on. */
export function isGap(result: CriterionResult): boolean {
  switch (result.severity) {
    case 'hard':
    case 'contraindication':
      return isUnsettled(result);
    case 'documentation':
      return isUnsettled(result) || result.status === 'not-met';
    default:
      return false;
  }
}

/** The determination of one line from all its criteria. A caution never changes it. */
export function determine(results: readonly CriterionResult[]): Determination {
  const fails = (severity: string): boolean =>
    results.some((r) => r.severity === severity && r.status === 'not-met');
  if (fails('contraindication')) return 'contraindicated';
  if (fails('hard')) return 'criteria-not-met';
  if (fails('coding')) return 'coding-issue';
  if (results.some(isGap)) return 'documentation-gaps';
  return 'meets-criteria';
}

/** The determination that heads a card of several lines. */
export function headline(determinations: readonly Determination[]): Determination {
  return DETERMINATIONS.find((determination) => determinations.includes(determination)) ?? 'meets-criteria';
}

export type Indicator = 'info' | 'warning' | 'critical';

/** How loud a card is. Gaps warn only when a hard criterion or a safety check is open. */
export function indicatorOf(determination: Determination, results: readonly CriterionResult[]): Indicator {
  if (determination === 'contraindicated') return 'critical';
  if (determination === 'criteria-not-met' || determination === 'coding-issue') return 'warning';
  const isSerious = results.some(
    (r) => (r.severity === 'hard' || r.severity === 'contraindication') && isUnsettled(r),
  );
  return determination === 'documentation-gaps' && isSerious ? 'warning' : 'info';
}
