import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** The texts of the policy folder's files by their paths in it, as they were when they were read. */
export type PolicyFiles = ReadonlyMap<string, string>;

/** Not part of what judges. */
const LEFT_OUT = new Set(['vignettes', 'schema']);

function readFolder(folder: string, at: string, files: Map<string, string>): void {
  for (const name of readdirSync(join(folder, at))) {
    const path = at === '' ? name : `${at}/${name}`;
    // Files may be links, as a mounted configuration has them.
    const found = statSync(join(folder, path));
    if (found.isDirectory() && !LEFT_OUT.has(name)) readFolder(folder, path, files);
    else if (found.isFile() && path.endsWith('.yaml'))
      files.set(path, readFileSync(join(folder, path), 'utf8'));
  }
}

/** Reads all files of the policy folder; of a folder that is not there, none. */
export function readPolicyFiles(folder: string): PolicyFiles {
  const files = new Map<string, string>();
  if (existsSync(folder)) readFolder(folder, '', files);
  return files;
}

/** The names of the files that lie in a folder, in their order. */
export function filesIn(files: PolicyFiles, at: string): string[] {
  return [...files.keys()]
    .filter((path) => path.startsWith(`${at}/`))
    .map((path) => path.slice(at.length + 1))
    .filter((name) => !name.includes('/'))
    .toSorted();
}

/** The names of the folders that lie in a folder, in their order. */
export function foldersIn(files: PolicyFiles, at: string): string[] {
  const below = [...files.keys()].filter((path) => path.startsWith(`${at}/`));
  const names = below.map((path) => path.slice(at.length + 1).split('/'));
  return [
    ...new Set(names.flatMap(([name, ...rest]) => (rest.length > 0 && name !== undefined ? [name] : []))),
  ].toSorted();
}
