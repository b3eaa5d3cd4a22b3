import { compile, type Model } from 'fhirpath';
import r4 from 'fhirpath/fhir-context/r4';
import type { Json } from '../fhir/read';

/** The only place that knows the FHIRPath engine. Expressions are compiled once, at start. */
const OPTIONS = { resolveInternalTypes: true } as const;
const R4 = r4 as Model;

/** Compiles, and says in words where an expression cannot be read; the engine names its grammar's tokens. */
function compiled(expression: string, model?: Model) {
  try {
    return compile(expression, model, OPTIONS);
  } catch (error) {
    const column = /column: (\d+)/u.exec(error instanceof Error ? error.message : '')?.[1];
    const rest = expression.slice(Number(column ?? 0)).trim();
    throw new Error(rest === '' ? 'something is missing at the end' : `it cannot be read from "${rest}" on`, {
      cause: error,
    });
  }
}

/**
 * Compiles a selector's condition over one candidate resource. The predicate answers true only for FHIRPath `true`.
 * It throws what the engine throws when a resource is shaped so that the expression cannot be evaluated.
 */
export function compileSelector(expression: string): (resource: Json) => boolean {
  const evaluate = compiled(expression, R4);
  return (resource) => {
    const result: unknown[] = evaluate(resource);
    return result.length === 1 && result[0] === true;
  };
}

export type FactFields = Readonly<Record<string, boolean | undefined>>;

const CONDITION_TOKEN = /%([a-z]\w*)\.([a-z]\w*)|\b(and|or)\b|(\.not\(\))|([()])|\s+/giuy;

export interface ConditionReference {
  readonly fact: string;
  readonly field: string;
}

type Token = ConditionReference | 'and' | 'or' | '.not()' | '(' | ')';

function tokensOf(expression: string): Token[] {
  const tokens: Token[] = [];
  CONDITION_TOKEN.lastIndex = 0;
  for (let at = 0; at < expression.length; at = CONDITION_TOKEN.lastIndex) {
    const match = CONDITION_TOKEN.exec(expression);
    if (!match) {
      throw new Error(
        `"${expression.slice(at).trim()}" is not allowed in a condition; it may hold %fact.field, and, or, .not() and parentheses`,
      );
    }
    const [, fact, field, operator, negation, parenthesis] = match;
    if (fact !== undefined && field !== undefined) tokens.push({ fact, field });
    else if (operator ?? negation ?? parenthesis) tokens.push((operator ?? negation ?? parenthesis) as Token);
  }
  return tokens;
}

/** The fact fields a criterion's condition names, in its order. */
export function conditionReferences(expression: string): ConditionReference[] {
  return tokensOf(expression).filter((token) => typeof token === 'object');
}

/** Three-valued as in FHIRPath: its empty is undefined. */
export type Condition = (facts: Readonly<Record<string, FactFields>>) => boolean | undefined;

function both(a: Condition, b: Condition): Condition {
  return (facts) => {
    const [left, right] = [a(facts), b(facts)];
    if (left === false || right === false) return false;
    return left === undefined || right === undefined ? undefined : true;
  };
}

function negated(condition: Condition): Condition {
  return (facts) => {
    const value = condition(facts);
    return value === undefined ? undefined : !value;
  };
}

function either(a: Condition, b: Condition): Condition {
  return negated(both(negated(a), negated(b)));
}

/**
 * Compiles a criterion's condition over facts. It is the part of FHIRPath that needs no engine: `%fact.field`, `and`,
 * `or`, `.not()` and parentheses, with FHIRPath's precedence and three-valued logic. Throws on anything else.
 */
export function compileCondition(expression: string): Condition {
  const tokens = tokensOf(expression);
  let next = 0;
  const take = (token: Token): boolean => {
    if (tokens[next] !== token) return false;
    next += 1;
    return true;
  };
  const term = (): Condition => {
    const token = tokens[next];
    next += 1;
    let value: Condition;
    if (token === '(') {
      value = alternatives();
      if (!take(')')) throw new Error('a parenthesis is not closed');
    } else if (typeof token === 'object') {
      value = (facts) => facts[token.fact]?.[token.field];
    } else {
      throw new Error(
        token === undefined ? 'something is missing at the end' : `"${token}" stands where a fact should`,
      );
    }
    while (take('.not()')) value = negated(value);
    return value;
  };
  const conjunction = (): Condition => {
    let value = term();
    while (take('and')) value = both(value, term());
    return value;
  };
  function alternatives(): Condition {
    let value = conjunction();
    while (take('or')) value = either(value, conjunction());
    return value;
  }
  const condition = alternatives();
  if (next < tokens.length) throw new Error('it does not end where it should');
  return condition;
}
