import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { KEY_OF_TYPE } from '../../src/demo/scenario';
import { searchset } from '../support/mock-fhir-server';
import { FIXTURES } from '../support/service-for-test';
import { CPT, draftOrder, minimalRequest, withContext, type Json } from './support';

const file = join(FIXTURES, 'records', 'brenda-jackson.json');
const { entry } = JSON.parse(readFileSync(file, 'utf8')) as { entry: readonly { resource: Json }[] };

/** A record that nobody here shaped. */
export const OUTSIDE_RECORD = entry.map(({ resource }) => resource);
export const OUTSIDE_PATIENT = String(
  OUTSIDE_RECORD.find(({ resourceType }) => resourceType === 'Patient')?.['id'],
);
/** One code of each kind of block. */
export const OUTSIDE_CODES = ['64483', '64493', '62323', '64405', '64400', '64450', '20553', '64635'];

/** An order for the record's patient, with the record as prefetch. */
export function outsideRequest(code: string) {
  const order = draftOrder({
    code: { coding: [{ system: CPT, code }] },
    subject: { reference: `Patient/${OUTSIDE_PATIENT}` },
    authoredOn: '2023-09-01',
  });
  const prefetch = Object.fromEntries(
    Object.entries(KEY_OF_TYPE).map(([type, key]) => [
      key,
      searchset(OUTSIDE_RECORD.filter(({ resourceType }) => resourceType === type)),
    ]),
  );
  return { ...withContext(minimalRequest(order), { patientId: OUTSIDE_PATIENT }), prefetch };
}
