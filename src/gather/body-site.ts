import { joinSides, sideInText, sideOfCodings, type Side } from '../anatomy/side';
import { allWordsOf, type Concept } from '../fhir/read';

/** The side that body sites name, by code or in words; a left and a right site together are both sides. */
export function sideOfSites(sites: readonly Concept[]): Side | undefined {
  return joinSides(
    sites.flatMap((site) => sideOfCodings(site.codings) ?? sideInText(allWordsOf(site)) ?? []),
  );
}
