import type { FhirResource } from 'fhir/r4';
import type { LineAssessment } from '../evaluate/assess';
import { isObject } from '../fhir/read';
import type { Criterion } from '../policy/policy-data';
import { addPrimary, joinPrimary } from './add-on-remedies';
import type { ToldResult } from './assessment-extension';
import type { Action, Suggestion } from './card';
import { giveOwnSession, moveDate } from './date-remedies';
import {
  addBilateralModifier,
  removeBilateralModifier,
  removeCompanions,
  replaceCodes,
} from './coding-remedies';
import { findingOf } from './line-facts';
import { dropReason, replaceReasons, stateDiagnosis, useListedDiagnosis } from './reason-remedies';
import {
  type Draft,
  type SuggestionContext,
  couldBeDiagnostic,
  holdOrder,
  markDiagnostic,
  removeLines,
  switchRegion,
  useFluoroscopy,
} from './remedies';
import { addSide, matchSide } from './side-remedies';
import { attachEvidence } from './evidence-packet';
import { doesNoHarm, keepsPromise, needsRemedy } from './promise';
import { requestsFor } from './requests';
import { isStopped } from './summary';
import { type Speaker, fill } from './wording';

/** At most this many suggestions on a card, the recommended ones first. */
const MOST_SUGGESTIONS = 4;

/** What makes a line one too many. */
const SURPLUS: Readonly<Record<string, readonly string[]>> = {
  unitCount: ['repeated', 'repeated-first'],
  levelCount: ['beyond-limit', 'further-level-code'],
  muscleCount: ['two-codes'],
};

/** Removes the lines that are too many: of two codes that exclude each other either one, of others all. */
function removeSurplus(failing: readonly LineAssessment[], { assessment }: SuggestionContext): Draft[] {
  const isSurplus = (line: LineAssessment): boolean =>
    Object.entries(SURPLUS).some(([fact, findings]) => findings.includes(findingOf(line, fact) ?? ''));
  const surplus = failing.filter(isSurplus).map(({ line }) => line);
  const isWholeCard = surplus.length === assessment.group.lines.length;
  if (!isWholeCard) return surplus.length > 0 ? removeLines(surplus, 'remove-line') : [];
  return surplus.length > 1 ? surplus.flatMap((line) => removeLines([line], 'remove-line')) : [];
}

function draftsFor(remedy: string, failing: readonly LineAssessment[], context: SuggestionContext): Draft[] {
  const lines = failing.map(({ line }) => line);
  switch (remedy) {
    case 'add-primary':
      return addPrimary(lines, context);
    case 'remove-add-on':
      return removeLines(lines, remedy);
    case 'remove-line':
      return removeSurplus(failing, context);
    case 'join-primary':
      return joinPrimary(lines, context);
    case 'use-listed-diagnosis':
      return useListedDiagnosis(failing, context);
    case 'switch-region':
      return switchRegion(lines, context);
    case 'add-side':
      return addSide(lines, context);
    case 'match-side':
      return matchSide(lines, context);
    case 'mark-diagnostic':
      return failing.every(couldBeDiagnostic) ? markDiagnostic(lines) : [];
    case 'add-modifier-50':
      return addBilateralModifier(failing);
    case 'remove-modifier-50':
      return removeBilateralModifier(failing);
    case 'remove-companion':
      return removeCompanions(remedy, ['ultrasound', 'fluoroscopy', 'ct'], context);
    case 'remove-sedation':
      return removeCompanions(remedy, ['sedation'], context);
    case 'replace-reason':
      return replaceReasons(failing, context);
    case 'drop-reason':
      return dropReason(failing);
    case 'move-date':
      return moveDate(context);
    case 'own-session':
      return giveOwnSession(failing, context);
    case 'use-fluoroscopy':
      return useFluoroscopy(lines);
    case 'hold-order':
      return holdOrder(failing, context);
    default:
      return replaceCodes(remedy, failing, context);
  }
}

function isEmpty(value: unknown): boolean {
  if (value === null || value === undefined || value === '') return true;
  return typeof value === 'object' && Object.keys(value).length === 0;
}

/**
 * CDS Hooks 2.0.1, Use of JSON: what a client sent as null, "", [] or {} says nothing and is not sent back. A null inside
 * a list holds a place (FHIR R4, JSON representation of repeating primitives) and stays.
 */
function withoutEmptyMembers(value: unknown): unknown {
  if (Array.isArray(value)) {
    const items = value.map(withoutEmptyMembers);
    return value.includes(null) && items.some((item) => !isEmpty(item))
      ? items
      : items.filter((item) => !isEmpty(item));
  }
  if (!isObject(value)) return value;
  const members = Object.entries(value).map(([name, member]) => [name, withoutEmptyMembers(member)] as const);
  return Object.fromEntries(members.filter(([, member]) => !isEmpty(member)));
}

function wordingOf({ remedy }: Draft, speaker: Speaker) {
  const wording = speaker.policyData.wording.remedies[remedy];
  if (!wording) throw new Error(`no words for the remedy ${remedy}`);
  return wording;
}

function labelOf(draft: Draft, speaker: Speaker): string {
  return fill(wordingOf(draft, speaker).label, draft.words);
}

function compose(draft: Draft, speaker: Speaker, newId: () => string): Suggestion {
  const wording = wordingOf(draft, speaker);
  return {
    label: labelOf(draft, speaker),
    uuid: newId(),
    ...(draft.isRecommended && { isRecommended: true as const }),
    actions: draft.actions.map(({ change, order, words }): Action => {
      const description = fill(wording.description, { ...draft.words, ...words, order: order.reference });
      return change.type === 'delete'
        ? { type: 'delete', description, resourceId: change.resourceId }
        : { type: change.type, description, resource: withoutEmptyMembers(change.resource) as FhirResource };
    }),
  };
}

/** A suggestion, and what it was offered for. */
export interface Offer {
  readonly suggestion: Suggestion;
  readonly remedy: string;
  /** Ids of the criteria that it is about; it may be about the order as a whole. */
  readonly about: readonly string[];
}

/** What would only carry a refused order further. */
const NOT_IF_REFUSED: readonly string[] = [
  'add-primary',
  'join-primary',
  'add-side',
  'own-session',
  'move-date',
];

/** Which of a criterion's remedies are offered: to an order that is refused only what could let it stand. */
function remediesFor({ remedies, id }: Criterion, { assessment }: SuggestionContext): readonly string[] {
  if (isStopped(assessment)) return remedies.filter((remedy) => remedy === 'hold-order');
  if (assessment.determination !== 'criteria-not-met') return remedies;
  const isRefused = assessment.lines.some(({ results }) =>
    results.some((r) => r.criterion.id === id && r.severity === 'hard' && r.status === 'not-met'),
  );
  return isRefused ? remedies : remedies.filter((remedy) => !NOT_IF_REFUSED.includes(remedy));
}

/** What one click can mend of the criteria that are not met, each remedy tried on the draft first. */
function remedyDrafts(context: SuggestionContext): Draft[] {
  const { assessment, speaker } = context;
  const drafts = new Map<string, Draft>();
  for (const criterion of assessment.policy.criteria(assessment.profile.id)) {
    for (const remedy of remediesFor(criterion, context)) {
      const failing = assessment.lines.filter(({ results }) =>
        results.some((result) => result.criterion.id === criterion.id && needsRemedy(result)),
      );
      if (failing.length === 0) continue;
      for (const draft of draftsFor(remedy, failing, context)) {
        const name = labelOf(draft, speaker);
        if (!drafts.has(name) && keepsPromise(draft, criterion.id, failing, context))
          drafts.set(name, { ...draft, about: [criterion.id] });
      }
    }
  }
  return [...drafts.values()];
}

/**
 * The suggestions of a card: what one click can mend of the criteria that are not met, what has to be asked for, and the
 * evidence to go with the order. One that would not settle its point, or would bring a new coding issue, is not offered. At
 * most one is recommended.
 */
export function suggestionsFor(context: SuggestionContext, told: readonly ToldResult[]): Offer[] {
  const { assessment, speaker } = context;
  const additions = isStopped(assessment)
    ? []
    : [
        ...stateDiagnosis(context).filter((draft) => doesNoHarm(draft, context)),
        ...attachEvidence(context, told),
      ];
  const all = [...remedyDrafts(context), ...requestsFor(context), ...additions];
  const recommended = all.find((draft) => draft.isRecommended);
  const ordered = [...all.filter((d) => d === recommended), ...all.filter((d) => d !== recommended)];
  return ordered.slice(0, MOST_SUGGESTIONS).map((draft) => ({
    suggestion: compose({ ...draft, isRecommended: draft === recommended }, speaker, context.newId),
    remedy: draft.remedy,
    about: [...new Set(draft.about)],
  }));
}
