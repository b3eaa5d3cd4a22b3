import { FACTS } from '../gather/facts';
import type { Fact, LineContext } from '../gather/facts/fact';
import type { PatientRecord } from '../gather/patient-record';
import type { OrderedLine, ProcedureGroup } from '../gather/sessions';
import type { OtherView, Policy, PolicyData, Profile } from '../policy/policy-data';
import type { Determination } from '../policy/schema';
import { factReader, judgeCriterion, type CriterionResult } from './criterion';
import { determine, headline, indicatorOf, type Indicator } from './determination';

/** One line with everything judged about it. */
export interface LineAssessment {
  readonly line: OrderedLine;
  readonly determination: Determination;
  readonly results: readonly CriterionResult[];
  /** What other sources say of a line like this. */
  readonly otherViews: readonly OtherView[];
}

/** One procedure group, judged: what one card says. */
export interface Assessment {
  readonly group: ProcedureGroup;
  readonly policy: Policy;
  readonly profile: Profile;
  readonly lines: readonly LineAssessment[];
  readonly determination: Determination;
  readonly indicator: Indicator;
  /** What the lines were judged from, for whoever words the card. */
  readonly contexts: readonly LineContext[];
}

/**
 * Keeps what was read under each name: for the whole group what was read without a look at the line, for the line all
 * else.
 */
function onceReaders() {
  const ofGroup = new Map<string, unknown>();
  let hasLooked = false;
  return (line: OrderedLine): Pick<LineContext, 'line' | 'once'> => {
    const ofLine = new Map<string, unknown>();
    return {
      get line() {
        hasLooked = true;
        return line;
      },
      once<T>(name: string, read: () => T): T {
        if (ofGroup.has(name)) return ofGroup.get(name) as T;
        if (ofLine.has(name)) {
          hasLooked = true;
          return ofLine.get(name) as T;
        }
        const hadLooked = hasLooked;
        hasLooked = false;
        const value = read();
        (hasLooked ? ofLine : ofGroup).set(name, value);
        hasLooked ||= hadLooked;
        return value;
      },
    };
  };
}

function isAbout({ applies, facts }: OtherView, read: (name: string) => Fact): boolean {
  if (!applies) return true;
  return applies(Object.fromEntries(facts.map((name) => [name, read(name).fields]))) === true;
}

/**
 * Judges every line of a group against its policy. Pure: the same group, record and policy give the same answer, and
 * no clock is read.
 */
export function assess(
  group: ProcedureGroup,
  policy: Policy,
  profile: Profile,
  record: PatientRecord,
  policyData: PolicyData,
): Assessment {
  const ofGroup: Omit<LineContext, 'line' | 'once'> = {
    group,
    record,
    policyData,
    policy,
    profile: profile.id,
    asOf: group.session.evaluatedOn,
    select: (name) => record.select(policyData.selector(name)),
    threshold(name) {
      const value = policy.threshold(profile.id, name);
      return typeof value === 'number' ? value : undefined;
    },
    setting: (name) => policy.threshold(profile.id, name) === true,
  };
  const ofLine = onceReaders();
  const contexts = group.lines.map((line): LineContext => Object.assign(ofLine(line), ofGroup));
  const lines = contexts.map((context): LineAssessment => {
    const read = factReader(FACTS, context);
    const results = policy.criteria(profile.id).map((criterion) => judgeCriterion(criterion, read));
    const otherViews = policy.otherViews(profile.id).filter((view) => isAbout(view, read));
    return { line: context.line, determination: determine(results), results, otherViews };
  });
  return { group, policy, profile, lines, contexts, ...headlineOf(lines) };
}

/** What the lines come to together. */
function headlineOf(lines: readonly LineAssessment[]): Pick<Assessment, 'determination' | 'indicator'> {
  const determination = headline(lines.map((line) => line.determination));
  const results = lines.flatMap((line) => line.results);
  return { determination, indicator: indicatorOf(determination, results) };
}

/** The assessment of only some of its lines, judged as part of the whole; undefined if it has none of them. */
export function ofLines(
  assessment: Assessment,
  isAsked: (line: OrderedLine) => boolean,
): Assessment | undefined {
  const lines = assessment.lines.filter(({ line }) => isAsked(line));
  if (lines.length === 0) return undefined;
  const contexts = assessment.contexts.filter(({ line }) => isAsked(line));
  return { ...assessment, lines, contexts, ...headlineOf(lines) };
}
