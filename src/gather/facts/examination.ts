import { sideOfSites } from '../body-site';
import { concepts, objects, text, wordsOf } from '../../fhir/read';
import { type Side } from '../../anatomy/side';
import type { Selected } from '../record-entry';
import { isAfter, observedNewestFirst, observedOn } from '../readings/dates-of';
import { evidenceOf, listed, nameOf } from '../readings/evidence';
import { defineFact, type Fact, type LineContext } from './fact';

/** What an examination found, in its own words. */
export function examinationResult(entry: Selected): string {
  const coded = concepts(entry.resource['valueCodeableConcept']).map(wordsOf);
  return listed([...coded, text(entry.resource['valueString']) ?? ''].filter((part) => part !== ''));
}

/** Whether an examination was done and says what it found. */
function hasResult({ resource }: Selected, context: LineContext): boolean {
  const said = text(resource['valueString']);
  const coded = concepts(resource['valueCodeableConcept']);
  const notDone = context.policyData.vocabulary('examNotDone');
  if ([said ?? '', ...coded.map(wordsOf)].some((words) => notDone.test(words))) return false;
  return (
    said !== undefined ||
    coded.length > 0 ||
    objects(resource['component']).length > 0 ||
    ['valueBoolean', 'valueQuantity', 'valueInteger'].some((member) => resource[member] !== undefined)
  );
}

/** Whether a test says that there is nothing to be found. */
function isNegative({ resource }: Selected, context: LineContext): boolean {
  if (resource['valueBoolean'] === false) return true;
  const coded = concepts(resource['valueCodeableConcept']);
  const negative = context.policyData.valueSet('exam-negative');
  const words = [...coded.map(wordsOf), text(resource['valueString']) ?? ''].join('; ');
  return (
    coded.some((value) => negative.memberOf(value)) ||
    context.policyData.vocabulary('examNegative').test(words)
  );
}

/** The side an examination was done on, from its bodySite. */
export function examinedSide(entry: Selected): Side | undefined {
  return sideOfSites(concepts(entry.resource['bodySite']));
}

/** Straight-leg raises and neurologic examinations up to the evaluation date, newest first. */
export function focusedExaminations(context: LineContext): { items: Selected[]; unread: readonly string[] } {
  const { items: raises, unread } = context.select('straightLegRaises');
  const items = observedNewestFirst([...raises, ...context.select('neurologicExaminations').items]);
  return { items: items.filter(({ on }) => !isAfter(on, context.asOf)), unread };
}

function describe(entry: Selected): string {
  return [nameOf(entry), examinationResult(entry)].filter((part) => part !== '').join(': ');
}

/** Examinations for a sentence and as evidence. */
function tellExaminations(found: readonly Selected[]) {
  const evidence = found.map((entry) => evidenceOf(entry, observedOn(entry.resource), describe(entry)));
  const words = { examinations: listed([...new Set(found.map(nameOf))]), date: evidence[0]?.date ?? '' };
  return { words, evidence };
}

function upToNow(entries: readonly Selected[], context: LineContext): Selected[] {
  return entries.filter((entry) => !isAfter(observedOn(entry.resource), context.asOf));
}

type Recorded = Fact<'recorded', 'recorded' | 'narrative' | 'none'>;

/** Whatever they found: the examinations on file, else those that only words describe. */
function recordedExamination(
  { items, unread }: { readonly items: readonly Selected[]; readonly unread: readonly string[] },
  context: LineContext,
): Recorded {
  const done = items.filter((entry) => hasResult(entry, context));
  if (done.length > 0) return { finding: 'recorded', fields: { recorded: true }, ...tellExaminations(done) };
  const narrative = upToNow(context.select('narrativeExaminations').items, context).filter((entry) =>
    hasResult(entry, context),
  );
  if (narrative.length === 0) return { finding: 'none', fields: {}, unread };
  return { finding: 'narrative', fields: { recorded: true }, ...tellExaminations(narrative) };
}

/** Whether a focused neurologic examination is on file (a straight-leg raise is one), whatever it found. */
export const examination = defineFact({
  fields: ['recorded'],
  findings: ['recorded', 'narrative', 'none'],
  words: ['examinations', 'date'],
  read: (context) => recordedExamination(focusedExaminations(context), context),
});

/** Whether a neurologic examination is on file, whatever it found. */
export const neurologicExamination = defineFact({
  fields: ['recorded'],
  findings: ['recorded', 'narrative', 'none'],
  words: ['examinations', 'date'],
  read(context) {
    const { items, unread } = context.select('neurologicExaminations');
    return recordedExamination({ items: upToNow(observedNewestFirst(items), context), unread }, context);
  },
});

/** Whether facet loading or facet tenderness was found; an equivocal test is not negative. */
export const facetExamination = defineFact({
  fields: ['positive'],
  findings: ['positive', 'negative', 'none'],
  words: ['examinations', 'date'],
  read(context) {
    const tests = context.select('facetTests');
    const done = upToNow(observedNewestFirst(tests.items), context).filter((entry) =>
      hasResult(entry, context),
    );
    const positive = done.filter((entry) => !isNegative(entry, context));
    if (positive.length > 0)
      return { finding: 'positive', fields: { positive: true }, ...tellExaminations(positive) };
    const { unread } = tests;
    if (done.length === 0) return { finding: 'none', fields: {}, unread };
    const none = unread.length > 0 ? undefined : false;
    return { finding: 'negative', fields: { positive: none }, ...tellExaminations(done), unread };
  },
});
