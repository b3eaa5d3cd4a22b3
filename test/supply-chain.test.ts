import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './support/service-for-test';

interface Locked {
  readonly version?: string;
  readonly license?: string;
  readonly integrity?: string;
  readonly resolved?: string;
  readonly inBundle?: boolean;
  readonly dev?: boolean;
  readonly hasInstallScript?: boolean;
}

const lock = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as {
  readonly packages: Readonly<Record<string, Locked>>;
};
const locked = Object.entries(lock.packages).filter(([path]) => path !== '');
const PAGE = join(ROOT, 'docs', 'licences.md');

function nameOf(path: string): string {
  return path.split('node_modules/').at(-1) ?? path;
}

/** Packages whose lockfile entry names no licence, or only a file; what that file, or the package's page, says. */
const READ_BY_HAND: Readonly<Record<string, string>> = {
  fhirpath: 'LHC-Forge terms of the US National Library of Medicine (BSD-like)',
  '@lhncbc/ucum-lhc': 'LHC-Forge terms of the US National Library of Medicine (BSD-like)',
  'emitter-component': 'MIT (component-emitter, of which it is a copy; it names none itself)',
};

function licenceOf([path, { license }]: (typeof locked)[number]): string {
  return READ_BY_HAND[nameOf(path)] ?? license ?? 'none named';
}

test('every package is locked by its content, but for those that lie in the archive of another', () => {
  const open = locked.filter(([, { integrity, inBundle }]) => integrity === undefined && inBundle !== true);
  expect(open.map(([path]) => path)).toEqual([]);
  const weak = locked.filter(
    ([, { integrity }]) => integrity !== undefined && !integrity.startsWith('sha512-'),
  );
  expect(weak.map(([path]) => path)).toEqual([]);
});

test('no address of a registry is locked, and no install script runs', () => {
  expect(locked.filter(([, { resolved }]) => resolved !== undefined).map(([path]) => path)).toEqual([]);
  expect(readFileSync(join(ROOT, '.npmrc'), 'utf8')).toMatch(/^ignore-scripts=true$/mu);
});

test('versions are pinned', () => {
  const { dependencies, devDependencies } = JSON.parse(
    readFileSync(join(ROOT, 'package.json'), 'utf8'),
  ) as Record<string, Record<string, string>>;
  const loose = Object.entries({ ...dependencies, ...devDependencies }).filter(
    ([, version]) => !/^\d+\.\d+\.\d+$/u.test(version),
  );
  expect(loose).toEqual([]);
});

/** Licences that ask for nothing but that they are kept with the code. */
const PERMISSIVE =
  /^(?:MIT(?: \(component-emitter.*\))?|ISC|0BSD|BSD-[23]-Clause|Apache-2\.0|BlueOak-1\.0\.0|LHC-Forge .*|\(MIT AND Zlib\)|\(MIT OR CC0-1\.0\)|WTFPL OR ISC|\(MPL-2\.0 OR Apache-2\.0\)|Apache-2\.0 AND MIT|Python-2\.0|PSF-2\.0)$/u;

test('what runs in production has a permissive licence', () => {
  const other = locked.filter((entry) => entry[1].dev !== true && !PERMISSIVE.test(licenceOf(entry)));
  expect(other.map((entry) => `${entry[0]}: ${licenceOf(entry)}`)).toEqual([]);
});

function listOf(entries: typeof locked): string {
  const byLicence = new Map<string, typeof locked>();
  for (const entry of entries)
    byLicence.set(licenceOf(entry), [...(byLicence.get(licenceOf(entry)) ?? []), entry]);
  const rows = [...byLicence]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([licence, of]) => {
      const names = [...new Set(of.map(([path, { version }]) => `${nameOf(path)} ${version}`))].toSorted();
      return `- **${licence}**: ${names.join(', ')}`;
    });
  return rows.join('\n');
}

test('docs/licences.md lists every package', () => {
  const page = [
    '# Licences of what the service is made with',
    'Written from package-lock.json by `npm run licences`; do not edit.',
    '## What runs in production',
    listOf(locked.filter(([, { dev }]) => dev !== true)),
    '## What only development needs',
    listOf(locked.filter(([, { dev }]) => dev === true)),
    '',
  ].join('\n\n');
  if (process.env['UPDATE_DOCS'] !== undefined) writeFileSync(PAGE, page);
  expect(readFileSync(PAGE, 'utf8')).toBe(page);
});
