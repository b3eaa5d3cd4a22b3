import { levelName } from '../anatomy/spine-level';
import type { Assessment } from '../evaluate/assess';
import type { CriterionResult, NamedFact } from '../evaluate/criterion';
import { FACTS } from '../gather/facts';
import type { FactDefinition } from '../gather/facts/fact';
import type { Judgement } from '../hooks/judge-orders';
import { placeholders } from '../policy/load-vocabulary';
import type { PolicyData } from '../policy/policy-data';
import { foundOf, requiredOf, todosOf, type Speaker } from '../present/wording';
import { formatDay } from '../time/days';

function indented(lines: readonly string[], by = '  '): string[] {
  return lines.map((line) => by + line);
}

/** A fact as code sees it: its finding, its fields, and the words that its sentence may use. */
function factLine({ name, fact }: NamedFact): string {
  const fields = Object.entries(fact.fields).map(([field, value]) => `${field}=${value ?? '?'}`);
  const words = Object.entries(fact.words ?? {})
    .filter(([, value]) => value !== undefined && value !== '')
    .map(([word, value]) => `${word}: ${value}`);
  const unread = fact.unread?.length ? [`unread: ${fact.unread.join(', ')}`] : [];
  return [`%${name}`, fact.finding, ...fields, ...words, ...unread].join(' | ');
}

/** The numbers that the criterion's facts and sentence use, as the judging profile has them. */
function numberLines(result: CriterionResult, { policy, profile }: Speaker): string[] {
  const inSentence = placeholders(result.criterion.written.required);
  const ofFacts = result.facts.flatMap(({ name }) => thresholdsOf(name));
  return [...new Set([...inSentence, ...ofFacts])].flatMap((name) => {
    const parameter = policy.parameters.get(name);
    const setting = parameter?.values[profile];
    if (!parameter || !setting) return [];
    const { value, sources } = setting;
    return value === null || value === undefined
      ? [`${name}: none in this profile (${sources.join(', ')})`]
      : [`${name} = ${value} ${parameter.unit} (${sources.join(', ')})`];
  });
}

function thresholdsOf(fact: string): readonly string[] {
  return new Map<string, FactDefinition>(Object.entries(FACTS)).get(fact)?.thresholds ?? [];
}

function criterionLines(result: CriterionResult, speaker: Speaker): string[] {
  const { criterion, status, severity } = result;
  const sources = criterion.sources.flatMap((id) => speaker.policyData.sources.get(id) ?? []);
  const told = [
    ['needed', requiredOf(result, speaker)],
    ['found', foundOf(result, speaker)],
    ...(status === 'met' || status === 'not-applicable'
      ? []
      : todosOf(result, speaker).map((todo) => ['to do', todo])),
    ...result.facts.map((fact) => ['fact', factLine(fact)]),
    ...numberLines(result, speaker).map((line) => ['number', line]),
    ...result.evidence.map(({ reference, date, summary }) => [
      'evidence',
      `${reference} ${date ?? ''} ${summary}`,
    ]),
    ...sources.map(({ id, title, strength }) => ['source', `${id} ${title} (${strength})`]),
  ].filter(([, what]) => what !== '');
  return [
    `${status.padEnd(15)}${criterion.id.padEnd(13)}${severity.padEnd(17)}${criterion.title}`,
    ...indented(
      told.map(([name = '', what = '']) => `${name.padEnd(9)}${what}`),
      '    ',
    ),
  ];
}

function assessmentLines(assessment: Assessment, speaker: Speaker): string[] {
  const { policy, profile, group } = assessment;
  const heading = `${policy.title} ${policy.version}, ${profile.title} profile, judged for ${formatDay(group.session.evaluatedOn)}: ${assessment.determination}`;
  const lines = assessment.lines.flatMap(({ line, determination, results, otherViews }) => {
    const place = [line.order.side, line.level && levelName(line.level)].filter(Boolean).join(' ');
    return [
      '',
      `${line.procedure.code} ${place} (${line.order.reference}): ${determination}`,
      ...indented(results.flatMap((result) => criterionLines(result, speaker))),
      ...otherViews.map(({ says, sources }) => `  other view: ${says} (${sources.join(', ')})`),
    ];
  });
  return [heading, '='.repeat(heading.length), ...lines, ''];
}

/** Everything behind an answer as text: facts, statuses, evidence and sources of every criterion of every line. */
export function explain(judgement: Judgement, policyData: PolicyData): string {
  const { record, assessments } = judgement;
  const unread = [...record.unread].map(([key, reason]) => `${key} (${reason})`);
  const notRead = unread.length > 0 ? [`Not read: ${unread.join(', ')}`, ''] : [];
  const all = assessments.flatMap((assessment) =>
    assessmentLines(assessment, {
      policyData,
      policy: assessment.policy,
      profile: assessment.profile.id,
      unread: record.unread,
    }),
  );
  return [...notRead, ...all].join('\n');
}
