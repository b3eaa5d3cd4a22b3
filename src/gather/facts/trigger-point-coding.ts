import { muscleCountIn } from '../order-words';
import { listed } from '../readings/evidence';
import { defineFact } from './fact';

/** Whether the code fits the stated number of muscles, and stands alone in the session. */
export const muscleCount = defineFact({
  fields: ['fits'],
  findings: ['fits', 'other-number', 'two-codes'],
  words: ['code', 'count', 'otherCode', 'codes'],
  read(context) {
    const { order, procedure } = context.line;
    const { muscles, code } = procedure;
    if (!muscles) return { finding: 'fits', fields: { fits: true } };
    const count = muscleCountIn(order.words);
    const codes = listed([code, muscles.otherwise].toSorted());
    const words = { code, count, otherCode: muscles.otherwise, codes };
    const isTwo = context.group.session.lines.some((line) => line.procedure.code === muscles.otherwise);
    if (isTwo) return { finding: 'two-codes', fields: { fits: false }, words };
    if (count === undefined || (count >= muscles.from && count <= (muscles.to ?? count)))
      return { finding: 'fits', fields: { fits: true }, words };
    return { finding: 'other-number', fields: { fits: false }, words };
  },
});

/** No image guidance beside an injection that is done by feel. */
export const injectionGuidance = defineFact({
  fields: ['none'],
  findings: ['code', 'words', 'none'],
  words: ['companion'],
  read(context) {
    const codes = context.group.session.companions
      .filter(({ companion }) => companion.kind !== 'sedation')
      .map(({ companion }) => companion.code);
    if (codes.length > 0) {
      const companion = listed([...new Set(codes)].toSorted());
      return { finding: 'code', fields: { none: false }, words: { companion } };
    }
    if (context.line.order.guidance.size > 0) return { finding: 'words', fields: { none: false } };
    return { finding: 'none', fields: { none: true } };
  },
});
