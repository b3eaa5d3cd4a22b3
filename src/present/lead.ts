import type { Assessment } from '../evaluate/assess';
import type { CriterionResult } from '../evaluate/criterion';
import type { ToldResult } from './assessment-extension';
import { escapeMarkdown } from './markdown';
import { isRedFlag } from './summary';
import { fill, todosOf, unreadTodoOf, type Speaker } from './wording';

/**
 * Whether the first lines speak of the result. Beside what refuses the order a missing record changes nothing, and a
 * caution matters only where nothing else is open.
 */
function isPressing(result: CriterionResult, { determination }: Assessment): boolean {
  if (isRedFlag(result)) return true;
  const isRefused = result.status === 'not-met' && result.severity !== 'documentation';
  switch (determination) {
    case 'contraindicated':
      return isRefused && result.severity === 'contraindication';
    case 'criteria-not-met':
      return isRefused && result.severity !== 'caution';
    case 'meets-criteria':
      return true;
    default:
      return result.severity !== 'caution';
  }
}

/** The first lines of a card: what to do, the most pressing first. */
export function leadOf(assessment: Assessment, open: readonly ToldResult[], speaker: Speaker): string[] {
  const { wording } = speaker.policyData;
  const results = open.map(({ result }) => result).filter((result) => isPressing(result, assessment));
  const todos = [
    ...new Set([...results.flatMap((result) => todosOf(result, speaker)), ...unreadTodoOf(results, speaker)]),
  ];
  const isFlagged = open.some(({ result }) => isRedFlag(result));
  const { determination } = assessment;
  const isMet = determination === 'meets-criteria' && open.length > 0;
  const key = isFlagged ? 'red-flag' : isMet ? 'meets-criteria-with-cautions' : determination;
  const [first, ...others] = todos.map((todo) => escapeMarkdown(todo));
  const lead = fill(wording.lead[key] ?? '', { todo: first ?? '' }).trim();
  return [lead, ...(others.length > 0 ? [others.map((todo) => `- ${todo}`).join('\n')] : [])];
}
