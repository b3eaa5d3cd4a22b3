import type { CodeSystem as FhirCodeSystem } from 'fhir/r4';
import { CODE_SYSTEMS } from '../policy/code-systems';
import type { PolicyData } from '../policy/policy-data';

/** The codes of this service's own, for evidence that no public code system has a code for. */
export function evidenceCodes({ valueSets }: PolicyData): FhirCodeSystem {
  const displays = new Map(
    [...valueSets.values()]
      .flatMap((set) => [...set.exact.values()])
      .flatMap(({ system, code, label }) =>
        system === 'local' && code !== undefined ? [[code, label]] : [],
      ),
  );
  return {
    resourceType: 'CodeSystem',
    id: 'evidence',
    url: CODE_SYSTEMS.local,
    name: 'NerveBlockEvidence',
    title: 'Evidence for the criteria of the nerve block policies',
    status: 'draft',
    content: 'complete',
    caseSensitive: true,
    concept: [...displays].map(([code, display]) => ({ code, display })),
  };
}
