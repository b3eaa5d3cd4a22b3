import { CORE_SCHEMA, load } from 'js-yaml';
import { isMap, isNode, isScalar, isSeq, LineCounter, parseDocument, type Document, type Node } from 'yaml';
import type { z } from 'zod';

/** A mistake in the policy data, with the place where a reviewer finds it. */
export class PolicyError extends Error {
  override readonly name = 'PolicyError';
}

/** A YAML file whose values can be traced back to their lines. */
export interface YamlFile<T> {
  readonly file: string;
  readonly data: T;
  /** A PolicyError for the value at the path, as `file:line: sentence`. */
  mistake(path: readonly PropertyKey[], sentence: string): PolicyError;
}

/** One step down a path: where its name or item stands, and what it holds. */
function step(holder: unknown, name: PropertyKey): { at: Node; value: unknown } | undefined {
  if (isMap(holder)) {
    const pair = holder.items.find(({ key }) => isScalar(key) && String(key.value) === String(name));
    return isNode(pair?.key) ? { at: pair.key, value: pair.value } : undefined;
  }
  const item = isSeq(holder) ? holder.items[Number(name)] : undefined;
  return isNode(item) ? { at: item, value: item } : undefined;
}

interface LinedDocument {
  readonly document: Document;
  readonly lines: LineCounter;
}

/** The line of the last name or item of the path that the file holds. */
function lineOf({ document, lines }: LinedDocument, path: readonly PropertyKey[]): number {
  let value: unknown = document.contents;
  let offset = 0;
  for (const name of path) {
    const next = step(value, name);
    if (!next) break;
    offset = next.at.range?.[0] ?? offset;
    value = next.value;
  }
  return lines.linePos(offset).line;
}

interface Remark {
  readonly path: readonly PropertyKey[];
  readonly sentence: string;
}

/** What a schema finds wrong, as a sentence for whoever wrote the file. */
function remarkOf(issue: z.core.$ZodIssue, document: Document): Remark {
  const { path } = issue;
  const isTheSchemasOwn = !/^(?:Invalid|Too |Unrecognized)/u.test(issue.message);
  if (isTheSchemasOwn) return { path, sentence: issue.message };
  switch (issue.code) {
    case 'unrecognized_keys':
      return { path: [...path, issue.keys[0] ?? ''], sentence: 'is not known here' };
    case 'invalid_type':
      return { path, sentence: document.hasIn(path) ? `must be a ${issue.expected}` : 'is missing' };
    case 'invalid_value':
      return { path, sentence: `must be one of ${issue.values.join(', ')}` };
    case 'too_small':
      return { path, sentence: 'must not be empty' };
    case 'invalid_union': {
      // The alternative that got furthest says what was meant.
      const closest = issue.errors.find((issues) => !issues.some((inner) => inner.code === 'invalid_type'));
      const inner = (closest ?? issue.errors[0])?.[0];
      if (!inner) return { path, sentence: 'cannot be read' };
      return remarkOf({ ...inner, path: [...path, ...inner.path] }, document);
    }
    default:
      return { path, sentence: 'is not written as it must be' };
  }
}

/** A file with the lines of its values. */
function lined(source: string, shownAs: string): LinedDocument {
  const lines = new LineCounter();
  const document = parseDocument(source, { lineCounter: lines });
  const syntax = document.errors[0];
  if (syntax) {
    const said = syntax.message.split('\n')[0]?.replace(/ at line \d+, column \d+:?$/u, '');
    throw new PolicyError(`${shownAs}:${syntax.linePos?.[0].line ?? 1}: not YAML: ${said}`);
  }
  return { document, lines };
}

/** The values alone, which take a fifth of the time; what cannot be read is told with its line. */
function valuesOf(source: string, shownAs: string): unknown {
  try {
    return load(source, { schema: CORE_SCHEMA });
  } catch {
    return lined(source, shownAs).document.toJS();
  }
}

/** Reads the text of a YAML file and checks it; throws a PolicyError that lists every mistake with its line. */
export function readYaml<S extends z.ZodType>(
  source: string | undefined,
  shownAs: string,
  schema: S,
): YamlFile<z.output<S>> {
  if (source === undefined) throw new PolicyError(`${shownAs}:1: the file is missing`);
  const mistakeIn = (document: LinedDocument, path: readonly PropertyKey[], sentence: string): PolicyError =>
    new PolicyError(`${shownAs}:${lineOf(document, path)}: ${sentence}`);
  const parsed = schema.safeParse(valuesOf(source, shownAs));
  if (!parsed.success) {
    const document = lined(source, shownAs);
    const sentences = parsed.error.issues.map((issue) => {
      const { path, sentence } = remarkOf(issue, document.document);
      return mistakeIn(document, path, `${path.join('.') || 'the file'}: ${sentence}`).message;
    });
    throw new PolicyError(sentences.join('\n'));
  }
  const mistake = (path: readonly PropertyKey[], sentence: string): PolicyError =>
    mistakeIn(lined(source, shownAs), path, sentence);
  return { file: shownAs, data: parsed.data, mistake };
}
