import type { Assessment } from '../evaluate/assess';
import type { CriterionResult } from '../evaluate/criterion';
import type { ToldResult } from './assessment-extension';
import { escapeMarkdown } from './markdown';
import { isRedFlag } from './summary';
import { fill, todosOf, unreadTodoOf, type Speaker } from './wording';

/**
 * How early the first lines speak of a result; undefined: not at all. Beside what refuses the order a missing record or a
 * caution changes nothing; elsewhere what decides comes first, and cautions that are present come last.
 */
function placeInLead(result: CriterionResult, { determination }: Assessment): number | undefined {
  if (isRedFlag(result)) return 0;
  const { severity, status } = result;
  const isRefused = status === 'not-met' && severity !== 'documentation' && severity !== 'caution';
  switch (determination) {
    case 'contraindicated':
      return isRefused && severity === 'contraindication' ? 1 : undefined;
    case 'criteria-not-met':
      return isRefused ? 1 : undefined;
    case 'meets-criteria':
      return 1;
    default:
      if (severity === 'caution') return status === 'not-met' ? 3 : undefined;
      return determination === 'coding-issue' && severity === 'coding' ? 1 : 2;
  }
}

/** The first lines of a card: what to do, the most pressing first. */
export function leadOf(assessment: Assessment, open: readonly ToldResult[], speaker: Speaker): string[] {
  const { wording } = speaker.policyData;
  const results = open
    .flatMap(({ result }) => {
      const place = placeInLead(result, assessment);
      return place === undefined ? [] : [{ result, place }];
    })
    .toSorted((a, b) => a.place - b.place)
    .map(({ result }) => result);
  const unread = unreadTodoOf(results, speaker);
  const todoOf = (result: CriterionResult): string[] =>
    result.status === 'not-assessed' ? unread : todosOf(result, speaker);
  const todos = [...new Set(results.flatMap(todoOf))];
  const isFlagged = open.some(({ result }) => isRedFlag(result));
  const { determination } = assessment;
  const isMet = determination === 'meets-criteria' && open.length > 0;
  const key = isFlagged ? 'red-flag' : isMet ? 'meets-criteria-with-cautions' : determination;
  const [first, ...others] = todos.map((todo) => escapeMarkdown(todo, todo.length));
  const lead = fill(wording.lead[key], { todo: first ?? '' }).trim();
  return [lead, ...(others.length > 0 ? [others.map((todo) => `- ${todo}`).join('\n')] : [])];
}
