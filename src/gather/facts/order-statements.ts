import { isIdentical, isLumbarSacral, levelName } from '../../anatomy/spine-level';
import { codedReasons, siteFits, siteOf } from '../readings/diagnoses';
import type { OrderedLine } from '../sessions';
import { defineFact, type LineContext } from './fact';
import { listed } from '../readings/evidence';

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
    const words = { side: side ?? '', statements: listed([...new Set(Object.values(sides))]) };
    if (!side) return { finding: 'none', fields: {} };
    const conflict = new Set(Object.values(sides)).size > 1;
    return { finding: conflict ? 'conflict' : 'stated', fields: { stated: !conflict }, words };
  },
});

/** The line of another code that has the same level, and to which this one adds a level. */
function sameLevelAs({ line, group }: LineContext): OrderedLine | undefined {
  const { level, procedure } = line;
  const addsTo = procedure.addOnTo ?? [];
  return group.lines.find(
    (other) =>
      level && other.level && isIdentical(other.level, level) && addsTo.includes(other.procedure.code),
  );
}

/** Whether the line has a level of its own. */
export const orderLevel = defineFact({
  fields: ['stated'],
  findings: ['stated', 'same-level', 'unused-level', 'none'],
  words: ['level', 'unused', 'code', 'otherCode'],
  read(context) {
    const { level, procedure } = context.line;
    if (!level) return { finding: 'none', fields: {} };
    const unused = listed(context.group.unusedLevels.map(levelName));
    const words = { level: levelName(level), unused, code: procedure.code, otherCode: '' };
    const same = sameLevelAs(context);
    if (same)
      return {
        finding: 'same-level',
        fields: { stated: false },
        words: { ...words, otherCode: same.procedure.code },
      };
    if (unused !== '') return { finding: 'unused-level', fields: { stated: false }, words };
    return { finding: 'stated', fields: { stated: true }, words };
  },
});

/** Whether a block on both sides carries the modifiers that say so. */
export const bilateralCoding = defineFact({
  fields: ['bilateral', 'marked'],
  findings: ['one-side', 'marked', 'not-marked', 'add-on-with-50', 'never'],
  words: ['code'],
  read(context) {
    const { order, procedure } = context.line;
    const words = { code: procedure.code };
    if (order.modifiers.has('50') && !procedure.bilateralModifier)
      return { finding: 'never', fields: { bilateral: true, marked: false }, words };
    if (order.side !== 'both' || !procedure.sided)
      return { finding: 'one-side', fields: { bilateral: false } };
    if (order.modifiers.has('50') && procedure.addOnTo) {
      return { finding: 'add-on-with-50', fields: { bilateral: true, marked: false }, words };
    }
    const marked = order.modifiers.has('50') || (order.modifiers.has('LT') && order.modifiers.has('RT'));
    return { finding: marked ? 'marked' : 'not-marked', fields: { bilateral: true, marked }, words };
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
    // A block that is to be both is no diagnostic block.
    const isDiagnostic = purposes.has('diagnostic') && !purposes.has('therapeutic');
    if (!isDiagnostic && !flagged)
      return { finding: 'not-diagnostic', fields: { diagnostic: false, flagged: false }, words };
    return { finding: flagged ? 'flagged' : 'not-flagged', fields: { diagnostic: true, flagged }, words };
  },
});
