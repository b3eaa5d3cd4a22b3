import { type Side, joinSides } from '../../anatomy/side';
import { type SpineLevel, isSameLevel } from '../../anatomy/spine-level';

/** Whether the finding names the level. */
export function namesLevel(finding: { readonly levels: readonly SpineLevel[] }, level: SpineLevel): boolean {
  return finding.levels.some((named) => isSameLevel(named, level));
}

/** Whether findings together speak for the ordered side; a finding that leaves the side out speaks for any. */
export function speakForSide(
  findings: readonly { readonly side?: Side }[],
  ordered: Side | undefined,
): boolean {
  if (findings.length === 0) return false;
  if (ordered === undefined || findings.some((finding) => finding.side === undefined)) return true;
  const joined = joinSides(findings.flatMap((finding) => finding.side ?? []));
  return joined === ordered || joined === 'both';
}
