import type { Criterion, Parameter, Policy, PolicyData, Procedure, Profile } from '../policy/policy-data';
import { CODE_SYSTEM_TITLES } from '../policy/code-systems';
import type { ValueSet } from '../policy/value-set';
import { escapeMarkdown } from '../present/markdown';
import { otherSeverities, valueText } from '../present/wording';
import { markdownTable } from './markdown-table';

/** A vignette of the policy, with the determination that each profile comes to. */
export interface ListedVignette {
  readonly name: string;
  readonly determinations: Readonly<Record<string, string | undefined>>;
}

/** Where the criteria of a severity are listed. */
const GROUPS = [
  ['hard', 'Requirements', 'Not met: criteria not met. Nothing on file: documentation gaps.'],
  ['documentation', 'Documentation', 'Not met or nothing on file: documentation gaps, never more.'],
  ['contraindication', 'Contraindications', 'Present: contraindicated. Not looked for: documentation gaps.'],
  ['coding', 'Coding', 'Not met: a coding issue, beside the clinical result.'],
  ['caution', 'Cautions', 'Shown, and change nothing.'],
] as const;

const NOT_ASKED = '–';

interface Page {
  readonly policy: Policy;
  readonly policyData: PolicyData;
  readonly profiles: readonly Profile[];
}

function unique<T>(items: readonly T[]): T[] {
  return [...new Set(items)];
}

/** What a profile asks of a criterion, with its numbers, its severity where it is another one, and its sources. */
function asked(criterion: Criterion, profile: Profile, group: string, { policy }: Page): string {
  if (!criterion.asked) return NOT_ASKED;
  const severity = criterion.severity === group ? '' : `(${criterion.severity}) `;
  const where = criterion.askedWhere === undefined ? [] : [`only where ${criterion.askedWhere}`];
  const redFlag = criterion.redFlag ? ['a red flag: it opens the card, which is critical'] : [];
  const parts = [
    `${severity}${criterion.required}`,
    ...where,
    ...otherSeverities(criterion, policy, profile.id),
    ...redFlag,
  ];
  return `${parts.join('; ')} [${criterion.sources.join(', ')}]`;
}

/** The text of a cell, or that it is as in the profile that this one is based on. */
function orAsBase(text: string, base: string | undefined, { basedOn }: Profile): string {
  return base !== undefined && text === base && text !== NOT_ASKED ? `as ${basedOn}` : text;
}

/** One cell for each profile. */
function cellsOf(profiles: readonly Profile[], textOf: (profile: Profile) => string): string[] {
  const texts = new Map(profiles.map((profile) => [profile.id, textOf(profile)]));
  return profiles.map((profile) =>
    orAsBase(texts.get(profile.id) ?? '', texts.get(profile.basedOn ?? ''), profile),
  );
}

function criteriaSections(page: Page): string[] {
  const { policy, profiles } = page;
  const ids = unique(profiles.flatMap(({ id }) => policy.criteria(id).map((criterion) => criterion.id)));
  const of = (id: string, profile: Profile): Criterion | undefined =>
    policy.criteria(profile.id).find((criterion) => criterion.id === id);
  /** The severity under which a criterion is listed: that of the first profile that asks. */
  const groupOf = (id: string): string => {
    const all = profiles.flatMap((profile) => of(id, profile) ?? []);
    return (all.find((criterion) => criterion.asked) ?? all[0])?.severity ?? '';
  };
  return GROUPS.flatMap(([severity, title, meaning]) => {
    const rows = ids
      .filter((id) => groupOf(id) === severity)
      .map((id) => {
        const name = profiles.flatMap((profile) => of(id, profile) ?? [])[0]?.title ?? '';
        const cells = cellsOf(profiles, (profile) => {
          const criterion = of(id, profile);
          return criterion ? asked(criterion, profile, severity, page) : NOT_ASKED;
        });
        return [`**${id}** ${name}`, ...cells];
      });
    if (rows.length === 0) return [];
    return [`### ${title}`, meaning, markdownTable(['Criterion', ...profiles.map((p) => p.title)], rows)];
  });
}

function numberText(parameter: Parameter, value: Parameter['values'][string] | undefined): string {
  if (!value || value.value === null) return NOT_ASKED;
  const before = (value.earlier ?? []).map((older) => `; before: ${numberText(parameter, older)}`);
  return `${escapeMarkdown(valueText(value.value, parameter.unit))} [${value.sources.join(', ')}], from ${value.from}${before.join('')}`;
}

function numbersTable({ policy, profiles }: Page): string {
  const rows = [...policy.parameters]
    .map(([name, parameter]) => [
      `${parameter.description} (\`${name}\`)`,
      ...cellsOf(profiles, ({ id }) => numberText(parameter, parameter.values[id])),
    ])
    .filter(([, ...cells]) => cells.some((text) => text !== NOT_ASKED));
  return markdownTable(['Number', ...profiles.map(({ title }) => title)], rows);
}

/** The codes of a value set as a reader looks them up, system by system; a code that nobody has checked is marked. */
function codesOf(set: ValueSet): string {
  const all = [...set.exact.values(), ...set.prefixes.map(({ member }) => member)];
  return unique(all.map(({ system }) => system))
    .map((system) => {
      const codes = all
        .filter((member) => member.system === system)
        .map(({ code, prefix, label, verified }) => {
          const text = code ?? `${prefix ?? ''}-`;
          return `${text} ${label}${verified === false ? ' [G]' : ''}`;
        });
      return `${CODE_SYSTEM_TITLES[system]}: ${codes.join('; ')}.`;
    })
    .join(' ');
}

function diagnosesSection({ policy, profiles }: Page): string[] {
  const sets = unique(
    profiles.flatMap(({ id }) => [
      ...policy.supportedDiagnoses(id),
      ...policy.excludedDiagnoses(id),
      ...(policy.openDiagnoses(id) ?? []),
    ]),
  );
  const uses = (set: ValueSet) => (profile: Profile) => {
    if (policy.supportedDiagnoses(profile.id).includes(set)) return 'supports';
    if (policy.excludedDiagnoses(profile.id).includes(set)) return 'excludes';
    return policy.openDiagnoses(profile.id)?.includes(set) === true ? 'open' : NOT_ASKED;
  };
  const rows = sets
    .filter(({ hasCodes }) => hasCodes)
    .map((set) => [codesOf(set), ...cellsOf(profiles, uses(set))]);
  const others = cellsOf(profiles, ({ id }) =>
    policy.openDiagnoses(id) ? 'excludes, if the order states it' : 'open',
  );
  const nerves = policy.supportedForNerve.map(
    ({ nerves: names, sets: supported }) =>
      `Supported as well where the order names the ${names.join(', the ')} nerve: ${supported.map(codesOf).join(' ')}`,
  );
  return [
    '## Diagnoses',
    'What is stated on the order comes first, then the problem list. A code that is open neither supports nor excludes. A code that ends in a hyphen stands for all that begin so; one that supports in another row supports.',
    markdownTable(['Codes', ...profiles.map(({ title }) => title)], [...rows, ['Any other code', ...others]]),
    ...nerves,
  ];
}

/** What the coding rules make of a code, in a few words. */
function rulesOf(procedure: Procedure): string {
  const { addOnTo, once, sided, bilateralModifier, otherRegion, notWith, muscles, withGuidance } = procedure;
  return [
    addOnTo && `only beside ${addOnTo.join(' or ')} in the same session`,
    once && `once a ${once}`,
    !sided && 'has no side',
    !bilateralModifier && 'never with modifier 50',
    procedure.imageGuidanceIncluded && 'fluoroscopy or CT is included',
    withGuidance !== undefined && `without imaging; ${withGuidance} is with it`,
    otherRegion !== undefined && `${otherRegion} in the other region of the spine`,
    procedure.fromLevel !== undefined && `from the level number ${procedure.fromLevel} on`,
    procedure.oneRegionASession && 'one region of the spine a session',
    notWith && `not in one session with: ${notWith.join(', ')}`,
    muscles && `for ${muscles.from}${muscles.to === undefined ? ' or more' : ` to ${muscles.to}`} muscles`,
  ]
    .filter((rule) => typeof rule === 'string')
    .join('; ');
}

function contradictionsSection({ policy, policyData, profiles }: Page): string[] {
  const rows = policyData.contradictions
    .filter(({ policies }) => policies.includes(policy.id))
    .map(({ id, conflict, sources, resolution }) => [id, `${conflict} [${sources.join(', ')}]`, resolution]);
  const views = profiles.flatMap((profile) =>
    policy
      .otherViews(profile.id)
      .filter(({ says }) => profile.basedOn === undefined || !saysInBase(says, profile, policy))
      .map(({ says, saidWhere, sources }) => {
        const where = saidWhere === undefined ? '' : `where ${saidWhere}: `;
        return `- ${profile.title}: ${where}${says} [${sources.join(', ')}]`;
      }),
  );
  return [
    ...(rows.length > 0
      ? ['## Where the sources disagree', markdownTable(['', 'Conflict', 'How it is read'], rows)]
      : []),
    ...(views.length > 0 ? ['Other views that a card shows where the order stands:', views.join('\n')] : []),
  ];
}

function saysInBase(says: string, { basedOn = '' }: Profile, policy: Policy): boolean {
  return policy.otherViews(basedOn).some((view) => view.says === says);
}

/** Every source that anything of the policy rests on. */
function sourcesOf({ policy, policyData, profiles }: Page): string[] {
  const used = new Set([
    ...profiles.flatMap(({ id }) => policy.criteria(id).flatMap(({ sources }) => sources)),
    ...profiles.flatMap(({ id }) => policy.otherViews(id).flatMap(({ sources }) => sources)),
    ...[...policy.parameters.values()].flatMap(({ values }) =>
      Object.values(values).flatMap(({ sources }) => sources),
    ),
    ...policyData.contradictions
      .filter(({ policies }) => policies.includes(policy.id))
      .flatMap(({ sources }) => sources),
  ]);
  return [...policyData.sources.keys()].filter((id) => used.has(id));
}

function sourcesTable(page: Page): string {
  const rows = sourcesOf(page).flatMap((id) => {
    const source = page.policyData.sources.get(id);
    if (!source) return [];
    const title = source.url === undefined ? source.title : `[${source.title}](${source.url})`;
    const marks = [source.dated, source.strength, source.unverified].filter((mark) => mark !== undefined);
    return [[id, title, marks.join('; ')]];
  });
  return markdownTable(['Id', 'Source', 'Date, strength, what to confirm'], rows);
}

/** What of the policy rests on nothing that was retrieved. */
function unverifiedSection(page: Page): string[] {
  const { policy, policyData, profiles } = page;
  const isOpen = (sources: readonly string[]): boolean =>
    sources.some((id) => policyData.sources.get(id)?.unverified !== undefined);
  const criteria = profiles.flatMap((profile) =>
    policy
      .criteria(profile.id)
      .filter((criterion) => criterion.asked && isOpen(criterion.sources))
      .map(({ id }) => `criterion ${id}`),
  );
  const numbers = [...policy.parameters]
    .filter(([, { values }]) =>
      Object.values(values).some(({ value, sources }) => value !== null && isOpen(sources)),
    )
    .map(([name]) => `number \`${name}\``);
  const all = unique([...criteria, ...numbers]);
  return all.length === 0
    ? []
    : [
        '## To be confirmed by a clinician',
        `These rest, wholly or in part, on general knowledge that nobody has looked up [G]: ${all.join(', ')}.`,
      ];
}

function vignettesTable(vignettes: readonly ListedVignette[], profiles: readonly Profile[]): string {
  const rows = vignettes.map(({ name, determinations }) => [
    name,
    ...profiles.map(({ id }) => determinations[id] ?? ''),
  ]);
  return markdownTable(['Case', ...profiles.map(({ title }) => title)], rows);
}

/** A policy as a clinician reviews it, generated from the policy data: Markdown. */
export function policyPage(
  policy: Policy,
  policyData: PolicyData,
  vignettes: readonly ListedVignette[],
): string {
  const profiles = [...policyData.profiles.values()];
  const page = { policy, policyData, profiles };
  const { approvedBy } = policy;
  const approved =
    approvedBy.length > 0
      ? `Approved by ${approvedBy.join(', ')}.`
      : 'Nobody has approved it yet: it is not clinically approved, and every card says so.';
  return [
    `# ${policy.title}`,
    `Version ${policy.version}, for orders from ${policy.from} on. ${approved}`,
    ...policy.earlier.map(({ version, from }) => `Before: version ${version}, from ${from} on.`),
    '[All policies](../README.md) · Generated from the policy data in this folder and in `_shared`; do not edit.',
    '## What it covers',
    markdownTable(
      ['CPT', 'What', 'Coding rules'],
      policy.procedures.map((procedure) => [procedure.code, procedure.label, rulesOf(procedure)]),
    ),
    ...diagnosesSection(page),
    '## Criteria',
    `What each profile asks for, with its sources in brackets. ${NOT_ASKED} is not asked.`,
    ...criteriaSections(page),
    '## Numbers',
    'Every number that a criterion compares with, profile by profile, its sources in brackets, and the day it applies from.',
    numbersTable(page),
    ...contradictionsSection(page),
    ...unverifiedSection(page),
    '## Sources',
    sourcesTable(page),
    '## Vignettes',
    'Test cases: what must come out of them. The cases themselves are in the folder `vignettes`.',
    vignettesTable(vignettes, profiles),
    '',
  ].join('\n\n');
}

/** The list of all policies: Markdown. */
export function policyIndexPage({
  policies,
  policyData,
}: {
  policies: readonly Policy[];
  policyData: PolicyData;
}) {
  const rows = policies.map(({ id, title, version, approvedBy, procedures }) => {
    const codes = procedures.map(({ code }) => code);
    return [`[${title}](${id}/README.md)`, codes.join(', '), version, approvedBy.join(', ') || 'nobody yet'];
  });
  const profiles = [...policyData.profiles.values()].map(({ id, title, standsFor, basedOn }) => [
    `${title} (\`${id}\`)`,
    standsFor,
    basedOn === undefined ? '' : `a copy of \`${basedOn}\` but for what is written for it`,
  ]);
  return [
    '# Policies',
    'What the service asks for before a nerve block, and why. Generated from the policy data; do not edit.',
    markdownTable(['Policy', 'CPT', 'Version', 'Approved by'], rows),
    '## Profiles',
    markdownTable(['Profile', 'What it stands for', ''], profiles),
    '',
  ].join('\n\n');
}
