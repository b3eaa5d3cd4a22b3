import type { Json } from '../fhir/read';

/** A searchset of the resources of a type; null where there are none. The patient comes alone. */
export function prefetched(type: string, chart: readonly Json[]): Json | null {
  const found = chart.filter(({ resourceType }) => resourceType === type);
  if (type === 'Patient') return found[0] ?? null;
  const entry = found.map((resource) => ({ resource }));
  return entry.length === 0
    ? null
    : { resourceType: 'Bundle', type: 'searchset', total: entry.length, entry };
}

/** What an EHR says of the orders that are signed (CDS Hooks 2.0.1, Calling a CDS Service), without a chart. */
export function orderSignOf(patientId: string, orders: readonly Json[], profile: string) {
  return {
    hook: 'order-sign',
    hookInstance: 'd1577c69-dfbe-44ad-ba6d-3e05e953b2ea',
    context: {
      userId: `Practitioner/${patientId}-clinician`,
      patientId,
      draftOrders: {
        resourceType: 'Bundle',
        type: 'collection',
        entry: orders.map((resource) => ({ resource })),
      },
    },
    extension: { 'org.nerve-block-cds.profile': profile },
  };
}
