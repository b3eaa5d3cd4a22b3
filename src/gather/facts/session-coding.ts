import { compareLevels, levelName } from '../../anatomy/spine-level';
import { defineFact, type LineContext } from './fact';
import { listed } from '../readings/evidence';
import { nervesIn } from '../readings/nerves';
import { compareCodes, type OrderedLine } from '../sessions';
import type { PolicyData } from '../../policy/policy-data';
import { formatDay } from '../../time/days';

/** Whether the session holds a block that should not be done together with this one. */
export const sessionMix = defineFact({
  fields: ['compatible'],
  findings: ['alone', 'with-other-block', 'two-epidural-regions'],
  thresholds: ['stagingDays'],
  words: ['others', 'ownDay'],
  read(context) {
    const { procedure } = context.line;
    const days = context.threshold('stagingDays');
    const ownDay = days === undefined ? undefined : formatDay(context.asOf + days);
    const others = context.group.session.lines.map((line) => line.procedure);
    const unfit = others.filter((other) => procedure.notWith?.includes(other.kind));
    const epidurals = procedure.oneRegionASession
      ? others.filter((other) => other.kind === procedure.kind && other.region !== procedure.region)
      : [];
    const codes = (of: readonly { code: string }[]): string =>
      listed([...new Set(of.map((o) => o.code))].toSorted());
    if (unfit.length > 0)
      return {
        finding: 'with-other-block',
        fields: { compatible: false },
        words: { others: codes(unfit), ownDay },
      };
    if (epidurals.length > 0)
      return {
        finding: 'two-epidural-regions',
        fields: { compatible: false },
        words: { others: codes(epidurals), ownDay },
      };
    return { finding: 'alone', fields: { compatible: true } };
  },
});

/** Whether the guidance that is ordered fits a code that includes fluoroscopy or CT. */
export const guidance = defineFact({
  fields: ['fits', 'ultrasound'],
  findings: ['fits', 'ultrasound', 'billed-separately', 'unguided'],
  words: ['code', 'companion', 'guidedCode'],
  read(context) {
    const { procedure, order } = context.line;
    const { code, withGuidance } = procedure;
    if (withGuidance !== undefined) {
      return { finding: 'unguided', fields: { fits: false }, words: { code, guidedCode: withGuidance } };
    }
    if (!procedure.imageGuidanceIncluded) return { finding: 'fits', fields: { fits: true } };
    const companions = context.group.session.companions.map((line) => line.companion);
    const ofKind = (...kinds: string[]): string =>
      listed([...new Set(companions.filter((c) => kinds.includes(c.kind)).map((c) => c.code))].toSorted());
    const said = order.guidance;
    const ultrasoundAlone = said.has('ultrasound') && !said.has('fluoroscopy') && !said.has('ct');
    const ultrasoundCode = ofKind('ultrasound');
    const words = { code: procedure.code, companion: ultrasoundCode };
    if (ultrasoundAlone || ultrasoundCode !== '')
      return { finding: 'ultrasound', fields: { fits: false, ultrasound: true }, words };
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

/** Whether a block on both sides is also on the side of the other. */
function doSidesMeet(a: OrderedLine, b: OrderedLine): boolean {
  return a.order.side === 'both' || b.order.side === 'both';
}

/** Whether two orders name the same nerves, by the same words. */
function isSameSite(a: OrderedLine, b: OrderedLine, context: LineContext): boolean {
  const said = ({ order }: OrderedLine): string =>
    nervesIn(order.words, context)
      .map((nerve) => nerve.said)
      .toSorted()
      .join();
  return said(a) !== '' && said(a) === said(b);
}

/** The code for the level after the one that the code is for. */
export function nextCode(code: string, policyData: PolicyData): string | undefined {
  return [...policyData.procedures.values()].find(({ addOnTo }) => addOnTo?.includes(code))?.code;
}

/** Whether a code that is meant once a side is ordered again for the same side. */
export const unitCount = defineFact({
  fields: ['once'],
  findings: ['once', 'repeated', 'repeated-first'],
  words: ['code', 'addOn'],
  read(context) {
    const { line, group, policyData } = context;
    const { code, once } = line.procedure;
    if (!once) return { finding: 'once', fields: { once: true } };
    const same = group.session.lines.filter(
      (other) =>
        other.procedure.code === code &&
        other !== line &&
        (once === 'session' || group.lines.includes(other) || doSidesMeet(line, other)) &&
        (once !== 'site' || isSameSite(line, other, context)),
    );
    if (!same.some((other) => isBefore(other, line))) return { finding: 'once', fields: { once: true } };
    // The same level twice is one level; there is no further one to code.
    const isSameLevel = same.some(
      (other) => other.level && line.level && compareLevels(other.level, line.level) === 0,
    );
    const next = isSameLevel ? undefined : nextCode(code, policyData);
    const words = { code, addOn: next ?? '' };
    return { finding: next === undefined ? 'repeated' : 'repeated-first', fields: { once: false }, words };
  },
});

/** Whether the session stays within the number of levels; only the lines beyond it fail. Both sides of a level are one. */
export const levelCount = defineFact({
  fields: ['withinLimit'],
  findings: ['within-limit', 'beyond-limit', 'further-level-code'],
  thresholds: ['maximumLevels'],
  words: ['levels', 'position', 'code'],
  read(context) {
    const limit = context.threshold('maximumLevels') ?? Number.POSITIVE_INFINITY;
    const { line, group } = context;
    const family = group.session.lines.filter((other) => other.procedure.family === group.family);
    // Without a level the n-th line of a code on one side stands for the same level as the n-th on the other.
    const nth = (of: OrderedLine): number =>
      family
        .filter((o) => o.procedure.code === of.procedure.code && o.order.side === of.order.side)
        .indexOf(of);
    const key = (of: OrderedLine): string =>
      of.level ? levelName(of.level) : `${of.procedure.code}#${nth(of)}`;
    const ordered = group.session.lines
      .filter(
        (other) =>
          other.procedure.family === group.family && other.procedure.region === line.procedure.region,
      )
      .toSorted((a, b) => compareCodes(a, b) || (isBefore(a, b) ? -1 : 1));
    const keys = (of: OrderedLine): string[] => [key(of), ...(of.severalLevels ?? []).map(levelName)];
    const levels = [...new Set(ordered.flatMap(keys))];
    const position = Math.max(...keys(line).map((name) => levels.indexOf(name))) + 1;
    const { code, fromLevel = 1 } = line.procedure;
    const words = { levels: levels.length, position, code };
    if (position > limit) return { finding: 'beyond-limit', fields: { withinLimit: false }, words };
    const isWithin = fromLevel <= limit;
    const finding = isWithin ? 'within-limit' : 'further-level-code';
    return { finding, fields: { withinLimit: isWithin }, words };
  },
});
