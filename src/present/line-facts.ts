import type { LineAssessment } from '../evaluate/assess';
import type { Fact } from '../gather/facts/fact';

/** A fact of the line, if one of its criteria rests on it. */
function factOf({ results }: LineAssessment, name: string): Fact | undefined {
  return results.flatMap((result) => result.facts).find((fact) => fact.name === name)?.fact;
}

/** What a fact of the line said under a name. */
export function wordOf(line: LineAssessment, name: string, word: string): string | undefined {
  const said = factOf(line, name)?.words?.[word];
  return typeof said === 'string' && said !== '' ? said : undefined;
}

/** Whether a fact of the line says no to what a field asks. */
export function isDenied(line: LineAssessment, name: string, field: string): boolean {
  return factOf(line, name)?.fields[field] === false;
}

/** What a fact of the line found. */
export function findingOf(line: LineAssessment, name: string): string | undefined {
  return factOf(line, name)?.finding;
}
