import { readFileSync } from 'node:fs';
import { LineCounter, parseDocument, type Document } from 'yaml';
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

function lineOf(document: Document, lines: LineCounter, path: readonly PropertyKey[]): number {
  for (let length = path.length; length > 0; length -= 1) {
    const node: unknown = document.getIn(path.slice(0, length), true);
    if (typeof node === 'object' && node !== null && 'range' in node && Array.isArray(node.range)) {
      return lines.linePos(Number(node.range[0])).line;
    }
  }
  return 1;
}

/** Reads a YAML file and checks it; throws a PolicyError that lists every mistake with its line. */
export function readYaml<S extends z.ZodType>(
  file: string,
  shownAs: string,
  schema: S,
): YamlFile<z.output<S>> {
  const lines = new LineCounter();
  const document = parseDocument(readFileSync(file, 'utf8'), { lineCounter: lines });
  const syntax = document.errors[0];
  if (syntax) {
    throw new PolicyError(`${shownAs}:${syntax.linePos?.[0].line ?? 1}: ${syntax.message.split('\n')[0]}`);
  }
  const parsed = schema.safeParse(document.toJS());
  const mistake = (path: readonly PropertyKey[], sentence: string): PolicyError =>
    new PolicyError(`${shownAs}:${lineOf(document, lines, path)}: ${sentence}`);
  if (!parsed.success) {
    const sentences = parsed.error.issues.map(
      (issue) => mistake(issue.path, `${issue.path.join('.') || 'the file'}: ${issue.message}`).message,
    );
    throw new PolicyError(sentences.join('\n'));
  }
  return { file: shownAs, data: parsed.data, mistake };
}
