import { SNOMED_OF_SIDE } from '../anatomy/side';
import { codingsOf, objects, text, type Json } from '../fhir/read';
import { CODE_SYSTEMS } from '../policy/code-systems';

const { cpt: CPT, hcpcs: HCPCS, icd10cm: ICD10CM, snomed: SNOMED } = CODE_SYSTEMS;

/** Sides as SNOMED CT codes them. */
export const SIDES = [
  { code: SNOMED_OF_SIDE.left, word: 'left', display: 'Left' },
  { code: SNOMED_OF_SIDE.right, word: 'right', display: 'Right' },
  { code: SNOMED_OF_SIDE.both, word: 'both', display: 'Right and left' },
] as const;

export const MODIFIERS = ['KX', '50', 'LT', 'RT'] as const;

/** An order as the form shows it; every member is what stands in the field. */
export interface OrderFields {
  readonly codes: string;
  /** A side's word, or nothing. */
  readonly side: string;
  readonly site: string;
  readonly reasonCodes: string;
  readonly reason: string;
  readonly modifiers: readonly string[];
  /** Level, guidance and purpose in words. */
  readonly note: string;
  readonly date: string;
}

function codesIn(value: unknown, systems: readonly string[]): string[] {
  return codingsOf(value).flatMap(({ system, code }) => (systems.includes(system) ? [code] : []));
}

function textIn(value: unknown): string {
  return objects(value)
    .flatMap((part) => text(part['text']) ?? [])
    .join('; ');
}

/** Reads an order for the form. */
export function fieldsOf(order: Json): OrderFields {
  const sides = codesIn(order['bodySite'], [SNOMED]);
  return {
    codes: codesIn(order['code'], [CPT]).join(', '),
    side: SIDES.find(({ code }) => sides.includes(code))?.word ?? '',
    site: textIn(order['bodySite']),
    reasonCodes: codesIn(order['reasonCode'], [ICD10CM]).join(', '),
    reason: textIn(order['reasonCode']),
    modifiers: MODIFIERS.filter((m) => codesIn(order['orderDetail'], [HCPCS, CPT]).includes(m)),
    note: textIn(order['note']),
    date: (text(order['occurrenceDateTime']) ?? '').slice(0, 10),
  };
}

function listed(value: string): string[] {
  return value.split(/[\s,;]+/u).filter(Boolean);
}

/** The codings of the codes; those that the order has already keep what they say. */
function codingsFor(value: string, system: string, present: unknown): Json[] {
  const known = objects(present).flatMap((concept) => objects(concept['coding']));
  return listed(value).map((code) => known.find((coding) => coding['code'] === code) ?? { system, code });
}

/** Words that say only the side follow it when it is changed. */
function siteWords(site: string, side: string): string {
  const onlySide = site === '' || SIDES.some(({ display }) => display === site);
  return onlySide ? (SIDES.find(({ word }) => word === side)?.display ?? '') : site;
}

function bodySiteOf({ side, site }: OrderFields, order: Json): Json[] | undefined {
  const others = objects(order['bodySite'])
    .flatMap((concept) => objects(concept['coding']))
    .filter(({ code }) => !SIDES.some((known) => known.code === code));
  const chosen = SIDES.find(({ word }) => word === side);
  const coding = [
    ...(chosen ? [{ system: SNOMED, code: chosen.code, display: chosen.display }] : []),
    ...others,
  ];
  const words = siteWords(site, side);
  if (coding.length === 0 && words === '') return undefined;
  return [{ ...(coding.length > 0 && { coding }), ...(words !== '' && { text: words }) }];
}

/** What `orderDetail` says beside the modifiers, and the modifiers. */
function orderDetailOf({ modifiers }: OrderFields, order: Json): Json[] | undefined {
  const others = objects(order['orderDetail']).filter(
    (detail) => !codesIn(detail, [HCPCS, CPT]).some(isModifier),
  );
  const chosen = modifiers.map((code) => ({ coding: [{ system: code === '50' ? CPT : HCPCS, code }] }));
  return [...others, ...chosen].length > 0 ? [...others, ...chosen] : undefined;
}

function isModifier(code: string): boolean {
  return MODIFIERS.some((known) => known === code);
}

function conceptOf(coding: readonly Json[], words: string): Json | undefined {
  if (coding.length === 0 && words === '') return undefined;
  return { ...(coding.length > 0 && { coding }), ...(words !== '' && { text: words }) };
}

/** Element by element what a changed field writes. */
function writtenBy(changed: Partial<OrderFields>, fields: OrderFields, order: Json): Json {
  const touches = (...names: (keyof OrderFields)[]): boolean => names.some((name) => name in changed);
  const reason = conceptOf(codingsFor(fields.reasonCodes, ICD10CM, order['reasonCode']), fields.reason);
  return {
    ...(touches('codes') && { code: { coding: codingsFor(fields.codes, CPT, order['code']) } }),
    ...(touches('side', 'site') && { bodySite: bodySiteOf(fields, order) }),
    ...(touches('reasonCodes', 'reason') && { reasonCode: reason && [reason] }),
    ...(touches('modifiers') && { orderDetail: orderDetailOf(fields, order) }),
    ...(touches('note') && { note: fields.note === '' ? undefined : [{ text: fields.note }] }),
    ...(touches('date') && { occurrenceDateTime: fields.date === '' ? undefined : fields.date }),
  };
}

/** The order with the changed fields written into it; everything else stays as it is. */
export function withFields(order: Json, changed: Partial<OrderFields>): Json {
  const written = writtenBy(changed, { ...fieldsOf(order), ...changed }, order);
  const merged = { ...order, ...written };
  return Object.fromEntries(Object.entries(merged).filter(([, value]) => value !== undefined));
}

/** A draft order with nothing but a code and the day of the other orders. */
export function newOrder(patientId: string, code: string, date: string): Json {
  return {
    resourceType: 'ServiceRequest',
    status: 'draft',
    intent: 'order',
    subject: { reference: `Patient/${patientId}` },
    code: { coding: [{ system: CPT, code }] },
    ...(date !== '' && { occurrenceDateTime: date }),
  };
}
