import JSONSchemaValidator from '@asymmetrik/fhir-json-schema-validator';
import { Fhir } from 'fhir';
import type { Json } from '../../src/fhir/read';

const fhir = new Fhir();
const schema = new JSONSchemaValidator();

/** What two independent validators have to say about a resource. */
export function faults(resource: Json): string[] {
  const first = fhir.validate(resource, { errorOnUnexpected: true });
  const messages = first.valid
    ? []
    : first.messages.filter((m) => String(m.severity) === 'error').map((m) => `${m.location}: ${m.message}`);
  const second = schema.validate(resource).map((error) => `${error.dataPath ?? ''} ${error.message ?? ''}`);
  return [...messages, ...second];
}
