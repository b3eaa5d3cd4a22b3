import type { Assessment } from '../evaluate/assess';
import type { CriterionResult, CriterionStatus } from '../evaluate/criterion';
import { withoutRepeats, type Evidence } from '../gather/facts/fact';
import type { Severity } from '../policy/policy-schema';
import { formatDay } from '../time/days';
import type { ToldSteps } from './what-would-change';
import { foundOf, requiredOf, type Speaker } from './wording';

/** A result as it is told: the same for the extension and for the rendered card. */
export interface ToldResult {
  readonly result: CriterionResult;
  readonly lines: readonly string[];
  readonly isForAllLines: boolean;
  readonly required: string;
  readonly found: string;
  /** What the lines' results rest on, together. */
  readonly evidence: readonly Evidence[];
}

interface ExtensionCriterion {
  readonly id: string;
  readonly title: string;
  readonly severity: Severity;
  readonly status: CriterionStatus;
  readonly lines?: readonly string[];
  readonly required?: string;
  readonly found?: string;
  readonly evidence?: readonly Evidence[];
  readonly citations?: readonly string[];
}

/** Joins the lines' results: a criterion appears once per different result, in the policy's order. */
export function toldResults(assessment: Assessment, speaker: Speaker): ToldResult[] {
  const told: ToldResult[] = [];
  for (const [i, criterion] of assessment.policy.criteria(assessment.profile.id).entries()) {
    const groups = new Map<
      string,
      Omit<ToldResult, 'evidence'> & { lines: string[]; evidence: readonly Evidence[] }
    >();
    for (const { line, results } of assessment.lines) {
      const result = results[i];
      if (result?.criterion !== criterion) continue;
      const required = requiredOf(result, speaker);
      const found = foundOf(result, speaker);
      const key = `${result.status} ${result.severity} ${found}`;
      const group = groups.get(key) ?? {
        result,
        lines: [],
        isForAllLines: true,
        required,
        found,
        evidence: [],
      };
      group.evidence = withoutRepeats([...group.evidence, ...result.evidence]);
      if (!group.lines.includes(line.procedure.code)) group.lines.push(line.procedure.code);
      groups.set(key, group);
    }
    for (const group of groups.values()) told.push({ ...group, isForAllLines: groups.size === 1 });
  }
  return told;
}

/** Whether a result is always listed, or only when it has something to say (contract of the extension). */
function isListed({ severity, status }: CriterionResult): boolean {
  const isQuiet = severity === 'caution' || severity === 'coding';
  return !isQuiet || (status !== 'met' && status !== 'not-applicable');
}

function extensionCriterion({
  result,
  lines,
  isForAllLines,
  required,
  found,
  evidence,
}: ToldResult): ExtensionCriterion {
  const { criterion } = result;
  return {
    id: criterion.id,
    title: criterion.title,
    severity: result.severity,
    status: result.status,
    ...(!isForAllLines && { lines }),
    ...(required !== '' && { required }),
    ...(found !== '' && { found }),
    ...(evidence.length > 0 && { evidence }),
    ...(criterion.sources.length > 0 && { citations: criterion.sources }),
  };
}

/** Other views that have an id, as cautions. */
function listedViews({ lines }: Assessment): ExtensionCriterion[] {
  const views = new Set(lines.flatMap(({ otherViews }) => otherViews));
  return [...views].flatMap((view): ExtensionCriterion[] => {
    if (view.id === undefined) return [];
    const about = lines.filter(({ otherViews }) => otherViews.includes(view));
    const codes = [...new Set(about.map(({ line }) => line.procedure.code))];
    return [
      {
        id: view.id,
        title: view.title ?? view.id,
        severity: 'caution',
        status: 'not-met',
        ...(about.length < lines.length && { lines: codes }),
        found: view.says,
        citations: view.sources,
      },
    ];
  });
}

function scoreOf(assessment: Assessment): { met: number; applicable: number } {
  const counted = assessment.lines
    .flatMap((line) => line.results)
    .filter(
      (r) => (r.severity === 'hard' || r.severity === 'documentation') && r.status !== 'not-applicable',
    );
  return { met: counted.filter((r) => r.status === 'met').length, applicable: counted.length };
}

/** The machine-readable side of a card: `org.nerve-block-cds.assessment`. */
export function assessmentExtension(
  assessment: Assessment,
  told: readonly ToldResult[],
  changes: readonly ToldSteps[],
) {
  const { policy, profile, group } = assessment;
  return {
    'org.nerve-block-cds.assessment': {
      profile: profile.id,
      policy: { id: policy.id, version: policy.version, title: policy.title },
      evaluatedOn: formatDay(group.session.evaluatedOn),
      determination: assessment.determination,
      score: scoreOf(assessment),
      lines: assessment.lines.map(({ line, determination }) => ({
        order: line.order.reference,
        code: line.procedure.code,
        determination,
      })),
      criteria: [
        ...told.filter(({ result }) => isListed(result)).map(extensionCriterion),
        ...listedViews(assessment),
      ],
      ...(changes.length > 0 && {
        whatWouldChange: changes.map(({ line: { line }, steps }) => ({
          order: line.order.reference,
          code: line.procedure.code,
          steps,
        })),
      }),
    },
  };
}
