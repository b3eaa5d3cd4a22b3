import { listed } from '../readings/evidence';
import { nervesIn, otherNerveIn } from '../readings/nerves';
import { defineFact } from './fact';

/** Whether the order names a nerve, and one that has no code of its own. */
export const namedNerve = defineFact({
  fields: ['fits'],
  findings: ['fits', 'own-code', 'none'],
  words: ['nerve', 'code', 'ownCode'],
  read(context) {
    const { order, procedure } = context.line;
    const nerves = nervesIn(order.words, context);
    const own = nerves.find(({ code }) => code !== undefined && code !== procedure.code);
    if (own) {
      const words = { nerve: own.nerve, code: procedure.code, ownCode: own.code ?? '' };
      return { finding: 'own-code', fields: { fits: false }, words };
    }
    const named = nerves.length > 0 ? listed(nerves.map(({ nerve }) => nerve)) : otherNerveIn(order.words);
    if (named !== undefined) return { finding: 'fits', fields: { fits: true }, words: { nerve: named } };
    return { finding: 'none', fields: {} };
  },
});

/** Whether the session stays within the number of sites. */
export const siteCount = defineFact({
  fields: ['withinLimit'],
  findings: ['within-limit', 'beyond-limit'],
  thresholds: ['maximumSites'],
  words: ['count'],
  read(context) {
    const limit = context.threshold('maximumSites') ?? Number.POSITIVE_INFINITY;
    const lines = context.group.session.lines.filter(
      ({ procedure }) => procedure.family === context.group.family,
    );
    const count = lines.reduce((sum, { order }) => sum + (order.side === 'both' ? 2 : 1), 0);
    const isWithin = count <= limit;
    const finding = isWithin ? 'within-limit' : 'beyond-limit';
    return { finding, fields: { withinLimit: isWithin }, words: { count } };
  },
});
