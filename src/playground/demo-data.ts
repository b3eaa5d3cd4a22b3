import type { Json } from '../fhir/read';

/** A case as the list names it. */
export interface CaseSummary {
  readonly id: string;
  readonly name: string;
  readonly source?: string;
  readonly patient: string;
  /** The CPT codes that are ordered. */
  readonly codes: readonly string[];
}

/** One record with a date, as the timeline draws it. */
export interface TimelineItem {
  readonly row: string;
  readonly reference: string;
  readonly label: string;
  readonly start: string;
  /** Left out while it goes on. */
  readonly end?: string;
}

/** A whole case: the chart and the orders as they come. */
export interface DemoCase {
  readonly id: string;
  readonly name: string;
  readonly patientId: string;
  readonly chart: readonly Json[];
  readonly orders: readonly Json[];
  /** The prefetch keys that are left out. */
  readonly notSent: readonly string[];
  readonly timeline: readonly TimelineItem[];
}

/**
 * A number of a policy that the timeline draws: a length is asked of what is on the row; a window ends on the day of
 * judging, and only what lies in it counts.
 */
export interface PolicyWindow {
  readonly name: string;
  readonly row: string;
  readonly kind: 'length' | 'window';
  readonly value: number;
  readonly unit: 'days' | 'months';
  readonly label: string;
  readonly description: string;
}

export interface PolicyVocabulary {
  readonly title: string;
  readonly visitGapDays: number;
  /** By profile. */
  readonly windows: Readonly<Record<string, readonly PolicyWindow[]>>;
}

export interface Vocabulary {
  readonly profiles: readonly { readonly id: string; readonly title: string; readonly standsFor: string }[];
  readonly procedures: readonly { readonly code: string; readonly label: string; readonly policy: string }[];
  readonly policies: Readonly<Record<string, PolicyVocabulary>>;
  readonly rows: readonly { readonly id: string; readonly title: string }[];
  /** The resource type that each prefetch key holds. */
  readonly prefetch: Readonly<Record<string, string>>;
  readonly sources: Readonly<Record<string, { readonly title: string; readonly url?: string }>>;
}

async function getJson<Content>(path: string): Promise<Content> {
  const answer = await fetch(path);
  if (!answer.ok) throw new Error(`${path} answered ${answer.status}`);
  return (await answer.json()) as Content;
}

/** Everything that can be chosen. */
export async function loadChoices(): Promise<{
  cases: readonly CaseSummary[];
  vocabulary: Vocabulary;
}> {
  const [cases, vocabulary] = await Promise.all([
    getJson<readonly CaseSummary[]>('/playground/cases'),
    getJson<Vocabulary>('/playground/vocabulary'),
  ]);
  return { cases, vocabulary };
}

/** One case with its chart. */
export function loadCase(id: string): Promise<DemoCase> {
  return getJson(`/playground/cases/${encodeURIComponent(id)}`);
}
