import { evaluate } from 'fhirpath';
import { compileCondition } from '../src/policy/expression';

const VALUES = [true, false, undefined] as const;
const EXPRESSIONS = [
  '%a.x',
  '%a.x.not()',
  '%a.x and %b.y',
  '%a.x or %b.y',
  '%a.x and %b.y or %c.z',
  '%a.x or %b.y and %c.z',
  '(%a.x or %b.y) and %c.z',
  '(%a.x and %b.y).not() or %c.z.not()',
  '%a.x and (%b.y or %c.z.not()) and %a.x.not().not()',
];

describe.each(EXPRESSIONS)('%s', (expression) => {
  const condition = compileCondition(expression);

  test('answers as the FHIRPath engine does, whatever can and cannot be said', () => {
    for (const x of VALUES) {
      for (const y of VALUES) {
        for (const z of VALUES) {
          const facts = { a: { x }, b: { y }, c: { z } };
          const answer = evaluate({}, expression, facts) as unknown[];
          expect({ facts, answer: condition(facts) }).toEqual({ facts, answer: answer[0] });
        }
      }
    }
  });
});

test.each([
  ['%a.x and', 'something is missing at the end'],
  ['%a.x > 3', '"> 3" is not allowed in a condition'],
  ['(%a.x', 'a parenthesis is not closed'],
  ['%a.x %b.y', 'it does not end where it should'],
  ['and %a.x', '"and" stands where a fact should'],
  ['today()', '"today()" is not allowed in a condition'],
])('%s is refused: %s', (expression, message) => {
  expect(() => compileCondition(expression)).toThrow(message);
});
