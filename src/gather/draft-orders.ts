import {
  FHIR_ID,
  allWordsOf,
  concepts,
  containedIn,
  isObject,
  notes,
  objects,
  referenceOf,
  text,
  type Concept,
  type Json,
} from '../fhir/read';
import { sideOfSites } from './body-site';
import { sideInText, sideOfCodings, type Side } from '../anatomy/side';
import {
  ANY_LEVEL,
  isBare,
  isIdentical,
  isSameLevel,
  readLevels,
  type SpineLevel,
} from '../anatomy/spine-level';
import { states, statementsOf, withoutHistory } from '../fhir/narrative';
import { CODE_SYSTEMS } from '../policy/code-systems';
import type { PolicyData } from '../policy/policy-data';
import type { ValueSet } from '../policy/value-set';
import { plain } from '../fhir/plain-text';
import { parseExactDay, type Day } from '../time/days';
import {
  guidanceIn,
  modifierSide,
  modifiersOf,
  purposesIn,
  type Guidance,
  type Purpose,
} from './order-words';
import { isRepeated, occurrenceOf, requisitionOf } from './order-timing';
import { isOver, isPossible, ownerNamed, usabilityOf } from './usable-resource';

/** The sides an order states, by where it states them; they conflict when they differ. */
export interface StatedSides {
  readonly bodySite?: Side;
  readonly modifier?: Side;
  readonly text?: Side;
}

/** One ServiceRequest of `context.draftOrders`, read. */
export interface DraftOrder {
  /** `ServiceRequest/id`, the entry's fullUrl, or `#index`. */
  readonly reference: string;
  /** The address of its entry, by which a client may select it. */
  readonly fullUrl?: string;
  readonly resource: Json;
  /** Whether an update or delete can name it: it has an id, and no other order has the same. */
  readonly isAddressable: boolean;
  readonly cptCodes: readonly string[];
  readonly reasons: readonly Concept[];
  readonly reasonReferences: readonly string[];
  /** Confirmed, present Conditions among its reasons that came inside the order. */
  readonly heldConditions: readonly Json[];
  readonly sides: StatedSides;
  readonly side?: Side;
  readonly levels: readonly SpineLevel[];
  /** Whether its words name medial branches or dorsal rami. */
  readonly namesBranches: boolean;
  readonly modifiers: ReadonlySet<string>;
  readonly guidance: ReadonlySet<Guidance>;
  readonly purposes: ReadonlySet<Purpose>;
  /** Whether it is for several sessions by its timing. */
  readonly repeats: boolean;
  readonly occurrence?: Day;
  readonly authoredOn?: Day;
  readonly requisition?: string;
  /** All words of bodySite, orderDetail and note, for reading what has no code. */
  readonly words: string;
}

/** A draft order that is for somebody else than the patient in context. */
export interface ForeignOrder {
  readonly reference: string;
}

export interface DraftOrders {
  readonly orders: readonly DraftOrder[];
  readonly foreign: readonly ForeignOrder[];
}

const NOT_TO_BE_DONE = new Set(['revoked', 'entered-in-error', 'completed']);

/** Whether an order is still to be done. */
export function isToBeDone({ status, doNotPerform }: Json): boolean {
  return doNotPerform !== true && !NOT_TO_BE_DONE.has(text(status) ?? '');
}

/** What of the policy data is needed to read an order. */
type WordsAndSites = Pick<PolicyData, 'valueSet' | 'vocabulary'>;

/** The levels a bodySite states by code (intervertebral discs) or in words. */
function bodySiteLevels(bodySite: readonly Concept[], discSites: ValueSet): SpineLevel[] {
  return bodySite.flatMap((site) => {
    const named = readLevels(allWordsOf(site));
    if (named.length > 0) return named;
    return site.codings.flatMap((coding) => readLevels(discSites.memberOfCode(coding)?.level ?? ''));
  });
}

/** Each level once; a root named beside its joint ("L4-5 for the L5 root") is no second level. */
function separateLevels(levels: readonly SpineLevel[]): SpineLevel[] {
  return levels.filter((level, i) => {
    const isRepeat = levels.findIndex((other) => isIdentical(other, level)) < i;
    const hasJoint = isBare(level) && levels.some((other) => !isBare(other) && isSameLevel(level, other));
    return !isRepeat && !hasJoint;
  });
}

/** How far behind a level a word may stand that says what is meant by it. */
const WORDS_AFTER = 60;

/**
 * The levels that the words of an order are for. What was done before, what is denied and where symptoms, operations and
 * findings are ("previous block at L5-S1", "S1 numbness") is passed over, unless there is nothing else.
 */
function orderedLevels(written: string, policyData: WordsAndSites): SpineLevel[] {
  const elsewhere = policyData.vocabulary('levelOfSomethingElse');
  const isElsewhere = (wordsAfter: string): boolean => {
    const match = elsewhere.exec(wordsAfter.slice(0, WORDS_AFTER));
    return match !== null && wordsAfter.slice(0, match.index).trim() === '';
  };
  const current = statementsOf(withoutHistory(written), ANY_LEVEL).map(({ clause }) => clause);
  const meant = readLevels(current.join('\n'), isElsewhere);
  return meant.length > 0 ? meant : readLevels(written);
}

/** The side that the words of an order are for; another side may stand where they tell of something else. */
function orderedSide(written: string, isStatedElsewhere: boolean): Side | undefined {
  const meant = sideInText(withoutHistory(written), states);
  return meant ?? (isStatedElsewhere ? undefined : sideInText(written));
}

/** Longer than any order is worded; what lies beyond is not read. */
const LONGEST_WORDS = 100_000;

/** The confirmed, present Conditions that the order itself holds and names as its reasons. */
function conditionsHeld(resource: Json): Json[] {
  return objects(resource['reasonReference']).flatMap((reason) => {
    const condition = containedIn(resource, reason);
    if (condition?.['resourceType'] !== 'Condition') return [];
    const counts = usabilityOf(condition) === 'usable' && !isPossible(condition) && !isOver(condition);
    return counts ? [condition] : [];
  });
}

function readOrder(
  resource: Json,
  reference: string,
  policyData: WordsAndSites,
): Omit<DraftOrder, 'isAddressable'> {
  const bodySite = concepts(resource['bodySite']);
  const orderDetail = concepts(resource['orderDetail']);
  const details = objects(resource['orderDetail']).map((detail) => text(detail['text']) ?? '');
  const written = [...details, ...notes(resource['note'])]
    .filter((part) => part !== '')
    .join('\n')
    .slice(0, LONGEST_WORDS);
  const siteWords = bodySite.map(allWordsOf).join('; ');
  const words = `${siteWords}\n${written}`.slice(0, LONGEST_WORDS);
  const modifiers = modifiersOf(orderDetail, words);
  const ofSite = sideOfSites(bodySite);
  const ofModifier = modifierSide(modifiers);
  const ofText = orderedSide(written, ofSite !== undefined || ofModifier !== undefined);
  const isSiteCoded = bodySite.some(({ codings }) => sideOfCodings(codings) !== undefined);
  const side = (isSiteCoded ? ofSite : undefined) ?? ofModifier ?? ofSite ?? ofText;
  const occurrence = occurrenceOf(resource);
  const authoredOn = parseExactDay(resource['authoredOn']);
  const requisition = requisitionOf(resource);
  const heldConditions = conditionsHeld(resource);
  const siteLevels = bodySiteLevels(bodySite, policyData.valueSet('disc-level-sites'));
  const code = concepts(resource['code']).flatMap((concept) => concept.codings);
  return {
    reference,
    resource,
    cptCodes: [...new Set(code.filter((c) => c.system === CODE_SYSTEMS.cpt).map((c) => c.code))],
    reasons: [
      ...concepts(resource['reasonCode']),
      ...heldConditions.flatMap((condition) => concepts(condition['code'])),
    ],
    heldConditions,
    reasonReferences: objects(resource['reasonReference']).flatMap((reason) => referenceOf(reason) ?? []),
    sides: {
      ...(ofSite && { bodySite: ofSite }),
      ...(ofModifier && { modifier: ofModifier }),
      ...(ofText && { text: ofText }),
    },
    ...(side && { side }),
    levels:
      siteLevels.length > 0 ? separateLevels(siteLevels) : separateLevels(orderedLevels(written, policyData)),
    namesBranches: policyData.vocabulary('nerveBranch').test(words),
    modifiers,
    guidance: guidanceIn(written),
    purposes: purposesIn(written),
    repeats: isRepeated(resource['occurrenceTiming']),
    ...(occurrence !== undefined && { occurrence }),
    ...(authoredOn !== undefined && { authoredOn }),
    ...(requisition !== undefined && { requisition }),
    words,
  };
}

/**
 * Whether the resource says that it is about somebody else, or says so in a way that cannot be read. An order without a
 * subject is the patient's own.
 */
function isForeign(resource: Json, patientId: string): boolean {
  for (const member of ['subject', 'patient', 'for']) {
    const link = resource[member];
    if (link === undefined || link === null) continue;
    if (!isObject(link)) return true;
    const reference = text(link['reference']);
    if (reference === undefined) continue;
    return ownerNamed(reference, patientId) !== 'patient';
  }
  return false;
}

const LONGEST_NAME = 100;

/** `Type/id`, else the entry's fullUrl, else `#index`. */
function nameOfEntry(entry: Json, resource: Json, index: number): string {
  const id = text(resource['id']);
  if (id !== undefined && FHIR_ID.test(id)) return `${text(resource['resourceType']) ?? 'Resource'}/${id}`;
  const fullUrl = text(entry['fullUrl']);
  return fullUrl === undefined ? `#${index}` : plain(fullUrl, LONGEST_NAME);
}

/**
 * Reads `context.draftOrders`: every ServiceRequest that is still to be done, and every order of any type that is for
 * another patient. Entries that hold no resource are passed over.
 */
export function readDraftOrders(
  entries: readonly unknown[],
  patientId: string,
  policyData: WordsAndSites,
): DraftOrders {
  const named = entries.flatMap((entry, index) => {
    const resource = isObject(entry) ? entry['resource'] : undefined;
    return isObject(entry) && isObject(resource)
      ? [{ resource, reference: nameOfEntry(entry, resource, index), fullUrl: text(entry['fullUrl']) }]
      : [];
  });
  const count = new Map<string, number>();
  for (const { reference } of named) count.set(reference, (count.get(reference) ?? 0) + 1);
  const orders = named
    .filter(({ resource }) => resource['resourceType'] === 'ServiceRequest' && isToBeDone(resource))
    .map(({ resource, reference, fullUrl }) => ({
      ...readOrder(resource, reference, policyData),
      ...(fullUrl !== undefined && { fullUrl }),
      isAddressable: reference.startsWith('ServiceRequest/') && count.get(reference) === 1,
    }));
  return { orders, foreign: named.filter(({ resource }) => isForeign(resource, patientId)) };
}
