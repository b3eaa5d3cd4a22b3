import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { isObject, number, objects, text, type Json } from '../src/fhir/read';
import { FACTS } from '../src/gather/facts';
import { normalCode, type CodeSystem } from '../src/policy/code-systems';
import { policyData, POLICIES, ROOT } from './support/service-for-test';

function dataOf(file: string): Json {
  const data: unknown = parse(readFileSync(join(POLICIES, file), 'utf8'));
  if (!isObject(data)) throw new Error(`${file} holds no members`);
  return data;
}

/** Every string in the data, at any depth. */
function stringsIn(data: unknown): string[] {
  if (typeof data === 'string') return [data];
  if (Array.isArray(data)) return data.flatMap(stringsIn);
  return isObject(data) ? Object.values(data).flatMap(stringsIn) : [];
}

/** Every string under a member of that name, at any depth. */
function stringsUnder(member: string, data: unknown): string[] {
  if (Array.isArray(data)) return data.flatMap((item) => stringsUnder(member, item));
  if (!isObject(data)) return [];
  return Object.entries(data).flatMap(([name, value]) =>
    name === member ? stringsIn(value) : stringsUnder(member, value),
  );
}

interface SourceFile {
  readonly name: string;
  readonly code: string;
}

/** TypeScript without its comments; a `//` in an address stays. */
function withoutComments(typescript: string): string {
  return typescript.replace(/\/\*[^]*?\*\/|(?<!:)\/\/.*/gu, '');
}

const SOURCES: readonly SourceFile[] = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .map((name) => ({ name, code: withoutComments(readFileSync(join(ROOT, 'src', name), 'utf8')) }));

/** Whether code asks for the policy data of that name; the list of all names does not count. */
function isNamedInCode(name: string): boolean {
  return SOURCES.some((file) => file.name !== join('policy', 'names.ts') && file.code.includes(`'${name}'`));
}

const FOLDERS = readdirSync(join(POLICIES, 'policies')).filter((name) => !name.includes('.'));
const policyFiles = FOLDERS.flatMap((folder) =>
  readdirSync(join(POLICIES, 'policies', folder))
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => dataOf(join('policies', folder, name))),
);
const selectors = dataOf('selectors.yaml');
const valueSets = readdirSync(join(POLICIES, 'value-sets')).map((name) => name.replace('.yaml', ''));
/** The numbers of every policy and shared file, by name. */
const parameters = new Map(
  FOLDERS.flatMap((folder) =>
    readdirSync(join(POLICIES, 'policies', folder))
      .filter((name) => name.endsWith('.yaml') && (folder === '_shared' || name === 'parameters.yaml'))
      .map((name) => {
        const data = dataOf(join('policies', folder, name));
        const numbers = folder === '_shared' ? data['parameters'] : data;
        return [`${folder}/${name}`, isObject(numbers) ? numbers : {}] as const;
      }),
  ),
);
const allParameters = [...parameters.values()].flatMap((numbers) => Object.entries(numbers));
const sharedCriteria = readdirSync(join(POLICIES, 'policies', '_shared')).flatMap((name) =>
  objects(dataOf(join('policies', '_shared', name))['criteria']),
);

describe('value sets', () => {
  test.each(valueSets)('no code stands twice in %s', (name) => {
    const keys = objects(dataOf(`value-sets/${name}.yaml`)['concepts']).map((member) => {
      const system = text(member['system']) as CodeSystem;
      const prefix = text(member['prefix']);
      return `${system} ${normalCode(system, prefix ?? text(member['code']) ?? '')}${prefix ? '…' : ''}`;
    });
    expect(keys.filter((key, i) => keys.indexOf(key) !== i)).toEqual([]);
  });
});

function isOpioidKind(name: string): boolean {
  return objects(dataOf('value-sets/opioids.yaml')['concepts']).some((member) => member['kind'] === name);
}

describe('nothing is left over: every entry is used by', () => {
  const named = new Set([...stringsUnder('codes', selectors), ...stringsUnder('diagnoses', policyFiles)]);
  const cited = new Set(stringsUnder('sources', policyFiles));
  const included = new Set(
    policyFiles.flatMap((file) =>
      (Array.isArray(file['includes']) ? file['includes'] : []).flatMap(
        (entry: unknown) => text(entry) ?? (isObject(entry) ? (text(entry['id']) ?? []) : []),
      ),
    ),
  );
  const remedies = new Set(stringsUnder('remedy', policyFiles));
  const said = stringsIn(policyFiles).join(' ');
  const thresholds = new Set(Object.values(FACTS).flatMap((fact) => fact.thresholds));

  test.each([
    [
      'value set: a selector, a policy or code',
      valueSets,
      (id: string) => named.has(id) || isNamedInCode(id),
    ],
    ['selector: code', Object.keys(selectors), isNamedInCode],
    ['vocabulary entry: code', Object.keys(dataOf('vocabulary.yaml')), isNamedInCode],
    ['source: a criterion or a number', [...policyData.sources.keys()], (id: string) => cited.has(id)],
    [
      'number: a fact or a sentence',
      allParameters.map(([name]) => name),
      (name: string) => thresholds.has(name) || said.includes(`{${name}}`),
    ],
    [
      'shared criterion: a policy',
      sharedCriteria.map((criterion) => text(criterion['id']) ?? ''),
      (id: string) => included.has(id),
    ],
    [
      'remedy: a criterion, or every card',
      Object.keys(policyData.wording.remedies),
      (id: string) =>
        remedies.has(id) ||
        ['attach-evidence', 'ask-for-records', 'order-first', 'state-diagnosis'].includes(id),
    ],
    ['opioid factor: a kind of the value set', [...policyData.opioidFactors.keys()], isOpioidKind],
  ])('%s', (_title, names, isUsed) => {
    expect(names.length).toBeGreaterThan(0);
    expect(names.filter((name) => !isUsed(name))).toEqual([]);
  });
});

const asked = [...policyData.policies.values()].flatMap((policy) =>
  [...policyData.profiles.keys()].flatMap((profile) =>
    policy
      .criteria(profile)
      .filter((criterion) => criterion.asked)
      .map((criterion) => [`${criterion.id}, ${profile}`, criterion] as const),
  ),
);

test.each(asked)('%s cites sources that are listed', (_title, criterion) => {
  expect(criterion.sources).not.toEqual([]);
  expect(criterion.sources.filter((id) => !policyData.sources.has(id))).toEqual([]);
});

/** CPT codes of nerve blocks: 64xxx, trigger points 2055x, epidurals 6232x. */
function blockCodesIn(code: string): string[] {
  return code.match(/\b(?:64\d{3}|2055\d|6232\d)\b/gu) ?? [];
}

/** The numbers that code calculates and compares with; what stands in quotes or regular expressions is none. */
function numbersIn(code: string): string[] {
  const bare = code
    .replace(/(['"])(?:\\.|(?!\1)[^\\\n])*\1|`(?:\\.|[^`\\])*`/gu, '')
    .replace(/(?<=[=(,[:!&|?]\s*)\/(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n])+\/[a-z]*/gu, '');
  return bare.match(/(?<![\w.])\d+(?:\.\d+)?\b/gu) ?? [];
}

/** Days and percentages of every policy and profile. */
const thresholds = new Set(
  allParameters
    .map(([, parameter]) => parameter)
    .filter((parameter): parameter is Json => isObject(parameter))
    .filter((parameter) => parameter['unit'] === 'd' || parameter['unit'] === '%')
    .flatMap((parameter) => Object.values(isObject(parameter['values']) ? parameter['values'] : {}))
    .flatMap((setting) => (isObject(setting) ? (number(setting['value']) ?? []) : []))
    .map(String)
    // A week, a number of vertebrae and many other things.
    .filter((digits) => digits !== '7'),
);
describe('a number on a card is found by its name', () => {
  const sentences = [
    ...policyFiles.flatMap((file) => [
      ...stringsUnder('required', file),
      ...stringsUnder('todo', file),
      ...stringsUnder('gap', file),
    ]),
    ...stringsIn(dataOf('findings.yaml')),
  ];
  /** The same digits with another meaning. */
  const NOT_THRESHOLDS = [/modifier 50/giu];

  test('sentences name the numbers of the policies and repeat none', () => {
    const bare = sentences.filter((sentence) =>
      numbersIn(NOT_THRESHOLDS.reduce((left, known) => left.replace(known, ''), sentence)).some((digits) =>
        thresholds.has(digits),
      ),
    );
    expect(sentences.length).toBeGreaterThan(100);
    expect(bare).toEqual([]);
  });
});

describe('clinical content stays out of code', () => {
  /** The same digits with another meaning. */
  const NOT_THRESHOLDS = [
    // How far apart visits may lie and still be one course of therapy.
    // A month in days: a third of 13 weeks.
    'DAYS_A_MONTH = 91 / 3',
    // The Oswestry sum is out of 50.
    "scale === '0-50' ? 50 : 100",
    'outOf === 50 ?',
    // The calendar.
    '[31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]',
  ];

  test('the scans see what they are for', () => {
    expect(blockCodesIn("if (line.code === '64483' || codes.has(`20552`))")).toEqual(['64483', '20552']);
    expect(numbersIn("if (days >= 42 && text !== 'at 28' && /a{14}/u.test(x)) return 4.5;")).toEqual([
      '42',
      '4.5',
    ]);
    expect(numbersIn("const note = 'it\\'s 28'; f(/['\"]50/u, 91 / 3)")).toEqual(['91', '3']);
    expect([...thresholds]).toEqual(expect.arrayContaining(['28', '42', '50', '90']));
  });

  test.each(SOURCES.map((file) => [file.name, file] as const))('%s', (_name, { code }) => {
    expect(blockCodesIn(code)).toEqual([]);
    const rest = NOT_THRESHOLDS.reduce((left, known) => left.replace(known, ''), code);
    expect(numbersIn(rest).filter((digits) => thresholds.has(digits))).toEqual([]);
  });

  test.each(NOT_THRESHOLDS)('the exception for "%s" is still needed', (known) => {
    expect(SOURCES.filter(({ code }) => code.includes(known))).toHaveLength(1);
  });
});

/** Codes of diagnoses (M54.16), findings, drugs (six digits and more) and laboratory tests (72514-3). */
const CODE = /\b[A-TV-Z]\d{2}\.[0-9A-Z]+\b|\b\d{6,18}\b|\b\d{4,5}-\d\b/gu;
/** Sides in SNOMED CT, and milliseconds. */
const NO_CLINICAL_CODES = ['7771000', '24028007', '51440002'];

describe('codes stand in value sets', () => {
  test('the scan sees what it is for', () => {
    expect("code === 'M54.16' || '20021007' || '72514-3'".match(CODE)).toEqual([
      'M54.16',
      '20021007',
      '72514-3',
    ]);
  });

  test.each(SOURCES.map((file) => [file.name, file] as const))('none in %s', (_name, { code }) => {
    expect((code.match(CODE) ?? []).filter((found) => !NO_CLINICAL_CODES.includes(found))).toEqual([]);
  });

  test.each(['selectors.yaml', 'vocabulary.yaml', 'cards.yaml'])('none in %s', (file) => {
    expect(stringsIn(dataOf(file)).flatMap((words) => words.match(CODE) ?? [])).toEqual([]);
  });
});

/** Turns of phrase of the licensed descriptors of procedure codes, which our own short labels do not use. */
const DESCRIPTOR =
  /injection\(s\)|agent\(s\)|list separately|with imaging guidance \(|destruction by neurolytic|diagnostic or therapeutic agent|each additional (?:level|facet)|; single (?:level|facet)/iu;

test('no descriptor of a procedure code is shipped', () => {
  const folders = ['cds-services', 'fhir-fixtures', 'src', 'docs'];
  const files = folders.flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8', withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name)),
  );
  expect(files.length).toBeGreaterThan(100);
  expect(files.filter((file) => DESCRIPTOR.test(readFileSync(file, 'utf8')))).toEqual([]);
});

describe('what may be missing is asked for', () => {
  /** Facts by which a criterion can be not documented and for which no request helps, with the reason. */
  const WORDS_ONLY: Readonly<Record<string, string>> = {
    radiculopathy: 'the problem list has to be put right',
    facetCyst: 'the problem list has to be put right',
    infection: 'a possible infection has to be confirmed or ruled out',
    coagulation: 'an unreadable value has to be looked at',
    consent: 'a refusal has to be talked about',
    levelEvidence: 'imaging or an examination is asked for by their own criteria',
    facetSessions: 'undated blocks have to be dated',
    sessionCount: 'undated blocks have to be dated',
    lastBlock: 'undated blocks have to be dated',
    diagnosticInterval: 'undated blocks have to be dated',
    therapeuticRepeat: 'told by the relief after earlier blocks',
    earlierAblation: 'told by the relief after earlier blocks',
    imagingAge: 'an undated report has to be dated, an old one is not missing',
    rootContact: 'the report is there; what it says is for the radiologist',
  };

  const facts = new Set(
    [...policyData.policies.values()].flatMap((policy) =>
      [...policyData.profiles.keys()].flatMap((profile) =>
        policy
          .criteria(profile)
          .filter(
            ({ asked: isAsked, severity, cannotBe }) =>
              isAsked &&
              ['hard', 'documentation', 'contraindication'].includes(severity) &&
              !('not-documented' in cannotBe),
          )
          .flatMap(({ references }) => references.map(({ fact }) => fact)),
      ),
    ),
  );
  const requested = new Set(
    [...policyData.requests.values()].filter(({ findings }) => !findings).flatMap((request) => request.for),
  );

  test.each([...facts])('%s', (fact) => {
    expect([requested.has(fact), fact in WORDS_ONLY]).toEqual(
      requested.has(fact) ? [true, false] : [false, true],
    );
  });

  test('no exception is left over', () => {
    expect(Object.keys(WORDS_ONLY).filter((fact) => !facts.has(fact))).toEqual([]);
    expect([...requested].filter((fact) => !facts.has(fact))).toEqual([]);
  });
});
