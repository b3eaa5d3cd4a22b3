import { spineRegionsOf } from '../../anatomy/spine-level';
import type { LineContext } from '../facts/fact';
import { type ImagingFinding } from './report';
import { namesLevel, speakForSide } from './root-place';
import { regionsOfLine } from './imaging';

interface Verdict {
  readonly supports: readonly ImagingFinding[];
  readonly otherLevel?: ImagingFinding;
  readonly otherSide?: ImagingFinding;
  readonly unplaced?: ImagingFinding;
}

/**
 * Sorts root findings of the line's region by whether they name its level and side, coded ones first. Without a level on
 * the line nothing supports it.
 */
export function weigh(all: readonly ImagingFinding[], context: LineContext): Verdict {
  const { level, procedure } = context.line;
  // A code without sides asks for none, whatever the order says.
  const side = procedure.sided ? context.group.side : undefined;
  const regions = regionsOfLine(context);
  const findings = all
    .filter(
      (f) =>
        f.levels.length === 0 || f.levels.some((l) => spineRegionsOf(l).some((r) => regions.includes(r))),
    )
    .toSorted((a, b) => Number(b.coded) - Number(a.coded));
  const fitsSide = (finding: ImagingFinding): boolean =>
    speakForSide([finding], side) || (side === 'both' && finding.side !== undefined);
  const supports = level ? findings.filter((f) => namesLevel(f, level) && fitsSide(f)) : [];
  const otherSide = findings.find(
    (f) => !fitsSide(f) && (f.levels.length === 0 || !level || namesLevel(f, level)),
  );
  const otherLevel = level && findings.find((f) => f.levels.length > 0 && !namesLevel(f, level));
  const unplaced = findings.find((f) => f.levels.length === 0 || !level);
  return {
    supports: speakForSide(supports, side) ? supports : [],
    ...(otherLevel && { otherLevel }),
    ...(otherSide && { otherSide }),
    ...(unplaced && { unplaced }),
  };
}

/** When imaging names roots and none of them is the ordered one: the first that is named. */
export function rootElsewhere(
  roots: readonly ImagingFinding[],
  context: LineContext,
): ImagingFinding | undefined {
  const { supports, otherSide, otherLevel, unplaced } = weigh(roots, context);
  return supports.length > 0 || unplaced ? undefined : (otherSide ?? otherLevel);
}
