import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { POLICIES } from './service-for-test';

/** How the text of one file becomes another one; by its path in the folder of the policies. */
export type Changes = Readonly<Record<string, (text: string) => string>>;

/**
 * Gives a copy of all policy data with some files changed to a function, and removes the copy afterwards.
 * @throws when a change leaves a file as it is
 */
export function withPolicies<T>(changes: Changes, use: (folder: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), 'policies-'));
  try {
    cpSync(POLICIES, folder, { recursive: true });
    for (const [file, change] of Object.entries(changes)) {
      const before = readFileSync(join(folder, file), 'utf8');
      const after = change(before);
      if (after === before) throw new Error(`${file} is as it was`);
      writeFileSync(join(folder, file), after);
    }
    return use(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
