import { z } from 'zod';
import { DETERMINATIONS } from './schema';

const json = z.record(z.string(), z.unknown());
const changes = {
  /** `Type/id` (without the chart's own prefix in the id) of resources to leave out. */
  without: z.array(z.string()).default([]),
  /** Members to replace, by `Type/id`; null takes a member away. */
  change: z.record(z.string(), json).default({}),
  /** Whole resources to add. */
  with: z.array(json).default([]),
};
const expectation = z.strictObject({
  determination: z.enum(DETERMINATIONS).optional(),
  /** By procedure code. */
  lines: z.record(z.string(), z.enum(DETERMINATIONS)).optional(),
  /** By criterion id; `TF-RESP 64480` for one line. */
  criteria: z.record(z.string(), z.string()).optional(),
  /** The status of a refusal, in place of cards. */
  refused: z.number().int().optional(),
});
/** Vignettes, and the scenarios of the demo, say what is different from a whole chart in `fhir-fixtures/patients`. */
export const vignetteSchema = z.strictObject({
  name: z.string().min(1),
  source: z.string().optional(),
  chart: z.string().min(1),
  /** The source document whose own request this is: what it answers, line by line, and why we differ if we do. */
  document: z
    .strictObject({
      id: z.string(),
      says: z.record(z.string(), z.enum(DETERMINATIONS)),
      differs: z.string().optional(),
    })
    .optional(),
  ...changes,
  notSent: z.array(z.string()).default([]),
  orders: z.strictObject(changes).default({ without: [], change: {}, with: [] }),
  expect: z.record(z.string(), expectation),
});

/** A file holds one vignette or a list of them. */
export const vignettesSchema = z.preprocess(
  (data) => (Array.isArray(data) ? (data as unknown[]) : [data]),
  z.array(vignetteSchema),
);
