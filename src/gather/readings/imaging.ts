import { joinSides, sideInText, sideOfCodings, type Side } from '../../anatomy/side';
import {
  isSameLevel,
  readLevels,
  spineRegionsOf,
  type SpineLevel,
  type SpineRegion,
} from '../../anatomy/spine-level';
import { statementsOf } from '../../fhir/narrative';
import { concepts, objects, referenceOf, text, wordsOf, type Concept } from '../../fhir/read';
import type { DayInterval } from '../../time/days';
import type { LineContext } from '../facts/fact';
import type { RecordEntry, Selected } from '../patient-record';
import { isAfter, newestFirst, observedOn } from './dates-of';

/** Something a report found. Only root findings say which root hurts; structural ones say that the spine has changed. */
export interface ImagingFinding {
  readonly kind: 'root' | 'structural';
  /** False when only the narrative says so: then it can support, never refute. */
  readonly coded: boolean;
  readonly levels: readonly SpineLevel[];
  readonly side?: Side;
  readonly words: string;
  readonly report: Report;
}

/** A report of spine imaging or electrodiagnostics. */
export interface Report {
  readonly entry: Selected;
  readonly reference: string;
  readonly on?: DayInterval | undefined;
  readonly conclusion: string;
  /** False for a study whose report says nothing; it counts for nothing. */
  readonly hasContent: boolean;
}

export interface ImagingReport extends Report {
  readonly regions: readonly SpineRegion[];
  readonly findings: readonly ImagingFinding[];
}

/** An abnormal electrodiagnostic report with the roots it names. */
export interface NerveTest extends Report {
  readonly coded: boolean;
  readonly levels: readonly SpineLevel[];
  readonly side?: Side;
  readonly words: string;
}

interface Place {
  readonly levels: readonly SpineLevel[];
  readonly side?: Side;
}

function conceptWords(concept: Concept): string {
  return [concept.text ?? '', ...concept.codings.map((coding) => coding.display ?? '')].join('; ');
}

function placeOf(sites: readonly Concept[], context: LineContext): Place {
  const discs = context.policyData.valueSet('disc-level-sites');
  const words = sites.map(conceptWords).join('; ');
  const codings = sites.flatMap((site) => site.codings);
  const named = readLevels(words);
  const coded = codings.flatMap((coding) => readLevels(discs.memberOfCode(coding)?.level ?? ''));
  const side = sideOfCodings(codings) ?? sideInText(words);
  return { levels: named.length > 0 ? named : coded, ...(side && { side }) };
}

function kindOf(
  concept: Concept,
  context: LineContext,
): { kind: 'root' | 'structural'; label: string } | undefined {
  for (const coding of concept.codings) {
    const root = context.policyData.valueSet('root-findings').memberOfCode(coding);
    if (root) return { kind: 'root', label: root.label };
  }
  for (const coding of concept.codings) {
    const structural = context.policyData.valueSet('structural-findings').memberOfCode(coding);
    if (structural) return { kind: 'structural', label: structural.label };
  }
  return undefined;
}

function resultObservations(report: Selected, context: LineContext): RecordEntry[] {
  return objects(report.resource['result']).flatMap((link) => {
    const reference = referenceOf(link);
    return (reference !== undefined && context.record.find(reference)) || [];
  });
}

/** Whether the report points at Observations that the record does not hold. */
export function hasMissingResults(report: Report, context: LineContext): boolean {
  return objects(report.entry.resource['result']).some((link) => {
    const reference = referenceOf(link);
    return reference === undefined || !context.record.find(reference);
  });
}

/** Level and side may stand in two Observations of one report. */
function joinPlaces(places: readonly Place[]): Place {
  const side = joinSides(places.flatMap((place) => place.side ?? []));
  return { levels: places.flatMap((place) => place.levels), ...(side && { side }) };
}

type Found = Omit<ImagingFinding, 'report'>;

const ABSENT = /\b(?:absent|negative|none|not (?:present|seen|detected|identified))\b|^\s*no\b/iu;

/** Whether an Observation of a finding says that it is not there. */
function saysAbsent({ resource }: RecordEntry, context: LineContext): boolean {
  if (resource['valueBoolean'] === false) return true;
  const value = concepts(resource['valueCodeableConcept']);
  const words = [...value.map(wordsOf), text(resource['valueString']) ?? ''].join('; ');
  return (
    value.some((concept) => context.policyData.valueSet('exam-negative').memberOf(concept)) ||
    ABSENT.test(words)
  );
}

function codedFindings(report: Selected, context: LineContext): Found[] {
  const observations = resultObservations(report, context);
  const ofObservations = observations.flatMap((observation): Found[] => {
    const value = concepts(observation.resource['valueCodeableConcept']);
    if (saysAbsent(observation, context)) return [];
    const what = [...value, ...observation.concepts]
      .map((concept) => kindOf(concept, context))
      .find((k) => k);
    if (!what) return [];
    const place = placeOf([...concepts(observation.resource['bodySite']), ...value], context);
    return [{ kind: what.kind, coded: true, words: what.label, ...place }];
  });
  // Observations that only say where lend their place to conclusions that only say what.
  const places = observations.map((observation) =>
    placeOf(concepts(observation.resource['bodySite']), context),
  );
  const ofConclusions = concepts(report.resource['conclusionCode']).flatMap((concept): Found[] => {
    const what = kindOf(concept, context);
    if (!what) return [];
    const own = placeOf([concept], context);
    const lent = ofObservations.length === 0 ? joinPlaces(places) : undefined;
    const side = own.side ?? lent?.side;
    const words = concept.text ?? what.label;
    const levels = own.levels.length > 0 ? own.levels : (lent?.levels ?? []);
    return [{ kind: what.kind, coded: true, words, levels, ...(side && { side }) }];
  });
  return [...ofConclusions, ...ofObservations];
}

function narrativeOf(report: Selected): string {
  const uncoded = concepts(report.resource['conclusionCode']).filter(
    (concept) => concept.codings.length === 0,
  );
  return [text(report.resource['conclusion']) ?? '', ...uncoded.map(wordsOf)]
    .filter((part) => part !== '')
    .join('\n');
}

function narrativeFindings(report: Selected, context: LineContext): Found[] {
  const narrative = narrativeOf(report);
  const read = (kind: 'root' | 'structural', pattern: RegExp): Found[] =>
    statementsOf(narrative, pattern).map(({ clause, upToHere }) => {
      const own = readLevels(clause);
      const side = sideInText(clause) ?? sideInText(upToHere);
      const levels = own.length > 0 ? own : readLevels(upToHere).slice(-1);
      return { kind, coded: false, words: clause, levels, ...(side && { side }) };
    });
  return [
    ...read('root', context.policyData.vocabulary('rootFinding')),
    ...read('structural', context.policyData.vocabulary('structuralFinding')),
  ];
}

function reportOf(entry: Selected): Report {
  const { resource } = entry;
  const said = ['conclusion', 'conclusionCode', 'result', 'presentedForm'].some((member) => {
    const value = resource[member];
    return text(value) !== undefined || objects(value).length > 0;
  });
  return {
    entry,
    reference: entry.reference,
    on: observedOn(resource),
    conclusion: text(resource['conclusion']) ?? '',
    hasContent: said,
  };
}

const REGIONS: Readonly<Record<string, readonly SpineRegion[]>> = {
  cervical: ['cervical'],
  cervicothoracic: ['cervical', 'thoracic'],
  thoracic: ['thoracic'],
  thoracolumbar: ['thoracic', 'lumbar'],
  lumbar: ['lumbar'],
  lumbosacral: ['lumbar'],
  sacral: ['lumbar'],
};

/** The regions that a report of an unspecified region names in words: its own, and the sites of its Observations. */
function regionsInWords(report: Selected, context: LineContext): SpineRegion[] {
  const sites = resultObservations(report, context).flatMap((o) =>
    concepts(o.resource['bodySite']).map(conceptWords),
  );
  const words = [narrativeOf(report), ...report.concepts.map(conceptWords), ...sites]
    .join('; ')
    .toLowerCase();
  return Object.keys(REGIONS).flatMap((name) =>
    new RegExp(`\\b${name}\\b`, 'u').test(words) ? (REGIONS[name] ?? []) : [],
  );
}

interface ImagingReports {
  readonly reports: readonly ImagingReport[];
  readonly unread: readonly string[];
}

/** The reports of spine imaging up to the evaluation date, newest first. */
export function imagingReports(context: LineContext): ImagingReports {
  return context.once('imagingReports', () => readImagingReports(context));
}

function readImagingReports(context: LineContext): ImagingReports {
  const { items, unread } = context.select('spineImaging');
  const reports = items
    .map(reportOf)
    .filter((report) => !isAfter(report.on, context.asOf) && report.hasContent)
    .map((report): ImagingReport => {
      const coded = codedFindings(report.entry, context);
      const codesRoot = coded.some((finding) => finding.kind === 'root');
      // Coded findings outrank the text of their report.
      const narrative = narrativeFindings(report.entry, context).filter(
        (f) => !codesRoot || f.kind !== 'root',
      );
      const named = [...coded, ...narrative].flatMap((finding) => finding.levels).flatMap(spineRegionsOf);
      const regions = REGIONS[report.entry.member?.region ?? ''] ?? [
        ...new Set([...named, ...regionsInWords(report.entry, context)]),
      ];
      return {
        ...report,
        regions,
        findings: [...coded, ...narrative].map((finding) => ({ ...finding, report })),
      };
    });
  return { reports: newestFirst(reports), unread };
}

/** Abnormal electrodiagnostic reports up to the evaluation date that name a root or level, newest first. */
export function abnormalNerveTests(context: LineContext): { tests: NerveTest[]; unread: readonly string[] } {
  const { items, unread } = context.select('electrodiagnostics');
  const tests = items
    .map(reportOf)
    .filter((report) => !isAfter(report.on, context.asOf))
    .flatMap((report): NerveTest[] => {
      const coded = codedFindings(report.entry, context).find(
        (f) => f.kind === 'root' && f.levels.length > 0,
      );
      if (coded) return [{ ...report, ...coded, coded: true }];
      const whole = narrativeOf(report.entry);
      const stated = statementsOf(whole, context.policyData.vocabulary('abnormalElectrodiagnostics'));
      const sentences = stated.map((statement) => statement.sentence).join('; ');
      const inSentences = readLevels(sentences);
      const levels = inSentences.length > 0 ? inSentences : readLevels(whole);
      if (stated.length === 0 || levels.length === 0) return [];
      const words = [...new Set(stated.map((statement) => statement.clause))].join(', ');
      const side = sideInText(sentences) ?? sideInText(whole);
      return [{ ...report, coded: false, levels, words, ...(side && { side }) }];
    });
  return { tests: newestFirst(tests), unread };
}

/** The imaging regions that count for a line: those of its level, else those its code can be used for. */
export function regionsOfLine(context: LineContext): readonly SpineRegion[] {
  const { level, procedure } = context.line;
  if (level) return spineRegionsOf(level);
  return procedure.region === 'lumbar-sacral' ? ['lumbar'] : ['cervical', 'thoracic'];
}

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
