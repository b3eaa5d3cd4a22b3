import {
  allWordsOf,
  type Concept,
  concepts,
  containedIn,
  type Json,
  objects,
  referenceOf,
  text,
  wordsOf,
} from '../../fhir/read';
import { sideOfSites } from '../body-site';
import { type Side, joinSides, sideInText } from '../../anatomy/side';
import { type SpineLevel, readLevels } from '../../anatomy/spine-level';
import { statementsOf } from '../../fhir/narrative';
import type { LineContext } from '../facts/fact';
import { type Found, type Report, narrativeOf } from './report';
import type { RecordEntry, Selected } from '../record-entry';

export interface Place {
  readonly levels: readonly SpineLevel[];
  readonly side?: Side;
}

/** The levels and the side that body sites name, by code or in words. */
export function placeOf(sites: readonly Concept[], context: LineContext): Place {
  const discs = context.policyData.valueSet('disc-level-sites');
  const words = sites.map(allWordsOf).join('; ');
  const codings = sites.flatMap((site) => site.codings);
  const named = readLevels(words);
  const coded = codings.flatMap((coding) => readLevels(discs.memberOfCode(coding)?.level ?? ''));
  const side = sideOfSites(sites);
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

function resultOf(link: Json, report: RecordEntry, context: LineContext): RecordEntry | undefined {
  const contained = containedIn(report.resource, link);
  if (contained)
    return { reference: report.reference, resource: contained, concepts: concepts(contained['code']) };
  const reference = referenceOf(link);
  return reference === undefined ? undefined : context.record.find(reference);
}

/** The Observations a report points at that the record, or the report itself, holds. */
export function resultObservations(report: Selected, context: LineContext): RecordEntry[] {
  return objects(report.resource['result']).flatMap((link) => resultOf(link, report, context) ?? []);
}

/** Whether the report points at Observations that are not to be had. */
export function hasMissingResults(report: Report, context: LineContext): boolean {
  return objects(report.entry.resource['result']).some((link) => !resultOf(link, report.entry, context));
}

/** Level and side may stand in two Observations of one report. */
function joinPlaces(places: readonly Place[]): Place {
  const side = joinSides(places.flatMap((place) => place.side ?? []));
  return { levels: places.flatMap((place) => place.levels), ...(side && { side }) };
}

const ABSENT = /\b(?:absent|negative|none|not (?:present|seen|detected|identified))\b|^\s*no\b/iu;

/** Whether an Observation of a finding says that it is not there. */
export function saysAbsent({ resource }: RecordEntry, context: LineContext): boolean {
  if (resource['valueBoolean'] === false) return true;
  const value = concepts(resource['valueCodeableConcept']);
  const words = [...value.map(wordsOf), text(resource['valueString']) ?? ''].join('; ');
  return (
    value.some((concept) => context.policyData.valueSet('exam-negative').memberOf(concept)) ||
    ABSENT.test(words)
  );
}

/** What a report codes, in its conclusion or in its Observations. */
export function codedFindings(report: Selected, context: LineContext): Found[] {
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

/** What the text of a report states, negation taken into account. */
export function narrativeFindings(report: Selected, context: LineContext): Found[] {
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
