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

const CONDITION_TOKENS = /%([a-z]\w*)\.([a-z]\w*)|\band\b|\bor\b|\.not\(\)|[()]|\s+/giu;

export interface ConditionReference {
  readonly fact: string;
  readonly field: string;
}

/**
 * The fact fields a criterion's condition names, in its order. A condition may hold nothing but `%fact.field`,
 * `and`, `or`, `.not()` and parentheses; anything else is an error with the text that is not allowed.
 */
export function conditionReferences(expression: string): ConditionReference[] {
  const rest = expression.replace(CONDITION_TOKENS, '');
  if (rest !== '') throw new Error(`"${rest}" is not allowed in a condition; name a fact's field instead`);
  return [...expression.matchAll(/%([a-z]\w*)\.([a-z]\w*)/giu)].map((match) => ({
    fact: match[1] ?? '',
    field: match[2] ?? '',
  }));
}

/** Three-valued: FHIRPath's empty is undefined. */
export type Condition = (facts: Readonly<Record<string, FactFields>>) => boolean | undefined;

/** Compiles a criterion's condition over facts; throws on bad syntax. */
export function compileCondition(expression: string): Condition {
  conditionReferences(expression);
  const evaluate = compiled(expression);
  return (facts) => {
    const result: unknown[] = evaluate({}, facts);
    const value = result[0];
    return typeof value === 'boolean' ? value : undefined;
  };
}
