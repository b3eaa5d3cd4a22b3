import { z } from 'zod';
import { id, isoDate, procedureCode, sentence } from './schema';

/** The shapes of a policy folder's files. */
const criterionId = z.string().regex(/^[A-Z]{2,4}-[A-Z0-9]+$/u, 'must look like TF-CC');
const perProfile = <T extends z.ZodType>(value: T) => z.record(id, value);
const sameOrPerProfile = <T extends z.ZodType>(value: T) => z.union([value, perProfile(value)]);

/** From the one that decides most to the one that decides nothing. */
export const SEVERITIES = ['contraindication', 'hard', 'coding', 'documentation', 'caution'] as const;
export type Severity = (typeof SEVERITIES)[number];

const procedureSchema = z.strictObject({
  code: procedureCode,
  kind: id,
  label: sentence,
  region: z.enum(['cervical-thoracic', 'lumbar-sacral']).optional(),
  /** The code for the same procedure in the other region of the spine. */
  otherRegion: procedureCode.optional(),
  addOnTo: z.array(procedureCode).optional(),
  /** Ordered at most once for a side, for a nerve of a side, or for the session. */
  once: z.enum(['side', 'site', 'session']).optional(),
  /** False for a code that has no side. */
  sided: z.boolean().default(true),
  /** False for a code that modifier 50 does not go with. */
  bilateralModifier: z.boolean().default(true),
  /** The lowest level a session may count it as; such a code may name several levels. */
  fromLevel: z.number().int().optional(),
  /** Levels are joints; a nerve named beside one is no level of its own. */
  countsJoints: z.boolean().optional(),
  /** Kinds of procedure that should not be done in the same session. */
  notWith: z.array(id).optional(),
  oneRegionASession: z.boolean().optional(),
  imageGuidanceIncluded: z.boolean().optional(),
  /** The code that includes image guidance, for a code that does without. */
  withGuidance: procedureCode.optional(),
  /** Where bleeding is a low risk: anywhere, or only at levels of these regions. */
  lowBleedingRisk: z
    .union([z.literal('anywhere'), z.array(z.enum(['cervical', 'thoracic', 'lumbar']))])
    .optional(),
  /** How many muscles the code is for, and the code for other numbers. */
  muscles: z
    .strictObject({ from: z.number().int(), to: z.number().int().optional(), otherwise: procedureCode })
    .refine(({ from, to }) => to === undefined || to >= from, 'must not end before it begins')
    .optional(),
});

const version = z.string().regex(/^\d+\.\d+\.\d+$/u, 'must be three numbers such as 0.1.0');

/** A number, and the day from which it applies. */
const dated = z.strictObject({
  value: z.union([z.number().min(0, 'must not be negative'), z.boolean(), z.null()]),
  from: isoDate,
  sources: z.array(id).min(1),
});

/** The unit of what either holds or does not. */
const YES_OR_NO = 'yes or no';

export const parametersSchema = z.record(
  z.string().regex(/^[a-z][A-Za-z0-9]*$/u),
  z
    .strictObject({
      description: sentence,
      unit: sentence,
      values: perProfile(
        dated.extend({
          /** What it was before, the latest first; an order is judged by the value of its day. */
          earlier: z.array(dated).min(1).optional(),
        }),
      ),
    })
    .superRefine(({ unit, values }, context) => {
      const wanted = unit === YES_OR_NO ? 'boolean' : 'number';
      for (const [profile, value] of Object.entries(values)) {
        const isStrange = [value, ...(value.earlier ?? [])].some(
          (one) => one.value !== null && typeof one.value !== wanted,
        );
        const message = `must be ${wanted === 'boolean' ? 'true or false' : 'a number'}, or null for none`;
        if (isStrange) context.addIssue({ code: 'custom', message, path: ['values', profile, 'value'] });
      }
    }),
);

/** The statuses that a vignette shows; what a criterion cannot be is listed with the reason. */
const statusReasons = z
  .partialRecord(z.enum(['met', 'not-met', 'not-documented', 'not-assessed', 'not-applicable']), sentence)
  .optional();

export const criterionSchema = z.strictObject({
  id: criterionId,
  title: sentence,
  severity: sameOrPerProfile(z.enum([...SEVERITIES, 'none'])),
  severityWhen: z.record(z.string(), sameOrPerProfile(z.enum(SEVERITIES))).optional(),
  /** Another severity for lines of which a condition holds. */
  severityIf: z.strictObject({ when: sentence, severity: z.enum(SEVERITIES) }).optional(),
  applies: sameOrPerProfile(sentence).optional(),
  met: sameOrPerProfile(sentence),
  required: sameOrPerProfile(sentence),
  todo: sameOrPerProfile(sentence).optional(),
  gap: sameOrPerProfile(sentence).optional(),
  quietWhenMet: z.boolean().default(false),
  /** Present, it makes the card critical and opens its summary. */
  redFlag: z.boolean().default(false),
  remedy: sameOrPerProfile(z.union([sentence, z.array(sentence)])).optional(),
  cannotBe: statusReasons,
  sources: sameOrPerProfile(z.array(id).min(1)),
});
export type CriterionSource = z.infer<typeof criterionSchema>;

/** What another source says beside the policy's criteria; with an id it is listed as a caution. */
const otherViewSchema = z.strictObject({
  id: criterionId.optional(),
  title: sentence.optional(),
  applies: sentence.optional(),
  /** null: says nothing in this profile, whatever it is based on. */
  says: perProfile(sentence.nullable()),
  sources: z.array(id).min(1),
});
export type OtherViewSource = z.infer<typeof otherViewSchema>;

export const sharedSchema = z.strictObject({
  parameters: parametersSchema.default({}),
  criteria: z.array(criterionSchema).default([]),
});

/** A shared criterion by its id, or with what this policy has otherwise. */
const includeSchema = z.union([
  criterionId,
  criterionSchema.partial().omit({ title: true }).required({ id: true }).extend({
    quietWhenMet: z.boolean().optional(),
    redFlag: z.boolean().optional(),
  }),
]);
export type IncludeSource = z.infer<typeof includeSchema>;

/** What orders are judged by; an earlier version has what was otherwise then. */
const rules = {
  diagnoses: z.strictObject({
    /** What a sentence calls them: "a radicular diagnosis". */
    called: sameOrPerProfile(sentence),
    supported: sameOrPerProfile(z.array(id).min(1)),
    /** Supported as well when the order names the nerve (coding-rules.yaml). */
    supportedForNerve: z
      .array(z.strictObject({ nerves: z.array(sentence).min(1), supported: z.array(id).min(1) }))
      .default([]),
    excluded: sameOrPerProfile(z.array(id)),
    /** Neither supporting nor excluding, where all else that the order states excludes. */
    open: sameOrPerProfile(z.array(id)).optional(),
  }),
  includes: z.array(includeSchema),
  criteria: z.array(criterionSchema),
  otherViews: z.array(otherViewSchema),
};

export const policySchema = z.strictObject({
  id,
  version,
  /** The day from which this version judges. */
  from: isoDate,
  /** The versions before it, the latest first, each with what was otherwise then; numbers keep their own past. */
  earlier: z
    .array(z.strictObject({ version, from: isoDate, ...z.strictObject(rules).partial().shape }))
    .default([]),
  title: sentence,
  short: sentence,
  approvedBy: z.array(sentence),
  procedures: z.array(procedureSchema).min(1),
  ...rules,
  criteria: rules.criteria.default([]),
  otherViews: rules.otherViews.default([]),
});
export type ProcedureSource = z.infer<typeof procedureSchema>;
