/** Where the canonical URLs of what is exported begin; they name it, nothing is found there. */
export const CANONICAL = 'https://nerve-block-cds.example/fhir';

/** The computable name of an id: `facet-joint` is `FacetJoint`. */
export function computableName(id: string): string {
  return id.replace(/(?:^|-)(\w)/gu, (_dash, letter: string) => letter.toUpperCase());
}
