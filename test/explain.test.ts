import { explain } from '../src/explain/explain';
import { scenarioRequest } from '../src/demo/scenario';
import { FIXTURES, judgementOf, policyData } from './support/service-for-test';
import { wholeChart } from './support/whole-chart';

function explained(
  profile: string,
  change: (request: ReturnType<typeof scenarioRequest>) => void = () => {},
): string {
  const request = structuredClone(scenarioRequest(wholeChart('base-facet-cervical'), profile, FIXTURES));
  change(request);
  const judged = judgementOf(request);
  if (!judged) throw new Error('nothing was judged');
  return explain(judged.judgement, policyData);
}

/** The lines about one criterion. */
function about(text: string, id: string): string {
  const lines = text.split('\n');
  const at = lines.findIndex((line) => new RegExp(`^  \\S+\\s+${id}\\s`, 'u').test(line));
  const rest = lines.slice(at + 1);
  const end = rest.findIndex((line) => !line.startsWith('      '));
  return [lines[at], ...rest.slice(0, end)].join('\n');
}

test('a criterion is explained by status, fact, number, evidence and source', () => {
  const text = about(explained('guideline'), 'FJ-CC');
  expect(text).toMatch(/^ {2}met\s+FJ-CC\s+hard/u);
  expect(text).toContain('fact     %activeCare | long-enough | longEnough=true');
  expect(text).toContain('number   conservativeCareDays = 42 d (s002, s004)');
  expect(text).toContain('evidence Procedure/base-facet-cervical-pt-1 2025-10-06');
  expect(text).toContain('source   s002 ');
});

test('the numbers are those of the judging profile', () => {
  const text = explained('medicare-lcd');
  expect(about(text, 'FJ-CC')).toContain('number   conservativeCareDays: none in this profile');
  expect(about(text, 'FJ-FUNC')).toContain('number   minimumPainScore = 4 of 10');
});

test('what was not read is said first', () => {
  const text = explained('guideline', (request) => {
    delete request.prefetch['procedures'];
  });
  expect(text).toMatch(/^Not read: procedures \(not-sent\)\n/u);
  expect(about(text, 'FJ-CC')).toMatch(/^ {2}not-assessed/u);
});
