import type { Side } from '../../anatomy/side';
import { imagingReports, regionsOfLine } from '../readings/imaging';
import type { LineContext } from './fact';
import { symptomSides } from './symptom-side';

/** The sides that coded evidence names for the ordered lines: of the symptoms, and of root findings on imaging. */
export function evidencedSides(contexts: readonly LineContext[]): Side[] {
  const sides = contexts.flatMap((context) => {
    const regions = regionsOfLine(context);
    const findings = imagingReports(context)
      .reports.filter((report) => report.regions.some((region) => regions.includes(region)))
      .flatMap((report) => report.findings)
      .filter((finding) => finding.coded && finding.kind === 'root');
    return [
      ...symptomSides(context).map(({ side }) => side),
      ...findings.flatMap((finding) => finding.side ?? []),
    ];
  });
  return [...new Set(sides)];
}
