import { states } from '../../fhir/narrative';
import { concepts, isObject, notes, number, objects, text, wordsOf, type Json } from '../../fhir/read';
import type { SelectorName } from '../../policy/names';
import type { Day, DayInterval } from '../../time/days';
import type { Selected, Selection } from '../patient-record';
import { isActive, isConfirmed, recordedOn } from '../readings/conditions';
import { drugDates, isAfter, newestFirst, observedOn } from '../readings/dates-of';
import { diagnosisName, diagnosisWords, evidenceOf, listed, nameOf } from '../readings/evidence';
import { examinationResult, focusedExaminations } from './examination';
import { defineFact, type Evidence, type FactContext, type LineContext } from './fact';

/** Active diagnoses that a selector finds, also those recorded after the evaluation date: a danger is a danger. */
function activeConditions(
  context: LineContext,
  name: SelectorName,
): { sure: Selected[]; possible: Selected[]; unread: readonly string[] } {
  const { items, unread } = context.select(name);
  const active = items.filter((entry) => isActive(entry, context.asOf));
  return {
    sure: active.filter(isConfirmed),
    possible: active.filter((entry) => !isConfirmed(entry)),
    unread,
  };
}

function pointAtCondition(entry: Selected): Evidence {
  return evidenceOf(entry, recordedOn(entry), diagnosisName(entry));
}

function names(entries: readonly Selected[], name: (entry: Selected) => string): string {
  return listed([...new Set(entries.map(name))]);
}

function conditionWords(entries: readonly Selected[]): Record<string, string> {
  const date = entries[0] ? (pointAtCondition(entries[0]).date ?? 'undated') : '';
  return { diagnosis: names(entries, diagnosisWords), date };
}

/** A drug in use on the day: active, begun by then and not ended before. */
function isCurrent(drug: Selected, asOf: Day): boolean {
  if (text(drug.resource['status']) !== 'active') return false;
  const { start, end } = drugDates(drug.resource);
  return (start === undefined || start.earliest <= asOf) && (end === undefined || end.latest >= asOf);
}

function pointAtDrug(entry: Selected): Evidence {
  return evidenceOf(entry, drugDates(entry.resource).start, nameOf(entry));
}

function currentDrugs(selection: Selection, asOf: Day): Selected[] {
  return selection.items.filter((entry) => isCurrent(entry, asOf));
}

/** No active infection: present decides; suspected or unread leaves it open; an antibiotic alone is a caution. */
export const infection = defineFact({
  fields: ['absent'],
  findings: ['present', 'possible', 'antibiotic', 'absent'],
  words: ['diagnosis', 'date', 'drugs'],
  read(context) {
    const { sure, possible, unread } = activeConditions(context, 'infections');
    if (sure.length > 0)
      return {
        finding: 'present',
        fields: { absent: false },
        words: conditionWords(sure),
        evidence: sure.map(pointAtCondition),
      };
    if (possible.length > 0)
      return {
        finding: 'possible',
        fields: {},
        words: conditionWords(possible),
        evidence: possible.map(pointAtCondition),
      };
    if (unread.length > 0) return { finding: 'absent', fields: {}, unread };
    const antibiotics = currentDrugs(context.select('currentAntibiotics'), context.asOf);
    if (antibiotics.length > 0)
      return {
        finding: 'antibiotic',
        fields: { absent: false },
        words: { drugs: names(antibiotics, nameOf) },
        evidence: antibiotics.map(pointAtDrug),
      };
    return { finding: 'absent', fields: { absent: true } };
  },
});

interface LabResult {
  readonly entry: Selected;
  readonly on: DayInterval | undefined;
  readonly value: number | undefined;
}

const PLATELET_THOUSANDS = new Set([
  '10*3/uL',
  '10*3/ul',
  '10*9/L',
  'K/uL',
  'k/uL',
  'x10E3/uL',
  '10^3/uL',
  '10^9/L',
  'G/L',
  'Thousand/uL',
  'x10*9/L',
  'x10^9/L',
]);
const PLATELET_UNITS = new Set(['/uL', '/ul', '/mm3', '{cells}/uL', 'cells/uL']);
const INR_UNITS = new Set(['', '1', '{INR}', 'INR', '{ratio}', 'ratio']);
const HIGHEST_INR = 20;
const HIGHEST_PLATELETS = 2000;

function inrValue(quantity: Json): number | undefined {
  const value = number(quantity['value']);
  const unit = text(quantity['code']) ?? text(quantity['unit']) ?? '';
  return value !== undefined && INR_UNITS.has(unit) && value > 0 && value <= HIGHEST_INR ? value : undefined;
}

/** Platelets in 10*9/L; without a unit a number up to 2000 is read as such, above it as a count per uL. */
function plateletValue(quantity: Json): number | undefined {
  const value = number(quantity['value']);
  if (value === undefined || value < 0) return undefined;
  const unit = text(quantity['code']) ?? text(quantity['unit']) ?? '';
  const isPerMicrolitre =
    PLATELET_UNITS.has(unit) || ((unit === '' || unit === '1') && value > HIGHEST_PLATELETS);
  if (!isPerMicrolitre && !PLATELET_THOUSANDS.has(unit) && unit !== '' && unit !== '1') return undefined;
  const thousands = isPerMicrolitre ? value / 1000 : value;
  return thousands <= HIGHEST_PLATELETS ? thousands : undefined;
}

/** The newest result that is not too old; later results count too. Undated results are not known to be current. */
function newestLab(
  selection: Selection,
  asOf: Day,
  days: number,
  read: (quantity: Json) => number | undefined,
): LabResult | undefined {
  const recent = newestFirst(
    selection.items.map((entry) => ({ ...entry, on: observedOn(entry.resource) })),
  ).filter((entry) => entry.on !== undefined && asOf - entry.on.latest <= days);
  const entry = recent[0];
  if (!entry) return undefined;
  const quantity = entry.resource['valueQuantity'];
  const comparator = isObject(quantity) ? text(quantity['comparator']) : undefined;
  const value = isObject(quantity) && comparator === undefined ? read(quantity) : undefined;
  return { entry, on: entry.on, value };
}

function pointAtLab(lab: LabResult, what: string): Evidence {
  return evidenceOf(lab.entry, lab.on, lab.value === undefined ? what : `${what} ${lab.value}`);
}

type CoagulationParameter =
  'laboratoryDays' | 'inrContraindicated' | 'inrCaution' | 'plateletsContraindicated' | 'plateletsCaution';

/** No uncorrected coagulopathy: a disorder, an INR or a platelet count beyond the limit contraindicates. */
export const coagulation = defineFact({
  fields: ['normal'],
  findings: [
    'disorder',
    'inr-beyond-limit',
    'platelets-beyond-limit',
    'possible',
    'unreadable',
    'inr-raised',
    'platelets-low',
    'abnormal-profile',
    'normal',
  ],
  thresholds: [
    'laboratoryDays',
    'inrContraindicated',
    'inrCaution',
    'plateletsContraindicated',
    'plateletsCaution',
  ],
  words: ['diagnosis', 'date', 'value'],
  read(context: FactContext<CoagulationParameter>) {
    const limit = (name: CoagulationParameter): number => context.threshold(name) ?? 0;
    const { sure, possible, unread: unreadConditions } = activeConditions(context, 'coagulopathies');
    if (sure.length > 0)
      return {
        finding: 'disorder',
        fields: { normal: false },
        words: conditionWords(sure),
        evidence: sure.map(pointAtCondition),
      };
    const days = limit('laboratoryDays');
    const inr = newestLab(context.select('inrResults'), context.asOf, days, inrValue);
    const platelets = newestLab(context.select('plateletCounts'), context.asOf, days, plateletValue);
    const told = (lab: LabResult, what: string) => {
      const evidence = pointAtLab(lab, what);
      return { words: { value: lab.value ?? '', date: evidence.date ?? 'undated' }, evidence: [evidence] };
    };
    const inrIs = inr?.value;
    const plateletsAre = platelets?.value;
    if (inr && inrIs !== undefined && inrIs >= limit('inrContraindicated'))
      return { finding: 'inr-beyond-limit', fields: { normal: false }, ...told(inr, 'INR') };
    if (platelets && plateletsAre !== undefined && plateletsAre < limit('plateletsContraindicated'))
      return {
        finding: 'platelets-beyond-limit',
        fields: { normal: false },
        ...told(platelets, 'platelets'),
      };
    const unread = [...new Set([...unreadConditions, ...context.select('inrResults').unread])];
    if (unread.length > 0) return { finding: 'normal', fields: {}, unread };
    if (possible.length > 0)
      return {
        finding: 'possible',
        fields: {},
        words: conditionWords(possible),
        evidence: possible.map(pointAtCondition),
      };
    const unreadable =
      inr && inrIs === undefined
        ? { lab: inr, what: 'INR' }
        : platelets && plateletsAre === undefined
          ? { lab: platelets, what: 'platelets' }
          : undefined;
    if (unreadable)
      return {
        finding: 'unreadable',
        fields: {},
        ...told(unreadable.lab, unreadable.what),
        words: { value: unreadable.what, date: pointAtLab(unreadable.lab, '').date ?? 'undated' },
      };
    if (inr && inrIs !== undefined && inrIs > limit('inrCaution'))
      return { finding: 'inr-raised', fields: { normal: false }, ...told(inr, 'INR') };
    if (platelets && plateletsAre !== undefined && plateletsAre < limit('plateletsCaution'))
      return { finding: 'platelets-low', fields: { normal: false }, ...told(platelets, 'platelets') };
    const profile = activeConditions(context, 'abnormalCoagulationProfiles').sure;
    if (profile.length > 0)
      return {
        finding: 'abnormal-profile',
        fields: { normal: false },
        words: conditionWords(profile),
        evidence: profile.map(pointAtCondition),
      };
    const shown = [inr && pointAtLab(inr, 'INR'), platelets && pointAtLab(platelets, 'platelets')].flatMap(
      (e) => e ?? [],
    );
    return { finding: 'normal', fields: { normal: true }, evidence: shown };
  },
});

/** What a recorded interruption plan says. */
function planSays(entry: Selected, context: LineContext): 'plan' | 'no-plan' | 'must-not-interrupt' {
  const { resource } = entry;
  if (resource['resourceType'] !== 'Observation') return 'plan';
  if (resource['valueBoolean'] === false) return 'no-plan';
  const said = examinationResult(entry);
  if (context.library.vocabulary('mustNotInterrupt').test(said)) return 'must-not-interrupt';
  return resource['valueBoolean'] === true || said !== '' ? 'plan' : 'no-plan';
}

/** No anticoagulant or antiplatelet agent without a plan to interrupt it. */
export const anticoagulation = defineFact({
  fields: ['handled'],
  findings: ['must-not-interrupt', 'no-plan', 'plan', 'aspirin', 'status-only', 'none'],
  words: ['drugs', 'date', 'plan'],
  read(context) {
    const agents = context.select('anticoagulants');
    const current = currentDrugs(agents, context.asOf);
    const plans = context.select('interruptionPlans');
    const dated = plans.items.filter((entry) => !isAfter(observedOn(entry.resource), context.asOf));
    const saying = (what: ReturnType<typeof planSays>): Selected[] =>
      dated.filter((entry) => planSays(entry, context) === what);
    if (current.length > 0) {
      const first = pointAtDrug(current[0] ?? { reference: '', resource: {}, concepts: [] });
      const words = { drugs: names(current, nameOf), date: first.date ?? 'undated' };
      const evidence = current.map(pointAtDrug);
      const forbidden = saying('must-not-interrupt')[0];
      if (forbidden)
        return {
          finding: 'must-not-interrupt',
          fields: { handled: false },
          words,
          evidence: [
            ...evidence,
            evidenceOf(forbidden, observedOn(forbidden.resource), examinationResult(forbidden)),
          ],
        };
      const plan = saying('plan')[0];
      if (plan) {
        const point = evidenceOf(plan, observedOn(plan.resource), examinationResult(plan) || nameOf(plan));
        return {
          finding: 'plan',
          fields: { handled: true },
          words: { ...words, plan: point.date ?? 'undated' },
          evidence: [...evidence, point],
        };
      }
      return { finding: 'no-plan', fields: {}, words, evidence, unread: plans.unread };
    }
    if (agents.unread.length > 0) return { finding: 'none', fields: {}, unread: agents.unread };
    const aspirin = currentDrugs(context.select('aspirin'), context.asOf);
    if (aspirin.length > 0 && saying('plan').length === 0)
      return {
        finding: 'aspirin',
        fields: { handled: false },
        words: { drugs: names(aspirin, nameOf) },
        evidence: aspirin.map(pointAtDrug),
      };
    const status = activeConditions(context, 'antithromboticStatus').sure;
    const onHold = agents.items.some((entry) => text(entry.resource['status']) === 'on-hold');
    if (status.length > 0 && !onHold && saying('plan').length === 0)
      return {
        finding: 'status-only',
        fields: { handled: false },
        words: { drugs: names(status, diagnosisName) },
        evidence: status.map(pointAtCondition),
      };
    return { finding: 'none', fields: { handled: true } };
  },
});

/** Nobody has refused the ordered block: a refusal that names it, or names no procedure at all, counts. */
export const consent = defineFact({
  fields: ['notRefused'],
  findings: ['refused', 'not-refused'],
  words: ['what', 'date'],
  read(context) {
    const refusals = activeConditions(context, 'refusals');
    const procedures = context.select('refusedProcedures');
    const ofBlock = procedures.items.filter((entry) =>
      entry.concepts.some((concept) =>
        concept.codings.some((coding) => coding.code === context.line.procedure.code),
      ),
    );
    const refused = [
      ...refusals.sure.map((entry) => ({ evidence: pointAtCondition(entry) })),
      ...ofBlock.map((entry) => ({ evidence: evidenceOf(entry, observedOn(entry.resource), nameOf(entry)) })),
    ];
    const first = refused[0];
    if (first)
      return {
        finding: 'refused',
        fields: { notRefused: false },
        words: { what: first.evidence.summary, date: first.evidence.date ?? 'undated' },
        evidence: refused.map((r) => r.evidence),
      };
    const unread = [...new Set([...refusals.unread, ...procedures.unread])];
    return unread.length > 0
      ? { finding: 'not-refused', fields: {}, unread }
      : { finding: 'not-refused', fields: { notRefused: true } };
  },
});

/** No antiangiogenic drug in use. */
export const antiangiogenic = defineFact({
  fields: ['absent'],
  findings: ['present', 'absent'],
  words: ['drugs'],
  read(context) {
    const selection = context.select('antiangiogenics');
    const current = currentDrugs(selection, context.asOf);
    if (current.length > 0)
      return {
        finding: 'present',
        fields: { absent: false },
        words: { drugs: names(current, nameOf) },
        evidence: current.map(pointAtDrug),
      };
    return selection.unread.length > 0
      ? { finding: 'absent', fields: {}, unread: selection.unread }
      : { finding: 'absent', fields: { absent: true } };
  },
});

function cautionFromConditions(context: LineContext, selectors: readonly SelectorName[]) {
  const found: Evidence[] = [];
  const unread = new Set<string>();
  for (const name of selectors) {
    const selection = context.select(name);
    selection.unread.forEach((key) => unread.add(key));
    for (const entry of selection.items) {
      const isCondition = entry.resource['resourceType'] === 'Condition';
      if (isCondition && isActive(entry, context.asOf) && isConfirmed(entry))
        found.push(pointAtCondition(entry));
      if (!isCondition) found.push(evidenceOf(entry, observedOn(entry.resource), nameOf(entry)));
    }
  }
  return {
    found,
    unread: [...unread],
    what: listed([...new Set(found.map((evidence) => evidence.summary))]),
  };
}

/** No sign that life expectancy is short. */
export const lifeExpectancy = defineFact({
  fields: ['notLimited'],
  findings: ['limited', 'not-limited'],
  words: ['what'],
  read(context) {
    const { found, unread, what } = cautionFromConditions(context, ['hospiceCare']);
    if (found.length > 0)
      return { finding: 'limited', fields: { notLimited: false }, words: { what }, evidence: found };
    return unread.length > 0
      ? { finding: 'not-limited', fields: {}, unread }
      : { finding: 'not-limited', fields: { notLimited: true } };
  },
});

/** No fusion, earlier spine surgery or tumour that changes the anatomy. */
export const spineAnatomy = defineFact({
  fields: ['unaltered'],
  findings: ['altered', 'unaltered'],
  words: ['what'],
  read(context) {
    const { found, unread, what } = cautionFromConditions(context, ['alteredSpineAnatomy', 'spinalFusions']);
    if (found.length > 0)
      return { finding: 'altered', fields: { unaltered: false }, words: { what }, evidence: found };
    return unread.length > 0
      ? { finding: 'unaltered', fields: {}, unread }
      : { finding: 'unaltered', fields: { unaltered: true } };
  },
});

function isActiveAllergy(entry: Selected): boolean {
  const status = concepts(entry.resource['clinicalStatus']).flatMap((concept) =>
    concept.codings.map((coding) => coding.code),
  );
  return status.length === 0 || status.includes('active');
}

/** No allergy to what is injected. */
export const injectateAllergy = defineFact({
  fields: ['absent'],
  findings: ['present', 'absent'],
  words: ['what'],
  read(context) {
    const allergies = context.select('injectateAllergies');
    const status = activeConditions(context, 'injectateAllergyStatus');
    const active = allergies.items.filter(isActiveAllergy);
    const evidence = [
      ...active.map((entry) => evidenceOf(entry, undefined, nameOf(entry))),
      ...status.sure.map(pointAtCondition),
    ];
    const what = listed([...new Set(evidence.map((e) => e.summary))]);
    if (evidence.length > 0)
      return { finding: 'present', fields: { absent: false }, words: { what }, evidence };
    return allergies.unread.length > 0
      ? { finding: 'absent', fields: {}, unread: allergies.unread }
      : { finding: 'absent', fields: { absent: true } };
  },
});

/** No known pregnancy: an active diagnosis, or the newest pregnancy test. */
export const pregnancy = defineFact({
  fields: ['notKnown'],
  findings: ['known', 'not-known'],
  words: ['what', 'date'],
  read(context) {
    const { sure, unread } = activeConditions(context, 'pregnancyDiagnoses');
    if (sure.length > 0)
      return {
        finding: 'known',
        fields: { notKnown: false },
        words: { ...conditionWords(sure), what: names(sure, diagnosisName) },
        evidence: sure.map(pointAtCondition),
      };
    const test = newestFirst(
      context.select('pregnancyTests').items.map((entry) => ({ ...entry, on: observedOn(entry.resource) })),
    )[0];
    const value = concepts(test?.resource['valueCodeableConcept']);
    const isPositive = value.some(
      (concept) =>
        context.library.valueSet('pregnancy-diagnoses').memberOf(concept) ??
        context.library.valueSet('exam-positive').memberOf(concept) ??
        context.library.vocabulary('pregnant').test(wordsOf(concept)),
    );
    if (test && isPositive) {
      const evidence = evidenceOf(test, test.on, `${nameOf(test)}: ${examinationResult(test)}`);
      return {
        finding: 'known',
        fields: { notKnown: false },
        words: { what: evidence.summary, date: evidence.date ?? 'undated' },
        evidence: [evidence],
      };
    }
    return unread.length > 0
      ? { finding: 'not-known', fields: {}, unread }
      : { finding: 'not-known', fields: { notKnown: true } };
  },
});

/** No deep sedation or anaesthesia ordered beside the block. */
export const sedation = defineFact({
  fields: ['none'],
  findings: ['code', 'words', 'none'],
  words: ['companion'],
  read(context) {
    const companions = context.group.session.companions.filter((line) => line.companion.kind === 'sedation');
    const codes = listed([...new Set(companions.map((line) => line.companion.code))].toSorted());
    if (codes !== '') return { finding: 'code', fields: { none: false }, words: { companion: codes } };
    const said = states(context.line.order.words, context.library.vocabulary('sedation'));
    return said ? { finding: 'words', fields: { none: false } } : { finding: 'none', fields: { none: true } };
  },
});

function examinationWords(entry: Selected): string {
  const noted = notes(entry.resource['note']);
  return [
    examinationResult(entry),
    ...noted,
    ...objects(entry.resource['component']).flatMap((c) => text(c['valueString']) ?? []),
  ].join('\n');
}

/** No red flag that needs a surgeon first: coded ones are certain, a deficit in words or of unknown course is not. */
export const redFlag = defineFact({
  fields: ['absent'],
  findings: ['present', 'possible', 'progressive-in-words', 'deficit', 'absent'],
  words: ['diagnosis', 'date', 'what'],
  read(context) {
    const { sure, possible, unread } = activeConditions(context, 'redFlagDiagnoses');
    if (sure.length > 0)
      return {
        finding: 'present',
        fields: { absent: false },
        words: conditionWords(sure),
        evidence: sure.map(pointAtCondition),
      };
    if (possible.length > 0)
      return {
        finding: 'possible',
        fields: {},
        words: conditionWords(possible),
        evidence: possible.map(pointAtCondition),
      };
    const examinations = focusedExaminations(context).items;
    const latest = examinations.find((entry) =>
      context.library
        .selector('neurologicExaminations')
        .codes.some((set) => entry.concepts.some((c) => set.memberOf(c))),
    );
    const point = (entry: Selected): Evidence =>
      evidenceOf(
        entry,
        observedOn(entry.resource),
        [nameOf(entry), examinationResult(entry)].filter((s) => s !== '').join(': '),
      );
    if (latest && states(examinationWords(latest), context.library.vocabulary('progressiveDeficit'))) {
      return {
        finding: 'progressive-in-words',
        fields: {},
        words: { what: examinationResult(latest), date: point(latest).date ?? 'undated' },
        evidence: [point(latest)],
      };
    }
    const deficits = activeConditions(context, 'deficitDiagnoses').sure;
    const isPositive =
      latest &&
      concepts(latest.resource['valueCodeableConcept']).some(
        (c) => context.library.valueSet('exam-positive').memberOf(c) ?? /^positive$/iu.test(wordsOf(c)),
      );
    if (deficits.length > 0)
      return {
        finding: 'deficit',
        fields: {},
        words: { what: names(deficits, diagnosisName), date: conditionWords(deficits)['date'] ?? '' },
        evidence: deficits.map(pointAtCondition),
      };
    if (latest && isPositive)
      return {
        finding: 'deficit',
        fields: {},
        words: { what: nameOf(latest), date: point(latest).date ?? 'undated' },
        evidence: [point(latest)],
      };
    return unread.length > 0
      ? { finding: 'absent', fields: {}, unread }
      : { finding: 'absent', fields: { absent: true } };
  },
});
