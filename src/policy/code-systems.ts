/** Code systems by the short names that the policy data uses. */
export const CODE_SYSTEMS = {
  icd10cm: 'http://hl7.org/fhir/sid/icd-10-cm',
  snomed: 'http://snomed.info/sct',
  loinc: 'http://loinc.org',
  cpt: 'http://www.ama-assn.org/go/cpt',
  hcpcs: 'http://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets',
  rxnorm: 'http://www.nlm.nih.gov/research/umls/rxnorm',
  atc: 'http://www.whocc.no/atc',
  medicationStatusReason: 'http://terminology.hl7.org/CodeSystem/medicationrequest-status-reason',
  local: 'https://nerve-block-cds.example/fhir/CodeSystem/evidence',
} as const;

/** What readers call them. */
export const CODE_SYSTEM_TITLES: Readonly<Record<CodeSystem, string>> = {
  icd10cm: 'ICD-10-CM',
  snomed: 'SNOMED CT',
  loinc: 'LOINC',
  cpt: 'CPT',
  hcpcs: 'HCPCS',
  rxnorm: 'RxNorm',
  atc: 'ATC',
  medicationStatusReason: 'Medication Request Status Reason',
  local: 'evidence codes of this service',
};

export type CodeSystem = keyof typeof CODE_SYSTEMS;

const SHORT_NAMES = new Map<string, CodeSystem>(
  (Object.keys(CODE_SYSTEMS) as CodeSystem[]).map((name) => [CODE_SYSTEMS[name], name]),
);

/** The short name of a code system's URI; undefined for systems that no policy uses. */
export function codeSystemOf(uri: string): CodeSystem | undefined {
  return SHORT_NAMES.get(uri);
}

/** One spelling for a code: ICD-10-CM is written with and without its dot, in either case. */
export function normalCode(system: CodeSystem, code: string): string {
  return system === 'icd10cm' ? code.replace('.', '').toUpperCase() : code;
}
