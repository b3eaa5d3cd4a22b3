import { cpSync, mkdtempSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FACTS } from '../src/gather/facts';
import { loadPolicyData } from '../src/policy/load';
import { readPolicyFiles } from '../src/policy/policy-files';
import { PolicyError } from '../src/policy/yaml-file';
import { POLICIES } from './support/service-for-test';

/** A change to one file of the policies. */
interface Change {
  readonly file: string;
  /** The text as it stands; it must stand there exactly once. */
  readonly right: string;
  readonly wrong: string;
  /** Text on the line to be named, looked for from the mistake on. Without it, the line where the mistake begins. */
  readonly line?: string;
}

/** One thing that a policy author gets wrong, and what the start must say about it. */
interface Mistake extends Change {
  readonly what: string;
  readonly says: string;
}

const POLICY = 'policies/transforaminal-epidural/policy.yaml';
const NUMBERS = 'policies/transforaminal-epidural/parameters.yaml';
const ORDERS = 'policies/_shared/order.yaml';
const SAFETY = 'policies/_shared/safety.yaml';
const EPIDURAL = 'policies/_shared/epidural.yaml';

/** What parsers say among themselves; no policy author should have to read it. */
const JARGON = /invalid input|too small|received|undefined|<EOF>|mismatched|ENOENT|cannot read|\/iu/iu;

const CODES_AND_SELECTORS: readonly Mistake[] = [
  {
    what: 'a code that stands twice in a value set',
    file: 'value-sets/refusals.yaml',
    right: 'code: "105480006"',
    wrong: 'code: "183944003"',
    says: '183944003 stands here twice',
  },
  {
    what: 'a selector of resources that nobody asks for',
    file: 'selectors.yaml',
    right: 'from: [Observation]\n  codes: [platelets]',
    wrong: 'from: [Observations]\n  codes: [platelets]',
    says: 'no prefetch template of discovery.yaml asks for Observations',
  },
  {
    what: 'words that are found in every text',
    file: 'vocabulary.yaml',
    right: '- spondylotic',
    wrong: '- (?:spondylotic)?',
    says: 'is found in every text',
  },
  {
    what: 'a request for a fact that there is none of',
    file: 'requests.yaml',
    right: 'for: [functionalGoal]',
    wrong: 'for: [functionalGoals]',
    says: 'there is no fact "functionalGoals"',
  },
  {
    what: 'a code without quotes',
    file: 'value-sets/refusals.yaml',
    right: 'code: "105480006"',
    wrong: 'code: 105480006',
    says: 'must be quoted, codes are strings',
  },
  {
    what: 'a code that its system cannot have',
    file: 'value-sets/inr.yaml',
    right: 'code: "34714-6"',
    wrong: 'code: "34714-5"',
    says: '"34714-5" is no loinc code: its last digit does not go with the others',
  },
  {
    what: 'a code that is not written as its system writes them',
    file: 'value-sets/fibromyalgia.yaml',
    right: 'code: "M79.7"',
    wrong: 'code: "M7X.7"',
    says: '"M7X.7" is not how a code of icd10cm is written',
  },
  {
    what: 'a member of a value set without a code',
    file: 'value-sets/inr.yaml',
    right: 'code: "34714-6", ',
    wrong: '',
    says: 'needs a code or a prefix',
  },
  {
    what: 'a value set whose id is not the name of its file',
    file: 'value-sets/inr.yaml',
    right: 'id: inr',
    wrong: 'id: inr-results',
    says: 'the id must be the name of the file',
  },
  {
    what: 'a selector with an unknown value set',
    file: 'selectors.yaml',
    right: 'codes: [platelets]',
    wrong: 'codes: [platelet-counts]',
    says: 'there is no value set "platelet-counts"',
  },
  {
    what: 'a selector that is not FHIRPath',
    file: 'selectors.yaml',
    right:
      "in words\n  from: [Observation]\n  category: exam\n  where: >-\n    (code.text | code.coding.display | value.ofType(string)).where($this.lower()\n    .matches('straight",
    wrong:
      "in words\n  from: [Observation]\n  category: exam\n  where: >-\n    ((code.text | code.coding.display | value.ofType(string)).where($this.lower()\n    .matches('straight",
    line: 'where:',
    says: 'not FHIRPath: ',
  },
  {
    what: 'a selector that code asks for and nobody wrote',
    file: 'selectors.yaml',
    right: 'aspirin:\n',
    wrong: 'aspirins:\n',
    line: '',
    says: 'the selector "aspirin" is missing',
  },
  {
    what: 'words that are no regular expression',
    file: 'vocabulary.yaml',
    right: '- spondylotic',
    wrong: '- (spondylotic',
    says: 'spondylotic',
  },
];

const CRITERIA: readonly Mistake[] = [
  {
    what: 'a fact by a name that every object has',
    file: EPIDURAL,
    right: 'met: "%diagnosis.supported"',
    wrong: 'met: "%constructor.name"',
    says: 'TF-DX: there is no fact "constructor"',
  },
  {
    what: 'a condition of which readers know no words',
    file: ORDERS,
    right: 'applies: "%orderRegion.stated"',
    wrong: 'applies: "%orderedCode.sided and %orderRegion.stated"',
    says: 'ORD-REG: "%orderedCode.sided and %orderRegion.stated" has no words in conditions.yaml',
  },
  {
    what: 'a blank in what is to be done that nothing fills',
    file: EPIDURAL,
    right: 'Reconsider the epidural: for pain of {minimumPainMonths} months',
    wrong: 'Reconsider the epidural: for pain of {minimumPainMonth} months',
    says: '"minimumPainMonth" is neither a number of the profile nor something its facts can say',
  },
  {
    what: 'an unknown fact',
    file: EPIDURAL,
    right: 'met: "%diagnosis.supported"',
    wrong: 'met: "%diagnoses.supported"',
    says: 'TF-DX: there is no fact "diagnoses"',
  },
  {
    what: 'an unknown field of a fact',
    file: EPIDURAL,
    right: 'met: "%lastBlock.longEnoughAgo"',
    wrong: 'met: "%lastBlock.longAgo"',
    says: 'TF-INT: the fact "lastBlock" has no field "longAgo"',
  },
  {
    what: 'an unknown field in one profile only',
    file: EPIDURAL,
    right: 'medicare-lcd: "%rootConcordance.concordant"',
    wrong: 'medicare-lcd: "%rootConcordance.agrees"',
    says: 'TF-CORR: the fact "rootConcordance" has no field "agrees"',
  },
  {
    what: 'an unknown field in a shared criterion',
    file: ORDERS,
    right: 'applies: "%addOn.isAddOn"',
    wrong: 'applies: "%addOn.isExtra"',
    says: 'ORD-ADD: the fact "addOn" has no field "isExtra"',
  },
  {
    what: 'an operator that conditions do not have',
    file: ORDERS,
    right: 'met: "%addOn.hasPrimary"',
    wrong: 'met: "%addOn.hasPrimary = true"',
    says: 'ORD-ADD: "= true" is not allowed in a condition',
  },
  {
    what: 'a condition that ends too early',
    file: ORDERS,
    right: 'met: "%addOn.hasPrimary"',
    wrong: 'met: "%addOn.hasPrimary and"',
    says: 'ORD-ADD: ',
  },
  {
    what: 'a condition that names no fact',
    file: ORDERS,
    right: 'met: "%addOn.hasPrimary"',
    wrong: 'met: "()"',
    says: 'ORD-ADD: a condition must name a fact',
  },
  {
    what: 'a severity that does not exist',
    file: EPIDURAL,
    right: 'severity: hard\n    met: "%diagnosis.supported"',
    wrong: 'severity: hrad\n    met: "%diagnosis.supported"',
    says: 'severity',
  },
  {
    what: 'a severity for a finding that no fact reports',
    file: SAFETY,
    right: 'severityWhen: { antibiotic: caution }',
    wrong: 'severityWhen: { antibiotics: caution }',
    says: 'SAF-INF: none of its facts reports the finding "antibiotics"',
  },
  {
    what: 'a severity for a finding in an unknown profile',
    file: SAFETY,
    right: 'severityWhen: { code: { guideline: coding, medicare-lcd: caution } }',
    wrong: 'severityWhen: { code: { guideline: coding, medicare: caution } }',
    says: 'SAF-SED: there is no profile "medicare"',
  },
  {
    what: 'an unknown source',
    file: SAFETY,
    right: 'sources: [s002, r33]',
    wrong: 'sources: [s002, r333]',
    says: 'SAF-ACOAG: there is no source "r333"',
  },
  {
    what: 'an unknown profile',
    file: EPIDURAL,
    right: 'medicare-lcd: "{minimumIntervalDays} days"',
    wrong: 'medicare: "{minimumIntervalDays} days"',
    says: 'TF-INT: there is no profile "medicare"',
  },
  {
    what: 'nothing required in a profile that asks',
    file: EPIDURAL,
    right: 'required:\n      guideline: a diagnosis of radicular pain\n',
    wrong: 'required:\n',
    says: 'TF-DX: nothing for the profile "guideline"',
  },
  {
    what: 'an unknown remedy',
    file: ORDERS,
    right: 'remedy: [add-side, match-side]',
    wrong: 'remedy: [add-sides, match-side]',
    says: 'ORD-LAT: there is no remedy "add-sides" in cards.yaml',
  },
  {
    what: 'an id that is used twice',
    file: EPIDURAL,
    right: '- id: TF-FREQ',
    wrong: '- id: TF-INT',
    says: 'TF-INT: this id is used twice',
  },
  {
    what: 'a criterion that is included and nobody wrote',
    file: POLICY,
    right: '- ORD-M50',
    wrong: '- ORD-M51',
    says: 'there is no shared criterion "ORD-M51"',
  },
  {
    what: 'a criterion that is included twice',
    file: POLICY,
    right: '- ORD-M50',
    wrong: '- ORD-ICD',
    line: 'ORD-ICD\n  - ORD-EXC1',
    says: 'ORD-ICD',
  },
  {
    what: 'a number in braces that no profile gives',
    file: EPIDURAL,
    right: '{baselineDays}',
    wrong: '{baselineWeeks}',
    says: 'TF-BASE: "baselineWeeks" has no number for the profile "guideline" in parameters.yaml',
  },
];

/** The number that the cases below spoil, up to its value under medicare-lcd. */
const SESSIONS =
  'unit: sessions\n    values:\n      guideline: { value: null, from: "2026-01-01", sources: [s000] }\n      medicare-lcd: { ';

const POLICY_AND_NUMBERS: readonly Mistake[] = [
  {
    what: 'a number where yes or no is asked',
    file: EPIDURAL,
    right: 'guideline: { value: false, from: "2026-01-01", sources: [r31] }',
    wrong: 'guideline: { value: 1, from: "2026-01-01", sources: [r31] }',
    line: 'value: 1',
    says: 'must be true or false, or null for none',
  },
  {
    what: 'yes or no where a number is asked',
    file: EPIDURAL,
    right: `${SESSIONS}value: NUMBER`,
    wrong: `${SESSIONS}value: true`,
    line: 'value: true',
    says: 'must be a number, or null for none',
  },
  {
    what: 'a number below zero',
    file: EPIDURAL,
    right: `${SESSIONS}value: NUMBER`,
    wrong: `${SESSIONS}value: -4`,
    line: 'value: -4',
    says: 'must not be negative',
  },
  {
    what: 'a policy whose id is not the name of its folder',
    file: POLICY,
    right: 'id: transforaminal-epidural',
    wrong: 'id: transforaminal',
    says: 'the id must be the name of the folder',
  },
  {
    what: 'a policy with an unknown value set',
    file: POLICY,
    right: 'excluded: [axial-spine-diagnoses, fibromyalgia]',
    wrong: 'excluded: [axial-spine-diagnoses, fibro]',
    says: 'there is no value set "fibro"',
  },
  {
    what: 'one profile of a policy with an unknown value set',
    file: POLICY,
    right: 'medicare-lcd: [radicular-diagnoses, other-epidural-diagnoses]',
    wrong: 'medicare-lcd: [radicular-diagnoses, epidural-diagnoses]',
    says: 'there is no value set "epidural-diagnoses"',
  },
  {
    what: 'supported diagnoses for an unknown profile',
    file: POLICY,
    right: 'medicare-lcd: [radicular-diagnoses, other-epidural-diagnoses]',
    wrong: 'medicare: [radicular-diagnoses, other-epidural-diagnoses]',
    says: 'there is no profile "medicare"',
  },
  {
    what: 'supported diagnoses for one profile only',
    file: POLICY,
    right: 'supported:\n    guideline: [radicular-diagnoses]\n',
    wrong: 'supported:\n',
    says: 'guideline',
  },
  {
    what: 'a number with an unknown source',
    file: EPIDURAL,
    right: `${SESSIONS}value: NUMBER, from: "2026-01-01", sources: [r5, r6] }`,
    wrong: `${SESSIONS}value: 4, from: "2026-01-01", sources: [r5, r66] }`,
    line: 'medicare-lcd: {',
    says: 'there is no source "r66"',
  },
  {
    what: 'a number without a value for a profile',
    file: EPIDURAL,
    right:
      'conservativeCareDays:\n    description: Days of active conservative care before the block\n    unit: d\n    values:\n      guideline: { value: NUMBER, from: "2026-01-01", sources: [s000, s001] }\n',
    wrong:
      'conservativeCareDays:\n    description: Days of active conservative care before the block\n    unit: d\n    values:\n',
    line: 'values:',
    says: 'no value for the profile "guideline"; write null for none',
  },
  {
    what: 'a number for an unknown profile',
    file: NUMBERS,
    right: 'maximumLevels:\n',
    wrong:
      'unusedNumber:\n  description: none\n  unit: d\n  values:\n    guideline: { value: 1, from: "2026-01-01", sources: [r5] }\n    medicare-lcd: { value: 1, from: "2026-01-01", sources: [r5] }\n    medicare: { value: 1, from: "2026-01-01", sources: [r5] }\nmaximumLevels:\n',
    line: 'medicare: {',
    says: 'there is no profile "medicare"',
  },
  {
    what: 'a date in another format',
    file: EPIDURAL,
    right: `${SESSIONS}value: NUMBER, from: "2026-01-01"`,
    wrong: `${SESSIONS}value: 4, from: "01/01/2026"`,
    line: 'medicare-lcd: {',
    says: 'must be YYYY-MM-DD',
  },
  {
    what: 'a day that no calendar has',
    file: EPIDURAL,
    right: `${SESSIONS}value: NUMBER, from: "2026-01-01"`,
    wrong: `${SESSIONS}value: 4, from: "2026-02-30"`,
    line: 'medicare-lcd: {',
    says: 'must be YYYY-MM-DD',
  },
];

const PROCEDURES_AND_VIEWS: readonly Mistake[] = [
  {
    what: 'an add-on to a code that no policy has',
    file: POLICY,
    right: 'addOnTo: ["64479"]',
    wrong: 'addOnTo: ["64497"]',
    says: 'no policy is for the code 64497',
  },
  {
    what: 'a kind of procedure that there is none of',
    file: 'policies/facet-ablation/policy.yaml',
    right: 'countsJoints: true\n    notWith: [epidural]\n  - code: "64634"',
    wrong: 'countsJoints: true\n    notWith: [epidurals]\n  - code: "64634"',
    line: 'notWith',
    says: 'there is no procedure of the kind "epidurals"',
  },
  {
    what: 'a companion code that is a procedure',
    file: 'companions.yaml',
    right: 'code: "76942"',
    wrong: 'code: "64483"',
    says: '64483 is a code of a policy, and stands alone',
  },
  {
    what: 'a nerve that no rule knows',
    file: 'policies/peripheral-nerve/policy.yaml',
    right: 'nerves: [greater occipital, lesser occipital,',
    wrong: 'nerves: [greater occipital, smaller occipital,',
    says: 'there is no nerve "smaller occipital" in coding-rules.yaml',
  },
  {
    what: 'diagnoses that support and exclude',
    file: POLICY,
    right: 'excluded: [axial-spine-diagnoses, fibromyalgia]',
    wrong: 'excluded: [radicular-diagnoses]',
    says: '"radicular-diagnoses" both supports and excludes for the profile "guideline"',
  },
  {
    what: 'no diagnoses that support',
    file: POLICY,
    right: '    guideline: [radicular-diagnoses]\n',
    wrong: '    guideline: []\n',
    says: 'must not be empty',
  },
  {
    what: 'a code of another policy',
    file: 'policies/trigeminal-branch/policy.yaml',
    right: 'code: "64400"',
    wrong: 'code: "64405"',
    says: '64405 is a code of the policy greater-occipital-nerve',
  },
  {
    what: 'a code for the second time',
    file: POLICY,
    right: 'code: "64480"\n    kind',
    wrong: 'code: "64479"\n    kind',
    says: '64479 is a code of this policy already',
  },
  {
    what: 'a code that is no procedure code',
    file: POLICY,
    right: 'code: "64480"\n    kind',
    wrong: 'code: "6448"\n    kind',
    says: 'must be a code of CPT or HCPCS',
  },
  {
    what: 'a code without quotes',
    file: POLICY,
    right: 'code: "64479"\n    kind',
    wrong: 'code: 64479\n    kind',
    says: 'must be quoted, codes are strings',
  },
  {
    what: 'a member of a procedure that does not exist',
    file: POLICY,
    right: 'code: "64479"\n    kind',
    wrong: 'code: "64479"\n    reigon: lumbar-sacral\n    kind',
    line: 'reigon',
    says: 'is not known here',
  },
  {
    what: 'another view with an unknown fact',
    file: POLICY,
    right: 'applies: "%guidance.ultrasound"',
    wrong: 'applies: "%oldPain.longEnough"',
    says: 'there is no fact "oldPain"',
  },
  {
    what: 'another view for an unknown profile',
    file: POLICY,
    right: 'says:\n      guideline: >-\n        the 2025',
    wrong: 'says:\n      guidelines: >-\n        the 2025',
    line: 'guidelines:',
    says: 'there is no profile "guidelines"',
  },
  {
    what: 'another view with an unknown source',
    file: POLICY,
    right: 'sources: [r31, r32]',
    wrong: 'sources: [r31, r322]',
    says: 'there is no source "r322"',
  },
  {
    what: 'a change to an included criterion that names an unknown fact',
    file: 'policies/greater-occipital-nerve/policy.yaml',
    right: 'met: "%unitCount.once", severityWhen',
    wrong: 'met: "%unitCounts.once", severityWhen',
    says: 'ORD-UNIT: there is no fact "unitCounts"',
  },
  {
    what: "a sentence of a policy's own that the fact cannot say",
    file: 'policies/interlaminar-epidural/findings.yaml',
    right: 'other-region:\n    found: "{study} {date}',
    wrong: 'other-region:\n    found: "{area} {date}',
    says: '"area" is not something the fact "rootConcordance" can say',
  },
  {
    what: 'a value set of a nerve that does not exist',
    file: 'policies/peripheral-nerve/policy.yaml',
    right: 'supported: [occipital-neuralgia] }',
    wrong: 'supported: [occipital-pain] }',
    says: 'there is no value set "occipital-pain"',
  },
];

const SENTENCES: readonly Mistake[] = [
  {
    what: 'something in braces that the fact cannot say',
    file: 'findings.yaml',
    right: 'painDuration:\n  long-enough: { found: "{days} days',
    wrong: 'painDuration:\n  long-enough: { found: "{weeks} weeks',
    line: 'long-enough:',
    says: '"weeks" is not something the fact "painDuration" can say',
  },
  {
    what: 'a finding without a sentence',
    file: 'findings.yaml',
    right: 'painDuration:\n  long-enough: { found: "{days} days, since {onset}" }\n',
    wrong: 'painDuration:\n',
    says: 'the fact "painDuration" has no sentence for its finding "long-enough"',
  },
  {
    what: 'a sentence for a finding that the fact does not report',
    file: 'findings.yaml',
    right: '\npainDuration:\n',
    wrong: '\npainDuration:\n  paused:\n    found: the pain paused\n',
    line: 'paused:',
    says: 'no fact "painDuration" reports the finding "paused"',
  },
  {
    what: 'a sentence for a fact that does not exist',
    file: 'findings.yaml',
    right: '\npainDuration:\n',
    wrong: '\nmood:\n  low: { found: low mood }\n\npainDuration:\n',
    line: 'low:',
    says: 'no fact "mood" reports the finding "low"',
  },
];

const SYNTAX: readonly Mistake[] = [
  {
    what: 'a quote that is not closed',
    file: ORDERS,
    right: 'met: "%orderSide.stated"',
    wrong: 'met: "%orderSide.stated',
    says: 'Missing closing "quote',
  },
  {
    what: 'a member that stands twice',
    file: EPIDURAL,
    right: 'title: Radicular diagnosis\n',
    wrong: 'title: Radicular diagnosis\n    title: Radicular pain\n',
    line: 'title: Radicular pain',
    says: 'Map keys must be unique',
  },
  {
    what: 'a member whose name is misspelt',
    file: EPIDURAL,
    right: 'quietWhenMet: true',
    wrong: 'quietWhenmet: true',
    says: 'quietWhenmet',
  },
];

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'policy-'));
  // Vignettes are no part of what is loaded.
  cpSync(POLICIES, folder, { recursive: true, filter: (source) => !source.includes('vignettes') });
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

/** What the start says about the policies in the folder; undefined when it finds nothing wrong. */
function complaint(): string | undefined {
  try {
    loadPolicyData(folder, FACTS);
    return undefined;
  } catch (error) {
    if (error instanceof PolicyError) return error.message;
    throw error;
  }
}

/** The line of the copied policies on which the text first stands. */
function lineOf(file: string, words: string): number {
  const lines = readFileSync(join(folder, file), 'utf8').split('\n');
  const line = lines.findIndex((text) => text.includes(words)) + 1;
  expect(line).toBeGreaterThan(0);
  return line;
}

/** Makes the mistake in the copied policies and gives the line on which a reviewer should look. */
function make({ file, right, wrong, line }: Change): number {
  const path = join(folder, file);
  const before = readFileSync(path, 'utf8');
  // NUMBER stands for whatever number the policy has today, so that changing one breaks no test here.
  const pattern = right.replace(/[.*+?^${}()|[\]\\]/gu, '\\$&').replaceAll('NUMBER', '[\\d.]+');
  const found = [...before.matchAll(new RegExp(pattern, 'gu'))];
  expect(found).toHaveLength(1);
  const at = found[0]?.index ?? 0;
  const after = before.slice(0, at) + wrong + before.slice(at + (found[0]?.[0].length ?? 0));
  expect(after).not.toBe(before);
  writeFileSync(path, after);
  const place = line === '' ? 0 : after.indexOf(line ?? '', at);
  expect(place).toBeGreaterThanOrEqual(0);
  return after.slice(0, place).split('\n').length;
}

describe.each([
  ['codes and selectors', CODES_AND_SELECTORS],
  ['criteria', CRITERIA],
  ['policies and their numbers', POLICY_AND_NUMBERS],
  ['procedures and other views', PROCEDURES_AND_VIEWS],
  ['sentences', SENTENCES],
  ['how the file is written', SYNTAX],
])('a mistake in %s stops the start', (_title, mistakes) => {
  test.each(mistakes.map((mistake) => [mistake.what, mistake] as const))('%s', (_what, mistake) => {
    const line = make(mistake);
    const said = complaint() ?? 'nothing, and the service starts';
    expect(said).toMatch(/^cds-services\/[^\s:]+:\d+: /u);
    expect(said.split(/(?<=:\d+): /u)[0]).toBe(`cds-services/${mistake.file}:${line}`);
    expect(said).toContain(mistake.says);
    expect(said).not.toMatch(JARGON);
    expect(said.split('\n')).toHaveLength(1);
  });
});

describe('a file that is not there stops the start', () => {
  test.each([
    [
      'value-sets/zoster-diagnoses.yaml',
      'cds-services/value-sets/zoster-diagnoses.yaml:1: the file is missing',
    ],
    [POLICY, `cds-services/${POLICY}:1: the file is missing`],
    ['cards.yaml', 'cds-services/cards.yaml:1: the file is missing'],
  ])('%s', (file, expected) => {
    rmSync(join(folder, file));
    expect(complaint()).toBe(expected);
  });

  test('a value set that only a selector names', () => {
    const line = lineOf('selectors.yaml', 'codes: [inr]');
    rmSync(join(folder, 'value-sets', 'inr.yaml'));
    expect(complaint()).toBe(`cds-services/selectors.yaml:${line}: there is no value set "inr"`);
  });
});

test('a number that a fact needs and nobody wrote is missed where the fact is named', () => {
  make({ file: EPIDURAL, right: 'narrativeLevelEvidence:', wrong: 'narrativeEvidence:' });
  expect(complaint()).toBe(
    `cds-services/${EPIDURAL}:${lineOf(EPIDURAL, '%levelEvidence.present')}: ` +
      'TF-LEVEL: the fact "levelEvidence" needs "narrativeLevelEvidence" in parameters.yaml',
  );
});

test.each([
  [
    'cards.yaml',
    '\n  order-first:\n',
    '\n  order-second:\n',
    'needs all of: ask-for-records, order-first, state-diagnosis, attach-evidence',
  ],
  ['cards.yaml', '\n  meets-criteria-with-red-flag:', '\n  meets-criteria-with-flag:', 'meets-criteria-with'],
  [
    'discovery.yaml',
    '  goals: Goal?patient',
    '  goals: CarePlan?patient',
    'every key is for a resource type of its own',
  ],
])('%s: what the service counts on is missed at the start (%j)', (file, right, wrong, says) => {
  make({ file, right, wrong });
  expect(complaint()).toContain(`cds-services/${file}:`);
  expect(complaint()).toContain(says);
});

test('a number is missed also where only another profile names its fact', () => {
  make({
    file: 'policies/trigeminal-branch/policy.yaml',
    right: 'met: "%patientSelection.recorded"',
    wrong: 'met: { guideline: "%patientSelection.recorded", medicare-lcd: "%imagingAge.recent" }',
  });
  expect(complaint()).toContain('the fact "imagingAge" needs "imagingMonths" in parameters.yaml');
});

test('two mistakes of one file are both named', () => {
  const lines = [
    make({ file: 'value-sets/refusals.yaml', right: '"183944003"', wrong: '183944003' }),
    make({ file: 'value-sets/refusals.yaml', right: '"105480006"', wrong: '105480006' }),
  ];
  const places = (complaint() ?? '').split('\n').map((said) => said.split(': ')[0]);
  expect(places).toEqual(lines.map((line) => `cds-services/value-sets/refusals.yaml:${line}`));
});

test('the policies as they stand start the service', () => {
  expect(complaint()).toBeUndefined();
});

test('files that are links are read as the files they lead to', () => {
  const path = join(folder, 'policies', 'trigger-point', 'findings.yaml');
  const elsewhere = join(folder, 'elsewhere.txt');
  renameSync(path, elsewhere);
  symlinkSync(elsewhere, path);
  const sentence = (at: string) =>
    loadPolicyData(at, FACTS).policies.get('trigger-point')?.finding('sedation', 'code');
  expect(readPolicyFiles(folder)).toEqual(new Map(readPolicyFiles(POLICIES)));
  expect(sentence(folder)).toEqual(sentence(POLICIES));
});
