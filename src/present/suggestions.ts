import { isObject } from '../fhir/read';
import type { FhirResource } from 'fhir/r4';
import type { LineAssessment } from '../evaluate/assess';
import type { CriterionResult } from '../evaluate/criterion';
import type { Action, Suggestion } from './card';
import {
  type Draft,
  type SuggestionContext,
  addPrimary,
  addSide,
  couldBeDiagnostic,
  markDiagnostic,
  removeAddOn,
  switchRegion,
} from './remedies';
import { type Speaker, fill } from './wording';

/** At most this many suggestions on a card, the recommended ones first. */
const MOST_SUGGESTIONS = 4;

function draftsFor(remedy: string, failing: readonly LineAssessment[], context: SuggestionContext): Draft[] {
  const lines = failing.map(({ line }) => line);
  switch (remedy) {
    case 'add-primary':
      return addPrimary(lines, context);
    case 'remove-add-on':
      return removeAddOn(lines);
    case 'switch-region':
      return switchRegion(failing, context);
    case 'add-side':
      return addSide(lines, context);
    case 'mark-diagnostic':
      return failing.every(couldBeDiagnostic) ? markDiagnostic(lines) : [];
    default:
      return [];
  }
}

function needsRemedy(result: CriterionResult): boolean {
  return result.status === 'not-met' || result.status === 'not-documented';
}

/** CDS Hooks 2.0.1, Use of JSON: what a client sent as null, "", [] or {} says nothing and is not sent back. */
function withoutEmptyMembers(value: unknown): unknown {
  if (Array.isArray(value)) {
    const kept = value.map(withoutEmptyMembers).filter((item) => item !== undefined);
    return kept.length > 0 ? kept : undefined;
  }
  if (!isObject(value)) return value === null || value === '' ? undefined : value;
  const kept = Object.entries(value)
    .map(([name, member]) => [name, withoutEmptyMembers(member)] as const)
    .filter(([, member]) => member !== undefined);
  return kept.length > 0 ? Object.fromEntries(kept) : undefined;
}

function compose(draft: Draft, speaker: Speaker, newId: () => string): Suggestion {
  const wording = speaker.policyData.wording.remedies[draft.remedy];
  if (!wording) throw new Error(`no words for the remedy ${draft.remedy}`);
  return {
    label: fill(wording.label, draft.words),
    uuid: newId(),
    ...(draft.isRecommended && { isRecommended: true as const }),
    actions: draft.actions.map(({ change, order, words }): Action => {
      const description = fill(wording.description, { ...draft.words, ...words, order: order.reference });
      return change.type === 'delete'
        ? { type: 'delete', description, resourceId: change.resourceId }
        : {
            type: change.type,
            description,
            resource: withoutEmptyMembers(change.resource) as FhirResource,
          };
    }),
  };
}

/**
 * The suggestions of a card: what one click can mend of the criteria that are not met. Every one keeps the promise that
 * applying it to the draft settles its point and creates no new coding issue. At most one is recommended.
 */
export function suggestionsFor(context: SuggestionContext): Suggestion[] {
  const { assessment, speaker } = context;
  const drafts: Draft[] = [];
  const seen = new Set<string>();
  for (const criterion of assessment.policy.criteria(assessment.profile.id)) {
    for (const remedy of criterion.remedies) {
      if (seen.has(remedy)) continue;
      const failing = assessment.lines.filter(({ results }) =>
        results.some((result) => result.criterion.id === criterion.id && needsRemedy(result)),
      );
      if (failing.length === 0) continue;
      const found = draftsFor(remedy, failing, context);
      if (found.length > 0) seen.add(remedy);
      drafts.push(...found);
    }
  }
  const recommended = drafts.find((draft) => draft.isRecommended);
  const ordered = [...drafts.filter((d) => d === recommended), ...drafts.filter((d) => d !== recommended)];
  return ordered
    .slice(0, MOST_SUGGESTIONS)
    .map((draft) => compose({ ...draft, isRecommended: draft === recommended }, speaker, context.newId));
}
