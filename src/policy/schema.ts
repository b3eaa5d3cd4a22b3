import { z } from 'zod';
import { codeMistake } from './code-shape';
import { type CodeSystem, CODE_SYSTEMS } from './code-systems';
import { parseExactDay } from '../time/days';

/** The shapes of the files in `cds-services/`. Types are inferred, so that data and code cannot disagree. */
export const sentence = z.string().min(1);
export const id = z.string().regex(/^[a-z][a-z0-9-]*$/u, 'must be lower-case words joined by hyphens');
export const codeText = z.string('must be quoted, codes are strings').min(1);
export const procedureCode = codeText.regex(
  /^(?:\d{4}[0-9FTU]|[A-V]\d{4})$/u,
  'must be a code of CPT or HCPCS',
);
export const isoDate = z
  .string()
  .refine((date) => date.length === 10 && parseExactDay(date) !== undefined, 'must be YYYY-MM-DD');

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
        )
        .superRefine(({ system, ...member }, context) => {
          const message = codeMistake(system, member);
          if (message !== undefined)
            context.addIssue({
              code: 'custom',
              message,
              path: [member.code === undefined ? 'prefix' : 'code'],
            });
        }),
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

/** Where sources contradict each other, and how that is read. */
export const contradictionsSchema = z.record(
  z.string().regex(/^C\d{2}$/u, 'must look like C01'),
  z.strictObject({
    conflict: sentence,
    sources: z.array(id).min(1),
    resolution: sentence,
    policies: z.array(id).min(1),
  }),
);

export const profilesSchema = z.record(
  id,
  z.strictObject({
    title: sentence,
    description: sentence,
    standsFor: sentence,
    /** The profile that it is a copy of, but for what is written for itself. */
    basedOn: id.optional(),
    /** The active coverage by which a patient gets this profile. */
    coverage: z
      .strictObject({
        payors: z.array(z.strictObject({ system: sentence, value: sentence })),
        types: z.array(z.strictObject({ system: sentence, prefix: codeText })),
        names: z.array(sentence).min(1),
        notNames: z.array(sentence),
        /** Names of the agency itself, in which the words above do not count against it. */
        agency: z.array(sentence),
      })
      .optional(),
  }),
);

export const companionsSchema = z.array(
  z.strictObject({
    code: procedureCode,
    kind: z.enum(['ultrasound', 'fluoroscopy', 'ct', 'sedation']),
    label: sentence,
  }),
);

export const codingRulesSchema = z.strictObject({
  excludes1: z.array(z.strictObject({ code: codeText, with: z.array(codeText).min(1) })),
  misnamed: z.array(
    z.strictObject({ code: codeText, saidToBe: sentence, means: sentence, instead: codeText }),
  ),
  /** Nerves by the words an order names them with; with the code of their own, if they have one. */
  nerves: z.array(
    z.strictObject({ nerve: sentence, words: z.array(sentence).min(1), code: procedureCode.optional() }),
  ),
});

export const opioidFactorsSchema = z.record(id, z.number().positive('must be above 0'));

/**
 * What can be asked for: a word on the order, a task to record something, or an order by the region that it is for.
 */
export const requestsSchema = z.record(
  id,
  z.strictObject({
    /** The facts that may be missing. */
    for: z.array(z.string()).min(1),
    /** Asked only where one of these was found, whether or not it fails. */
    findings: z.array(z.string()).min(1).optional(),
    /** Asked where one of these was found, too. */
    also: z.array(z.string()).min(1).optional(),
    about: sentence,
    /** Asked only where something of the kind is on file. */
    ofWhatIsThere: z.boolean().default(false),
    /** Whoever orders says it on the order; nothing is to be created. */
    onOrder: z.literal(true).optional(),
    task: sentence.optional(),
    priority: z.enum(['urgent']).optional(),
    /** The value set of everything that is the same when it is ordered. */
    orderedAs: id.optional(),
    order: z
      .array(
        z.strictObject({
          region: z.enum(['cervical', 'thoracic', 'lumbar']).optional(),
          system: z.enum(Object.keys(CODE_SYSTEMS) as [CodeSystem, ...CodeSystem[]]),
          code: codeText,
          label: sentence,
        }),
      )
      .optional(),
  }),
);

export const findingsSchema = z.record(
  z.string(),
  z.record(
    z.string(),
    z.strictObject({ found: z.string(), todo: sentence.optional(), gap: z.string().optional() }),
  ),
);

/** What a condition says, in words, by how it is written. */
export const conditionsSchema = z.record(z.string(), sentence);

export const vocabularySchema = z.record(z.string(), z.array(sentence).min(1));

/** What a line can come to, in order of precedence: the first one that holds for any line heads the card. */
export const DETERMINATIONS = [
  'contraindicated',
  'criteria-not-met',
  'coding-issue',
  'documentation-gaps',
  'meets-criteria',
] as const;
export type Determination = (typeof DETERMINATIONS)[number];

/** The hooks that can be answered. */
export const HOOKS = ['order-sign', 'order-select'] as const;
export type Hook = (typeof HOOKS)[number];

export const discoverySchema = z.strictObject({
  services: z
    .array(z.strictObject({ id, hook: z.enum(HOOKS), title: sentence, description: sentence }))
    .min(1)
    .refine((services) => new Set(services.map((service) => service.id)).size === services.length, {
      error: 'every service has an id of its own',
    }),
  usageRequirements: sentence,
  prefetch: z
    .record(
      z.string(),
      sentence.refine((template) => !template.replaceAll('{{context.patientId}}', '').includes('{{'), {
        error: 'only {{context.patientId}} can be filled in',
      }),
    )
    .refine((templates) => 'coverage' in templates, { error: 'needs the key "coverage"' })
    .refine(
      (templates) => {
        const types = Object.values(templates).map((template) => template.split(/[/?]/u)[0]);
        return new Set(types).size === types.length;
      },
      { error: 'every key is for a resource type of its own' },
    ),
});
