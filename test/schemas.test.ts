import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Ajv from 'ajv';
import { parse } from 'yaml';
import { z } from 'zod';
import { vignetteSchema } from '../src/policy/vignette-schema';
import { parametersSchema, policySchema, sharedSchema } from '../src/policy/policy-schema';
import {
  contradictionsSchema,
  profilesSchema,
  requestsSchema,
  selectorsSchema,
  sourcesSchema,
  valueSetSchema,
} from '../src/policy/schema';
import { cardWordingSchema } from '../src/policy/wording-schema';
import { POLICIES } from './support/service-for-test';

const FOLDER = join(POLICIES, 'schema');

/** What editors complete by, from the same schemas by which the loader checks. */
const SCHEMAS = {
  policy: policySchema,
  parameters: parametersSchema,
  shared: sharedSchema,
  vignettes: z.array(vignetteSchema),
  'value-set': valueSetSchema,
  profiles: profilesSchema,
  sources: sourcesSchema,
  contradictions: contradictionsSchema,
  requests: requestsSchema,
  selectors: selectorsSchema,
  cards: cardWordingSchema,
} as const;

function schemaOf(schema: z.ZodType): unknown {
  return z.toJSONSchema(schema, { target: 'draft-7', io: 'input', unrepresentable: 'any' });
}

test.each(Object.entries(SCHEMAS))('%s.schema.json is fresh', (name, schema) => {
  const file = join(FOLDER, `${name}.schema.json`);
  if (process.env['UPDATE_DOCS'] !== undefined) {
    mkdirSync(FOLDER, { recursive: true });
    writeFileSync(file, JSON.stringify(schemaOf(schema), null, 2));
  }
  expect(existsSync(file)).toBe(true);
  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(JSON.parse(JSON.stringify(schemaOf(schema))));
});

test.each([
  ['policy', 'policies/_template/policy.yaml'],
  ['parameters', 'policies/_template/parameters.yaml'],
  ['value-set', 'policies/_template/value-sets/shoulder-diagnoses.yaml'],
  ['vignettes', 'policies/_template/vignettes/care.yaml'],
  ['policy', 'policies/facet-joint/policy.yaml'],
  ['parameters', 'policies/trigger-point/parameters.yaml'],
  ['shared', 'policies/_shared/epidural.yaml'],
  ['profiles', 'profiles.yaml'],
  ['sources', 'sources.yaml'],
  ['contradictions', 'contradictions.yaml'],
  ['requests', 'requests.yaml'],
  ['selectors', 'selectors.yaml'],
  ['cards', 'cards.yaml'],
])('an editor that goes by %s.schema.json accepts %s', (name, file) => {
  const schema = JSON.parse(readFileSync(join(FOLDER, `${name}.schema.json`), 'utf8')) as object;
  const validate = new Ajv({ unknownFormats: 'ignore', format: false }).compile(schema);
  void validate(parse(readFileSync(join(POLICIES, file), 'utf8')));
  expect(validate.errors ?? []).toEqual([]);
});
