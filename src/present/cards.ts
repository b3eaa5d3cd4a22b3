import type { Assessment } from '../evaluate/assess';
import { isOpen, type CriterionResult } from '../evaluate/criterion';
import { SEVERITIES } from '../policy/policy-schema';
import { assessmentExtension, toldResults, type ToldResult } from './assessment-extension';
import type { Card, OverrideReason } from './card';
import { detailOf } from './card-detail';
import { leadOf } from './lead';
import type { SuggestionContext } from './remedies';
import { suggestionsFor, type Offer } from './suggestions';
import { isRedFlag, summaryOf } from './summary';
import { toldSteps } from './what-would-change';
import { fill, todosOf, type Speaker } from './wording';

/** How pressing an open result is; what changes the determination comes first. */
function rank({ severity, status }: CriterionResult): number {
  return SEVERITIES.indexOf(severity) + (status === 'not-met' ? 0 : 0.5);
}

function isShown(result: CriterionResult): boolean {
  // Cautions that could not be looked for have a line of their own.
  return isOpen(result.status) && !(result.severity === 'caution' && result.status === 'not-assessed');
}

/** Whether the card would say more than that everything is met. */
export function asksForSomething({ lines }: Assessment): boolean {
  return lines.some(({ results }) => results.some(({ status }) => isOpen(status)));
}

/** Why a clinician may go on all the same; nothing, where there is nothing to override. */
function overrideReasonsOf(
  { determination }: Assessment,
  isFlagged: boolean,
  { policyData }: Speaker,
): OverrideReason[] {
  const { system, reasons } = policyData.wording.overrideReasons;
  return reasons
    .filter((reason) => reason.for.includes(isFlagged ? 'contraindicated' : determination))
    .map(({ code, display }) => ({ code, system, display }));
}

/** A card, and what its suggestions are for. */
export interface PresentedCard {
  readonly card: Card;
  readonly offers: readonly Offer[];
}

/** Composes the card of one procedure group. */
export function presentCard(context: SuggestionContext): PresentedCard {
  const { assessment, speaker, newId, policyUrl } = context;
  const { wording } = speaker.policyData;
  const told = toldResults(assessment, speaker);
  const changes = toldSteps(assessment, speaker);
  const canBeDone = ({ result }: ToldResult): number => Number(todosOf(result, speaker).length === 0);
  const open = told
    .filter(({ result }) => isShown(result))
    .toSorted((a, b) => rank(a.result) - rank(b.result) || canBeDone(a) - canBeDone(b));
  const lead = leadOf(assessment, open, speaker);
  const detail = detailOf(assessment, { lead, told, open, changes }, speaker);
  const offers = suggestionsFor(context, told);
  const suggestions = offers.map(({ suggestion }) => suggestion);
  const isFlagged = open.some(({ result }) => isRedFlag(result));
  const overrideReasons = overrideReasonsOf(assessment, isFlagged, speaker);
  const card: Card = {
    uuid: newId(),
    summary: summaryOf(assessment, open, speaker),
    detail,
    indicator: isFlagged ? 'critical' : assessment.indicator,
    source: {
      label: fill(wording.sourceLabel, { profile: assessment.profile.title }),
      url: policyUrl,
    },
    ...(suggestions.length > 0 && { suggestions, selectionBehavior: 'at-most-one' as const }),
    ...(overrideReasons.length > 0 && { overrideReasons }),
    links: [{ label: wording.policyLink, url: policyUrl, type: 'absolute' }],
    extension: assessmentExtension(assessment, told, changes),
  };
  return { card, offers };
}
