import { blockDaysAt, sidesOfLine } from '../readings/blocks-at-place';
import { defineFact, type LineContext } from './fact';

export const FACET_BLOCK = 'facet-block';

/** How many days with an earlier facet block the line's level and side surely, and at most, have. */
export function earlierBlockDays(context: LineContext): {
  surely: number;
  atMost: number;
  unread: readonly string[];
} {
  const each = sidesOfLine(context).map((side) => blockDaysAt(context, FACET_BLOCK, side));
  const atMost = ({ days, unreadBlocks }: (typeof each)[number]): number =>
    unreadBlocks.length > 0 ? Number.POSITIVE_INFINITY : days.length;
  return {
    surely: Math.min(...each.map(({ days }) => days.filter(({ isSure }) => isSure).length)),
    atMost: Math.max(...each.map(atMost)),
    unread: [...new Set(each.flatMap(({ unreadBlocks }) => unreadBlocks))],
  };
}

/** What the words of the order say, else KX for diagnostic; undefined when only the history can tell. */
function statedPurpose({ line: { order } }: LineContext): 'diagnostic' | 'therapeutic' | undefined {
  const isDiagnostic = order.purposes.has('diagnostic');
  const isTherapeutic = order.purposes.has('therapeutic');
  if (isDiagnostic !== isTherapeutic) return isDiagnostic ? 'diagnostic' : 'therapeutic';
  return order.modifiers.has('KX') ? 'diagnostic' : undefined;
}

/** What a facet procedure is for; undefined when the history leaves it open. */
export function purposeOf(context: LineContext): 'diagnostic' | 'therapeutic' | 'ablation' | undefined {
  if (context.line.procedure.kind !== FACET_BLOCK) return 'ablation';
  const stated = statedPurpose(context);
  if (stated) return stated;
  const diagnosticBlocks = context.threshold('diagnosticBlocks') ?? 0;
  const { surely, atMost } = earlierBlockDays(context);
  if (surely >= diagnosticBlocks) return 'therapeutic';
  return atMost < diagnosticBlocks ? 'diagnostic' : undefined;
}

/**
 * What a facet block is for: by its words, else diagnostic with KX, else by the earlier blocks at its own level and
 * side; a diagnostic one is repeated when there was one before.
 */
export const facetPurpose = defineFact({
  fields: ['diagnostic', 'repeated', 'therapeutic', 'marked'],
  findings: ['first-diagnostic', 'repeated-diagnostic', 'therapeutic', 'open'],
  thresholds: ['diagnosticBlocks'],
  words: ['code'],
  read(context) {
    const purpose = purposeOf(context);
    const { surely, atMost, unread } = earlierBlockDays(context);
    const marked = context.line.order.modifiers.has('KX');
    const words = { code: context.line.procedure.code };
    const hadOne = surely > 0 || (atMost > 0 ? undefined : false);
    if (purpose === undefined) return { finding: 'open', fields: { marked }, words, unread };
    if (purpose !== 'diagnostic') {
      const fields = { diagnostic: false, repeated: false, therapeutic: true, marked };
      return { finding: 'therapeutic', fields, words };
    }
    return {
      finding: hadOne ? 'repeated-diagnostic' : 'first-diagnostic',
      fields: { diagnostic: true, repeated: hadOne, therapeutic: false, marked },
      words,
      unread: hadOne === undefined ? unread : [],
    };
  },
});
