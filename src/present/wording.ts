import type { CriterionResult, NamedFact } from '../evaluate/criterion';
import type { Criterion, Policy, PolicyData } from '../policy/policy-data';
import type { UnreadReason } from '../gather/key-answer';
import { plain } from '../fhir/plain-text';

/** So many things are named before the rest is counted. */
const MOST_NAMES = 4;

export type Words = Readonly<Record<string, string | number | undefined>>;

/** Fills `{name}` from the words; a word that is missing stays out. */
export function fill(template: string, words: Words): string {
  return template.replace(/\{(\w+)\}/gu, (_, name: string) => String(words[name] ?? ''));
}

/** Everything needed to say a result in words. */
export interface Speaker {
  readonly policyData: PolicyData;
  readonly policy: Policy;
  readonly profile: string;
  readonly unread: ReadonlyMap<string, UnreadReason>;
  /** Why it is not known who pays, where that could have chosen another profile. */
  readonly payerUnread?: UnreadReason;
}

/** The numbers of a profile that the sentence names. */
function thresholdWords(template: string, policy: Policy, profile: string): Words {
  const words: Record<string, number> = {};
  for (const match of template.matchAll(/\{(\w+)\}/gu)) {
    const value = policy.threshold(profile, match[1] ?? '');
    if (typeof value === 'number') words[match[1] ?? ''] = value;
  }
  return words;
}

/** A word of a sentence that only a record can fill. */
const BLANK = '…';

/** When a criterion has another severity than its usual one, in words: "caution: INR …". */
export function otherSeverities(criterion: Criterion, policy: Policy, profile: string): string[] {
  const { severityWhen, severityIf, facts } = criterion;
  const found = Object.entries(severityWhen).map(([finding, severity]) => {
    const gap =
      facts.map((fact) => policy.finding(fact, finding)?.gap).find((text) => text !== undefined) ?? '';
    const words = fill(gap, { ...blanksOf(gap), ...thresholdWords(gap, policy, profile) });
    return `${severity}: ${/\p{L}/u.test(words) ? words : finding}`;
  });
  return severityIf ? [...found, `${severityIf.severity}: ${severityIf.says}`] : found;
}

function blanksOf(template: string): Words {
  return Object.fromEntries([...template.matchAll(/\{(\w+)\}/gu)].map(([, name = '']) => [name, BLANK]));
}

/** A number with its unit, or whether something holds, as a reader takes it. */
export function valueText(value: number | boolean, unit: string): string {
  if (typeof value === 'number') return `${value} ${unit}`;
  return value ? 'yes' : 'no';
}

function say(template: string, fact: NamedFact | undefined, speaker: Speaker): string {
  const words = fact?.fact.words ?? {};
  const { undated } = speaker.policyData.wording;
  const dates = { date: words['date'] ?? undated, plan: words['plan'] ?? undated };
  return plain(
    fill(template, { ...thresholdWords(template, speaker.policy, speaker.profile), ...words, ...dates }),
  );
}

/** What the profile asks, with its numbers. */
export function requiredOf(result: CriterionResult, speaker: Speaker): string {
  if (!result.criterion.asked) return speaker.policyData.wording.notAsked;
  return plain(result.criterion.required);
}

/** The records behind keys, with the reason why they could not be read, each reason once. */
export function withReasons(keys: readonly string[], speaker: Speaker): string {
  const { records, status } = speaker.policyData.wording;
  const byReason = new Map<UnreadReason, string[]>();
  for (const key of keys) {
    // Of a key that was read, single resources may be beyond reading.
    const reason = speaker.unread.get(key) ?? 'incomplete';
    byReason.set(reason, [...(byReason.get(reason) ?? []), records[key] ?? key]);
  }
  return [...byReason].map(([reason, names]) => `${names.join(', ')} (${status[reason]})`).join('; ');
}

/** The first few names, the rest counted; one more is named as well as counted. */
export function firstFew(names: readonly string[], most: number, speaker: Speaker): string[] {
  const rest = names.length - most;
  return rest < 2
    ? [...names]
    : [...names.slice(0, most), fill(speaker.policyData.wording.more, { count: rest })];
}

/** What results are about in a few words, the first few of them. */
export function aboutOf(results: readonly CriterionResult[], speaker: Speaker): string {
  const names = [...new Set(results.map(({ criterion }) => criterion.gap ?? criterion.title))];
  return firstFew(names, MOST_NAMES, speaker).join(', ');
}

/** One thing to do about everything that could not be read. */
export function unreadTodoOf(results: readonly CriterionResult[], speaker: Speaker): string[] {
  const unread = results.filter(({ status }) => status === 'not-assessed');
  const keys = [...new Set(unread.flatMap((result) => result.unread))];
  const words = { what: aboutOf(unread, speaker), keys: withReasons(keys, speaker) };
  return keys.length === 0 ? [] : [fill(speaker.policyData.wording.unreadTodo, words)];
}

function wordingOf(fact: NamedFact, speaker: Speaker) {
  const { name, fact: said } = fact;
  const wording = speaker.policy.finding(name, said.finding);
  if (!wording) throw new Error(`no sentence for the finding ${said.finding} of ${name}`);
  return wording;
}

/** What was found, fact by fact; for what could not be read, which keys are missing. */
export function foundOf(result: CriterionResult, speaker: Speaker): string {
  // What was not looked for is not said to be missing, whatever else decides.
  const hidden = ({ fact }: NamedFact): boolean =>
    result.status !== 'met' && (fact.unread ?? []).length > 0 && (fact.evidence ?? []).length === 0;
  // Of alternatives only those that hold make a criterion met.
  const holds = ({ name, fact }: NamedFact): boolean =>
    result.status !== 'met' ||
    result.criterion.references.some(
      (reference) => reference.fact === name && fact.fields[reference.field] === true,
    );
  const sentences = result.facts
    .filter((fact) => !hidden(fact) && holds(fact))
    .map((fact) => say(wordingOf(fact, speaker).found, fact, speaker));
  const ofHidden = result.facts.filter(hidden).flatMap(({ fact }) => fact.unread ?? []);
  const keys = result.status === 'not-assessed' ? result.unread : [...new Set(ofHidden)];
  if (keys.length > 0)
    sentences.push(fill(speaker.policyData.wording.unread, { keys: withReasons(keys, speaker) }));
  return [...new Set(sentences.filter((sentence) => sentence !== ''))].join('; ');
}

/** Whether what a fact found is a gap of its own; else it closes by itself once another gap does. */
export function isOwnGap(fact: NamedFact, speaker: Speaker): boolean {
  return wordingOf(fact, speaker).gap !== '';
}

/** The facts that keep a criterion from being met; what they name is what there is to do. */
export function inTheWay({ criterion, facts }: CriterionResult): readonly NamedFact[] {
  const open = facts.filter(({ name, fact }) =>
    criterion.references.some(
      (reference) => reference.fact === name && fact.fields[reference.field] !== true,
    ),
  );
  return open.length > 0 ? open : facts;
}

/** What to do about a result that is not met: the criterion's own words, else those of its findings. */
export function todosOf(result: CriterionResult, speaker: Speaker): string[] {
  if (result.status === 'not-assessed') return [];
  const facts = inTheWay(result);
  if (result.criterion.todo !== undefined) return [say(result.criterion.todo, facts[0], speaker)];
  return facts.flatMap((fact) => {
    const { todo } = wordingOf(fact, speaker);
    return todo === undefined ? [] : [say(todo, fact, speaker)];
  });
}

/** The few words for the summary. */
export function gapOf(result: CriterionResult, speaker: Speaker): string {
  if (result.status === 'not-assessed') {
    return fill(speaker.policyData.wording.unreadGap, {
      gap: result.criterion.gap ?? result.criterion.title,
    });
  }
  const own = inTheWay(result).flatMap((fact) => {
    const { gap } = wordingOf(fact, speaker);
    return gap === undefined ? [] : [say(gap, fact, speaker)];
  });
  if (own.length > 0) return own.join(' and ');
  return say(result.criterion.gap ?? result.criterion.title, result.facts[0], speaker);
}
