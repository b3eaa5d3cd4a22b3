import {
  allWordsOf,
  codingsOf,
  concepts,
  containedIn,
  isObject,
  number,
  objects,
  period,
  referenceOf,
  text,
  type Json,
} from '../fhir/read';
import type { CoverageRule, Profile } from '../policy/policy-data';
import type { Day } from '../time/days';
import { ownerOf } from './usable-resource';

function isInForce(coverage: Json, patientId: string, asOf: Day): boolean {
  const { start, end } = period(coverage['period']);
  const isReadable =
    !isObject(coverage['period']) || coverage['period']['end'] === undefined || end !== undefined;
  return (
    coverage['resourceType'] === 'Coverage' &&
    coverage['status'] === 'active' &&
    ownerOf(coverage, patientId) === 'patient' &&
    isReadable &&
    (start === undefined || start.earliest <= asOf) &&
    (end === undefined || end.latest >= asOf)
  );
}

/** Who pays: the references themselves, and the Organizations they point at. */
function payorsOf(coverage: Json, organizations: ReadonlyMap<string, Json>): Json[] {
  return objects(coverage['payor']).flatMap((payor) => {
    const organization = containedIn(coverage, payor) ?? organizations.get(referenceOf(payor) ?? '');
    return organization ? [payor, organization] : [payor];
  });
}

function organizationsIn(all: readonly Json[]): Map<string, Json> {
  return new Map(
    all.flatMap((resource) =>
      resource['resourceType'] === 'Organization' ? [[`Organization/${text(resource['id'])}`, resource]] : [],
    ),
  );
}

/** Whether a coverage in force on the day is paid by somebody of whom nothing is known but a reference. */
export function hasUnknownPayor(all: readonly Json[], patientId: string, asOf: Day): boolean {
  const organizations = organizationsIn(all);
  return all
    .filter((resource) => isInForce(resource, patientId, asOf))
    .flatMap((coverage) => objects(coverage['payor']).map((payor) => ({ coverage, payor })))
    .some(
      ({ coverage, payor }) =>
        text(payor['display']) === undefined &&
        payor['identifier'] === undefined &&
        !containedIn(coverage, payor) &&
        !organizations.has(referenceOf(payor) ?? '') &&
        // Patients and their families pay for themselves.
        !/^(?:Patient|RelatedPerson)\//u.test(referenceOf(payor) ?? ''),
    );
}

/** The names without the agency's own, which holds the name of another program too. */
function withoutAgency(names: string, { agency }: CoverageRule): string {
  return agency ? names.split(agency).join(' ') : names;
}

function matches(coverage: Json, organizations: ReadonlyMap<string, Json>, rule: CoverageRule): boolean {
  const payors = payorsOf(coverage, organizations);
  const identifiers = payors.flatMap((payor) => objects(payor['identifier']));
  const isPayor = identifiers.some((identifier) =>
    rule.payors.some(({ system, value }) => identifier['system'] === system && identifier['value'] === value),
  );
  const isType = codingsOf(coverage['type']).some(({ system, code }) =>
    rule.types.some((type) => type.system === system && code.startsWith(type.prefix)),
  );
  const names = [
    ...payors.flatMap((payor) => [text(payor['display']) ?? '', text(payor['name']) ?? '']),
    ...identifiers.map((identifier) => text(identifier['value']) ?? ''),
    ...concepts(coverage['type']).map(allWordsOf),
    ...objects(coverage['class']).map((held) => text(held['name']) ?? ''),
  ].join('; ');
  const isNamed =
    rule.names?.test(names) === true && rule.notNames?.test(withoutAgency(names, rule)) !== true;
  return isPayor || isType || isNamed;
}

/**
 * The profile that the patient's coverage in force on the day chooses; of several coverages the one that pays first
 * decides, if they say so; the Organizations that pay may stand beside them. Undefined when none chooses.
 */
export function profileOfCoverage(
  all: readonly Json[],
  patientId: string,
  asOf: Day,
  profiles: Iterable<Profile>,
): Profile | undefined {
  const inForce = all.filter((resource) => isInForce(resource, patientId, asOf));
  const orderOf = (coverage: Json): number => number(coverage['order']) ?? Number.POSITIVE_INFINITY;
  const first = inForce.map(orderOf).reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  const deciding = inForce.filter((coverage) => orderOf(coverage) === first);
  const organizations = organizationsIn(all);
  return [...profiles].find(
    ({ coverage: rule }) => rule && deciding.some((coverage) => matches(coverage, organizations, rule)),
  );
}
