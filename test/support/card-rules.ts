import { z } from 'zod';

/**
 * What CDS Hooks 2.0.1 lets an answer be, strictly: a member that it does not know fails, and so does a value that is empty.
 * The names in brackets are those of the invariants of its logical models.
 */
const words = z.string().regex(/\S/u);
const coding = z.strictObject({ code: words, system: z.url(), display: words }); // [cds-resp-4]
const resource = z.looseObject({ resourceType: z.string().regex(/^[A-Z]\w+$/u) });

const action = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('create'), description: words, resource }), // [cds-resp-5]
  z.strictObject({
    type: z.literal('update'),
    description: words,
    resource: resource.refine(({ id }) => typeof id === 'string', 'an update names its resource'),
  }),
  // [cds-resp-2]
  z.strictObject({
    type: z.literal('delete'),
    description: words,
    resourceId: z.string().regex(/^[A-Z]\w+\/[\w.-]+$/u),
  }),
]);

const suggestion = z.strictObject({
  label: words,
  uuid: z.uuid(),
  isRecommended: z.literal(true).optional(),
  actions: z.array(action).min(1), // and no actionSelectionBehavior [cds-resp-7]
});

const STATUSES = ['met', 'not-met', 'not-documented', 'not-assessed', 'not-applicable'] as const;
const SEVERITIES = ['hard', 'documentation', 'caution', 'contraindication', 'coding'] as const;
const DETERMINATIONS = [
  'contraindicated',
  'criteria-not-met',
  'coding-issue',
  'documentation-gaps',
  'meets-criteria',
] as const;
const day = z.string().regex(/^\d{4}-\d{2}-\d{2}$/u);

const assessment = z.strictObject({
  profile: words,
  policy: z.strictObject({ id: words, version: z.string().regex(/^\d+\.\d+\.\d+$/u), title: words }),
  evaluatedOn: day,
  determination: z.enum(DETERMINATIONS),
  score: z.strictObject({ met: z.int().min(0), applicable: z.int().min(0) }),
  lines: z.array(z.strictObject({ order: words, code: words, determination: z.enum(DETERMINATIONS) })).min(1),
  criteria: z
    .array(
      z.strictObject({
        id: z.string().regex(/^[A-Z]+-[A-Z0-9]+$/u),
        title: words,
        severity: z.enum(SEVERITIES),
        status: z.enum(STATUSES),
        lines: z.array(words).min(1).optional(),
        required: words.optional(),
        found: words.optional(),
        evidence: z
          .array(
            z.strictObject({
              reference: words,
              date: z
                .string()
                .regex(/^\d{4}(?:-\d{2}(?:-\d{2})?)?$/u)
                .optional(),
              summary: words,
            }),
          )
          .min(1)
          .optional(),
        citations: z.array(words).min(1).optional(),
      }),
    )
    .min(1),
  whatWouldChange: z
    .array(
      z.strictObject({
        order: words,
        code: words,
        steps: z
          .array(
            z.strictObject({
              criterion: words,
              effort: z.enum(['correct', 'state', 'look-up', 'record', 'clarify', 'obtain', 'wait']),
              what: words,
              from: day.optional(),
            }),
          )
          .min(1),
      }),
    )
    .min(1)
    .optional(),
});

const card = z
  .strictObject({
    uuid: z.uuid(),
    summary: words.refine((summary) => summary.length < 140 && !summary.includes('\n'), 'one short sentence'),
    detail: words,
    indicator: z.enum(['info', 'warning', 'critical']),
    source: z.strictObject({ label: words, url: z.url() }),
    suggestions: z.array(suggestion).min(1).max(4).optional(),
    selectionBehavior: z.literal('at-most-one').optional(),
    overrideReasons: z.array(coding).min(1).optional(),
    links: z.array(z.strictObject({ label: words, url: z.url(), type: z.literal('absolute') })).min(1),
    extension: z.strictObject({ 'org.nerve-block-cds.assessment': assessment }),
  })
  .refine(
    ({ suggestions, selectionBehavior }) => (suggestions === undefined) === (selectionBehavior === undefined),
    'selectionBehavior goes with suggestions [cds-resp-6]',
  )
  .refine(
    ({ suggestions = [] }) => suggestions.filter(({ isRecommended }) => isRecommended).length < 2,
    'at most one is recommended [cds-resp-1]',
  )
  .refine(
    ({ suggestions = [] }) => suggestions.slice(1).every(({ isRecommended }) => !isRecommended),
    'the recommended one comes first',
  );

const response = z.strictObject({ cards: z.array(card) });

/** What in an answer CDS Hooks, or the contract of the extension, does not allow. */
export function brokenRules(answer: unknown): string[] {
  const { error } = response.safeParse(answer);
  return error?.issues.map(({ path, message }) => `${path.join('.')}: ${message}`) ?? [];
}
