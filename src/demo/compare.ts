import { isObject, objects, text } from '../fhir/read';
import type { Scenario } from './scenario';

type Expectation = Scenario['expect'][string];

interface Told {
  readonly determinations: readonly string[];
  readonly lines: ReadonlyMap<string, string>;
  readonly statuses: readonly { id: string; status: string; lines: readonly string[] }[];
}

const EXTENSION = 'org.nerve-block-cds.assessment';

function tell(body: unknown): Told {
  const cards = isObject(body) ? objects(body['cards']) : [];
  const assessments = cards.flatMap((card) => {
    const extension = card['extension'];
    const assessment = isObject(extension) ? extension[EXTENSION] : undefined;
    return isObject(assessment) ? [assessment] : [];
  });
  const lines = assessments.flatMap((assessment) => objects(assessment['lines']));
  return {
    determinations: assessments.map((assessment) => text(assessment['determination']) ?? ''),
    lines: new Map(lines.map((line) => [text(line['code']) ?? '', text(line['determination']) ?? ''])),
    statuses: assessments.flatMap((assessment) =>
      objects(assessment['criteria']).map((criterion) => ({
        id: text(criterion['id']) ?? '',
        status: text(criterion['status']) ?? '',
        lines: Array.isArray(criterion['lines'])
          ? criterion['lines'].map(String)
          : objects(assessment['lines']).map((line) => text(line['code']) ?? ''),
      })),
    ),
  };
}

/** What an answer determines, for showing: of one card its determination, of several each line's, as they were ordered. */
export function determinationOf(status: number, body: unknown, ordered: readonly string[]): string {
  const { determinations, lines } = tell(body);
  if (status !== 200) return `refused (${status})`;
  if (determinations.length < 2) return determinations[0] ?? 'no card';
  return ordered.flatMap((code) => (lines.has(code) ? [`${code} ${lines.get(code)}`] : [])).join(', ');
}

/** Compares an answer with what is expected; every difference is one sentence. */
export function differences(expected: Expectation, status: number, body: unknown): string[] {
  if (expected.refused !== undefined) {
    return status === expected.refused ? [] : [`answered ${status}, expected ${expected.refused}`];
  }
  if (status !== 200) return [`answered ${status}`];
  const told = tell(body);
  const found: string[] = [];
  if (expected.determination !== undefined && !told.determinations.includes(expected.determination)) {
    found.push(`${told.determinations.join(', ') || 'no card'}, expected ${expected.determination}`);
  }
  for (const [code, determination] of Object.entries(expected.lines ?? {})) {
    const actual = told.lines.get(code) ?? 'no such line';
    if (actual !== determination) found.push(`${code}: ${actual}, expected ${determination}`);
  }
  for (const [name, wanted] of Object.entries(expected.criteria ?? {})) {
    const [id, line] = name.split(' ');
    const statuses = told.statuses.filter(
      (s) => s.id === id && (line === undefined || s.lines.includes(line)),
    );
    // Cautions and coding criteria are listed only when they have something to say.
    const actual =
      statuses.length === 0 ? 'quiet' : [...new Set(statuses.map((s) => s.status))].toSorted().join(', ');
    if (actual !== wanted) found.push(`${name}: ${actual}, expected ${wanted}`);
  }
  return found;
}
