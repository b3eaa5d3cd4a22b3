import { compareLevels, isLumbarSacral, levelName } from '../../anatomy/spine-level';
import { concepts, isObject, text } from '../../fhir/read';
import { parseExactDay } from '../../time/days';
import type { OrderedLine } from '../sessions';
import { listed } from '../readings/evidence';
import { codedReasons, siteFits, siteOf } from './diagnosis';
import { defineFact, type LineContext } from './fact';

function sessionCodes(context: LineContext): Set<string> {
  return new Set(context.group.session.lines.map((line) => line.procedure.code));
}

/** Codes of orders already on file under the same requisition; they belong to the same session. */
function requisitionedCodes(context: LineContext): string[] {
  const requisition = context.line.order.requisition;
  if (requisition === undefined) return [];
  return context.select('requisitionedOrders').items.flatMap((entry) => {
    const identifier = entry.resource['requisition'];
    const value = isObject(identifier)
      ? `${text(identifier['system']) ?? ''}|${text(identifier['value']) ?? ''}`
      : '';
    return value === requisition ? entry.concepts.flatMap((c) => c.codings.map((coding) => coding.code)) : [];
  });
}

/** Whether every primary that an add-on code needs is ordered for the same session. */
export function hasPrimary(context: LineContext): boolean {
  const primaries = context.line.procedure.addOnTo ?? [];
  const codes = sessionCodes(context);
  const missing = primaries.filter((code) => !codes.has(code));
  return missing.every((code) => requisitionedCodes(context).includes(code));
}

/** Whether an add-on code has its primary in the same session; an earlier procedure does not count. */
export const addOn = defineFact({
  fields: ['isAddOn', 'hasPrimary'],
  findings: ['with-primary', 'alone', 'primary'],
  words: ['primary', 'code'],
  read(context) {
    const { addOnTo, code } = context.line.procedure;
    const words = { primary: listed(addOnTo ?? []), code };
    if (!addOnTo) return { finding: 'primary', fields: { isAddOn: false }, words };
    const complete = hasPrimary(context);
    return {
      finding: complete ? 'with-primary' : 'alone',
      fields: { isAddOn: true, hasPrimary: complete },
      words,
    };
  },
});

/** Whether the code's region fits the regional diagnoses and the level that the order states. */
export const orderRegion = defineFact({
  fields: ['stated', 'fits'],
  findings: ['fits', 'level-outside', 'diagnosis-outside', 'level-and-diagnosis-outside', 'not-stated'],
  words: ['code', 'otherCode', 'level', 'diagnosis'],
  read(context) {
    const { procedure, level } = context.line;
    const sites = codedReasons(context).flatMap((concept) => {
      const site = siteOf(concept, context);
      const coding = concept.codings[0];
      return site === undefined || !coding ? [] : [{ site, code: coding.code }];
    });
    const levelOutside =
      level !== undefined && isLumbarSacral(level) !== (procedure.region === 'lumbar-sacral');
    const diagnosisOutside = sites.length > 0 && !sites.some(({ site }) => siteFits(site, procedure.region));
    const words = {
      code: procedure.code,
      otherCode: procedure.otherRegion ?? '',
      level: level ? levelName(level) : '',
      diagnosis: listed(sites.map(({ code }) => code)),
    };
    if (levelOutside && diagnosisOutside)
      return { finding: 'level-and-diagnosis-outside', fields: { stated: true, fits: false }, words };
    if (levelOutside) return { finding: 'level-outside', fields: { stated: true, fits: false }, words };
    if (diagnosisOutside)
      return { finding: 'diagnosis-outside', fields: { stated: true, fits: false }, words };
    if (level === undefined && sites.length === 0)
      return { finding: 'not-stated', fields: { stated: false } };
    return { finding: 'fits', fields: { stated: true, fits: true }, words };
  },
});

/** Whether the order says which side, and says the same wherever it says so. */
export const orderSide = defineFact({
  fields: ['stated'],
  findings: ['stated', 'conflict', 'none'],
  words: ['side', 'statements'],
  read(context) {
    const { sides, side } = context.line.order;
    const stated = Object.entries(sides).map(
      ([where, what]) => `${where === 'bodySite' ? 'body site' : where}: ${what}`,
    );
    const words = { side: side ?? '', statements: listed(stated) };
    if (!side) return { finding: 'none', fields: {} };
    const conflict = new Set(Object.values(sides)).size > 1;
    return { finding: conflict ? 'conflict' : 'stated', fields: { stated: !conflict }, words };
  },
});

/** Whether the line has a level of its own. */
export const orderLevel = defineFact({
  fields: ['stated'],
  findings: ['stated', 'unused-level', 'none'],
  words: ['level', 'unused'],
  read(context) {
    const { level } = context.line;
    if (!level) return { finding: 'none', fields: {} };
    const unused = listed(context.group.unusedLevels.map(levelName));
    const words = { level: levelName(level), unused };
    if (unused !== '') return { finding: 'unused-level', fields: { stated: false }, words };
    return { finding: 'stated', fields: { stated: true }, words };
  },
});

/** Whether the session holds a block that should not be done together with this one. */
export const sessionMix = defineFact({
  fields: ['compatible'],
  findings: ['alone', 'with-facet', 'two-epidural-regions'],
  words: ['others'],
  read(context) {
    const { procedure } = context.line;
    const others = context.group.session.lines.map((line) => line.procedure);
    const facets = others.filter((other) => other.kind === 'facet');
    const epidurals = others.filter(
      (other) => other.kind === procedure.kind && other.region !== procedure.region,
    );
    const codes = (of: readonly { code: string }[]): string =>
      listed([...new Set(of.map((o) => o.code))].toSorted());
    if (facets.length > 0)
      return { finding: 'with-facet', fields: { compatible: false }, words: { others: codes(facets) } };
    if (epidurals.length > 0)
      return {
        finding: 'two-epidural-regions',
        fields: { compatible: false },
        words: { others: codes(epidurals) },
      };
    return { finding: 'alone', fields: { compatible: true } };
  },
});

/** Whether the guidance that is ordered fits a code that includes fluoroscopy or CT. */
export const guidance = defineFact({
  fields: ['fits'],
  findings: ['fits', 'ultrasound', 'billed-separately'],
  words: ['code', 'companion'],
  read(context) {
    const { procedure, order } = context.line;
    if (!procedure.imageGuidanceIncluded) return { finding: 'fits', fields: { fits: true } };
    const companions = context.group.session.companions.map((line) => line.companion);
    const ofKind = (...kinds: string[]): string =>
      listed([...new Set(companions.filter((c) => kinds.includes(c.kind)).map((c) => c.code))].toSorted());
    const said = order.guidance;
    const ultrasoundAlone = said.has('ultrasound') && !said.has('fluoroscopy') && !said.has('ct');
    const ultrasoundCode = ofKind('ultrasound');
    const words = { code: procedure.code, companion: ultrasoundCode };
    if (ultrasoundAlone || ultrasoundCode !== '')
      return { finding: 'ultrasound', fields: { fits: false }, words };
    const separate = ofKind('fluoroscopy', 'ct');
    if (separate !== '')
      return {
        finding: 'billed-separately',
        fields: { fits: false },
        words: { ...words, companion: separate },
      };
    return { finding: 'fits', fields: { fits: true }, words };
  },
});

function isBefore(a: OrderedLine, b: OrderedLine): boolean {
  const byLevel = a.level && b.level ? compareLevels(a.level, b.level) : Number(!a.level) - Number(!b.level);
  return byLevel < 0 || (byLevel === 0 && a.order.reference < b.order.reference);
}

/** Whether a code that is meant once a side is ordered again for the same side. */
export const unitCount = defineFact({
  fields: ['once'],
  findings: ['once', 'repeated'],
  words: ['code', 'addOn'],
  read(context) {
    const { line, group, library } = context;
    const { code } = line.procedure;
    if (!line.procedure.oncePerSide) return { finding: 'once', fields: { once: true } };
    const same = group.lines.filter((other) => other.procedure.code === code && other !== line);
    if (!same.some((other) => isBefore(other, line))) return { finding: 'once', fields: { once: true } };
    const addOnCode = [...library.procedures.values()].find((procedure) =>
      procedure.addOnTo?.includes(code),
    )?.code;
    return { finding: 'repeated', fields: { once: false }, words: { code, addOn: addOnCode ?? '' } };
  },
});

/** Whether a block on both sides carries the modifiers that say so. */
export const bilateralCoding = defineFact({
  fields: ['bilateral', 'marked'],
  findings: ['one-side', 'marked', 'not-marked', 'add-on-with-50'],
  words: ['code'],
  read(context) {
    const { order, procedure } = context.line;
    const words = { code: procedure.code };
    if (order.side !== 'both') return { finding: 'one-side', fields: { bilateral: false } };
    if (order.modifiers.has('50') && procedure.addOnTo) {
      return { finding: 'add-on-with-50', fields: { bilateral: true, marked: false }, words };
    }
    const marked = order.modifiers.has('50') || (order.modifiers.has('LT') && order.modifiers.has('RT'));
    return { finding: marked ? 'marked' : 'not-marked', fields: { bilateral: true, marked }, words };
  },
});

/** Whether the order's diagnosis codes are still valid on the day of service and say what their words say. */
export const reasonCodes = defineFact({
  fields: ['current'],
  findings: ['current', 'retired', 'misnamed'],
  words: ['code', 'retiredOn', 'successors', 'saidToBe', 'means', 'instead'],
  read(context) {
    const retiredSet = context.library.valueSet('retired-diagnoses');
    const reasons = codedReasons(context);
    for (const coding of reasons.flatMap((concept) => concept.codings)) {
      const retired = retiredSet.memberOfCode(coding);
      const day = parseExactDay(retired?.retiredOn);
      if (retired && day !== undefined && context.asOf >= day) {
        const words = {
          code: coding.code,
          retiredOn: retired.retiredOn ?? '',
          successors: (retired.successors ?? []).join(', '),
        };
        return { finding: 'retired', fields: { current: false }, words };
      }
    }
    for (const concept of reasons) {
      const said = [concept.text ?? '', ...concept.codings.map((coding) => coding.display ?? '')]
        .join(' ')
        .toLowerCase();
      const rule = context.library.misnamed.find(
        (misnamed) =>
          concept.codings.some((coding) => coding.code === misnamed.code) && said.includes(misnamed.saidToBe),
      );
      if (rule) return { finding: 'misnamed', fields: { current: false }, words: { ...rule } };
    }
    return { finding: 'current', fields: { current: true } };
  },
});

/** Whether the order states two diagnosis codes that ICD-10-CM does not let stand together. */
export const excludedPairs = defineFact({
  fields: ['none'],
  findings: ['none', 'pair'],
  words: ['first', 'second'],
  read(context) {
    const codes = concepts(context.line.order.resource['reasonCode'])
      .concat(codedReasons(context))
      .flatMap((concept) => concept.codings.map((coding) => coding.code))
      .toSorted();
    for (const rule of context.library.excludes1) {
      const first = codes.find((code) => code.startsWith(rule.code));
      const second = codes.find(
        (code) => code !== first && rule.with.some((prefix) => code.startsWith(prefix)),
      );
      if (first !== undefined && second !== undefined) {
        return { finding: 'pair', fields: { none: false }, words: { first, second } };
      }
    }
    return { finding: 'none', fields: { none: true } };
  },
});

/** Whether a block that is ordered as diagnostic says so with its modifier. */
export const diagnosticPurpose = defineFact({
  fields: ['diagnostic', 'flagged'],
  findings: ['flagged', 'not-flagged', 'not-diagnostic'],
  words: ['code'],
  read(context) {
    const { purposes, modifiers } = context.line.order;
    const words = { code: context.line.procedure.code };
    const flagged = modifiers.has('KX');
    if (!purposes.has('diagnostic'))
      return { finding: 'not-diagnostic', fields: { diagnostic: false, flagged: false }, words };
    return { finding: flagged ? 'flagged' : 'not-flagged', fields: { diagnostic: true, flagged }, words };
  },
});

/** Whether the session stays within the number of levels; only the lines beyond it fail. Both sides of a level are one. */
export const levelCount = defineFact({
  fields: ['withinLimit'],
  findings: ['within-limit', 'beyond-limit'],
  thresholds: ['maximumLevels'],
  words: ['levels', 'position'],
  read(context) {
    const limit = context.threshold('maximumLevels') ?? Number.POSITIVE_INFINITY;
    const { line, group } = context;
    const key = (of: OrderedLine): string =>
      of.level ? levelName(of.level) : `${of.order.reference}|${of.procedure.code}`;
    const ordered = group.session.lines
      .filter(
        (other) =>
          other.procedure.family === group.family && other.procedure.region === line.procedure.region,
      )
      .toSorted((a, b) =>
        a.procedure.code === b.procedure.code
          ? isBefore(a, b)
            ? -1
            : 1
          : a.procedure.code < b.procedure.code
            ? -1
            : 1,
      );
    const levels = [...new Set(ordered.map(key))];
    const position = levels.indexOf(key(line)) + 1;
    const words = { levels: levels.length, position };
    return {
      finding: position > limit ? 'beyond-limit' : 'within-limit',
      fields: { withinLimit: position <= limit },
      words,
    };
  },
});
