import { z } from 'zod';
import { type CodeSystem, CODE_SYSTEMS } from './code-systems';
import { parseExactDay } from '../time/days';

/** The shapes of the files in `cds-services/`. Types are inferred, so that data and code cannot disagree. */
const sentence = z.string().min(1);
const id = z.string().regex(/^[a-z][a-z0-9-]*$/u, 'must be lower-case words joined by hyphens');
const criterionId = z.string().regex(/^[A-Z]{2,4}-[A-Z0-9]+$/u, 'must look like TF-CC');
const codeText = z.string('must be quoted, codes are strings').min(1);
const isoDate = z
  .string()
  .refine((date) => date.length === 10 && parseExactDay(date) !== undefined, 'must be YYYY-MM-DD');
const perProfile = <T extends z.ZodType>(value: T) => z.record(id, value);
const sameOrPerProfile = <T extends z.ZodType>(value: T) => z.union([value, perProfile(value)]);

export const SEVERITIES = ['hard', 'documentation', 'caution', 'contraindication', 'coding'] as const;
export type Severity = (typeof SEVERITIES)[number];

export const valueSetSchema = z.strictObject({
  id,
  title: sentence,
  note: sentence.optional(),
  concepts: z
    .array(
      z
        .strictObject({
          system: z.enum(Object.keys(CODE_SYSTEMS) as [CodeSystem, ...CodeSystem[]]),
          code: codeText.optional(),
          prefix: codeText.optional(),
          label: sentence,
          region: z
            .enum([
              'cervical',
              'cervicothoracic',
              'thoracic',
              'thoracolumbar',
              'lumbar',
              'lumbosacral',
              'sacral',
            ])
            .optional(),
          side: z.enum(['left', 'right']).optional(),
          scale: sentence.optional(),
          modality: z.enum(['mr', 'ct', 'xr']).optional(),
          level: sentence.optional(),
          kind: sentence.optional(),
          retiredOn: isoDate.optional(),
          successors: z.array(codeText).optional(),
          verified: z.literal(false).optional(),
        })
        .refine(
          (member) => (member.code === undefined) !== (member.prefix === undefined),
          'needs a code or a prefix',
        ),
    )
    .default([]),
  names: z.array(sentence).default([]),
  notNames: z.array(sentence).default([]),
  /** Words beside which a name counts for nothing ("history of sepsis"); codes are not affected. */
  nameExceptions: z.array(sentence).default([]),
  /** Codes below a prefix that do not belong: prefixes. */
  excludes: z.array(codeText).default([]),
  /** Whether a product of two ingredients ("a / b") is no member. */
  singleIngredient: z.boolean().default(false),
});

export const selectorsSchema = z.record(
  z.string(),
  z.strictObject({
    title: sentence,
    from: z.array(z.string()).min(1),
    codes: z.array(id).optional(),
    category: sentence.optional(),
    status: z.array(sentence).optional(),
    where: sentence.optional(),
  }),
);

export const sourcesSchema = z.record(
  id,
  z.strictObject({
    title: sentence,
    url: z.url().optional(),
    dated: sentence.optional(),
    strength: sentence,
    unverified: sentence.optional(),
  }),
);

export const profilesSchema = z.record(
  id,
  z.strictObject({ title: sentence, description: sentence, standsFor: sentence }),
);

export const proceduresSchema = z.strictObject({
  procedures: z.array(
    z.strictObject({
      code: codeText,
      family: id,
      kind: id,
      label: sentence,
      region: z.enum(['cervical-thoracic', 'lumbar-sacral']).optional(),
      otherRegion: codeText.optional(),
      addOnTo: z.array(codeText).optional(),
      oncePerSide: z.boolean().optional(),
      /** Kinds of procedure that should not be done in the same session. */
      notWith: z.array(id).optional(),
      imageGuidanceIncluded: z.boolean().optional(),
      bilateralAsTwoLines: z.boolean().optional(),
    }),
  ),
  companions: z.array(
    z.strictObject({
      code: codeText,
      kind: z.enum(['ultrasound', 'fluoroscopy', 'ct', 'sedation']),
      label: sentence,
    }),
  ),
});

export const codingRulesSchema = z.strictObject({
  excludes1: z.array(z.strictObject({ code: codeText, with: z.array(codeText).min(1) })),
  misnamed: z.array(
    z.strictObject({ code: codeText, saidToBe: sentence, means: sentence, instead: codeText }),
  ),
});

export const findingsSchema = z.record(
  z.string(),
  z.record(
    z.string(),
    z.strictObject({ found: z.string(), todo: sentence.optional(), gap: z.string().optional() }),
  ),
);

export const vocabularySchema = z.record(z.string(), z.array(sentence).min(1));

export const parametersSchema = z.record(
  z.string().regex(/^[a-z][A-Za-z0-9]*$/u),
  z.strictObject({
    description: sentence,
    unit: sentence,
    values: perProfile(
      z.strictObject({
        value: z.union([z.number(), z.boolean(), z.null()]),
        from: isoDate,
        sources: z.array(id).min(1),
      }),
    ),
  }),
);

export const criterionSchema = z.strictObject({
  id: criterionId,
  title: sentence,
  severity: sameOrPerProfile(z.enum([...SEVERITIES, 'none'])),
  severityWhen: z.record(z.string(), sameOrPerProfile(z.enum(SEVERITIES))).optional(),
  applies: sameOrPerProfile(sentence).optional(),
  met: sameOrPerProfile(sentence),
  required: sameOrPerProfile(sentence),
  todo: sameOrPerProfile(sentence).optional(),
  gap: sameOrPerProfile(sentence).optional(),
  quietWhenMet: z.boolean().default(false),
  /** Present, it makes the card critical and opens its summary. */
  redFlag: z.boolean().default(false),
  remedy: sameOrPerProfile(z.union([sentence, z.array(sentence)])).optional(),
  sources: sameOrPerProfile(z.array(id).min(1)),
});
export type CriterionSource = z.infer<typeof criterionSchema>;

export const criteriaSchema = z.strictObject({ criteria: z.array(criterionSchema) });

export const policySchema = z.strictObject({
  id,
  version: z.string().regex(/^\d+\.\d+\.\d+$/u, 'must be three numbers such as 0.1.0'),
  title: sentence,
  short: sentence,
  status: z.enum(['draft', 'active', 'retired']),
  approvedBy: z.array(sentence),
  diagnoses: z.strictObject({
    supported: sameOrPerProfile(z.array(id)),
    excluded: z.array(id),
  }),
  includes: z.array(criterionId),
  criteria: z.array(criterionSchema),
});

export const serviceSchema = z.strictObject({
  id,
  hook: z.literal('order-sign'),
  title: sentence,
  description: sentence,
  usageRequirements: sentence,
  prefetch: z.record(z.string(), sentence),
});

export const cardWordingSchema = z.strictObject({
  sourceLabel: sentence,
  summary: z.record(z.string(), sentence),
  lead: z.record(z.string(), sentence),
  headings: z.record(z.string(), sentence),
  status: z.record(z.string(), sentence),
  records: z.record(z.string(), sentence),
  undated: sentence,
  bothSides: sentence,
  unread: sentence,
  unreadGap: sentence,
  unreadTodo: sentence,
  notAsked: sentence,
  more: sentence,
  lines: sentence,
  footer: sentence,
  notApproved: sentence,
  approved: sentence,
  remedies: z.record(z.string(), z.strictObject({ label: sentence, description: sentence })),
});
export type CardWording = z.infer<typeof cardWordingSchema>;
