import { type Dates, number, isObject, text, type Json } from '../fhir/read';
import { sentChart } from '../gather/chart';
import { buildPatientRecord } from '../gather/patient-record';
import type { Selected } from '../gather/record-entry';
import { drugDates, observedOn, performed } from '../gather/readings/dates-of';
import { nameOf } from '../gather/readings/evidence';
import { datesOfTreatment } from '../gather/readings/treatment-courses';
import type { SelectorName } from '../policy/names';
import type { PolicyData } from '../policy/policy-data';
import { formatDay } from '../time/days';
import type { DemoCase } from './demo-cases';
import { requestFor } from './scenario';

interface RowDefinition {
  readonly id: string;
  readonly title: string;
  readonly from: readonly SelectorName[];
  readonly dates: (entry: Selected) => Dates;
}

function asObserved({ resource }: Selected): Dates {
  const on = observedOn(resource);
  return on ? { start: on, end: on } : {};
}

/** What is drawn on which row: the records that the service's own selectors find. */
export const TIMELINE_ROWS: readonly RowDefinition[] = [
  {
    id: 'care',
    title: 'Conservative care',
    from: [
      'physicalTherapySessions',
      'physicalTherapyEvaluations',
      'homeExercise',
      'homeExerciseByCategory',
      'chiropracticSessions',
      'passiveModalities',
    ],
    dates: datesOfTreatment,
  },
  {
    id: 'drugs',
    title: 'Drug trials',
    from: ['systemicDrugTrials', 'adjuvantTrials', 'preventiveTrials', 'trigeminalTrials'],
    dates: ({ resource }) => drugDates(resource),
  },
  { id: 'scores', title: 'Pain and function', from: ['painScores', 'functionScores'], dates: asObserved },
  {
    id: 'examinations',
    title: 'Examinations',
    from: [
      'straightLegRaises',
      'neurologicExaminations',
      'narrativeExaminations',
      'facetTests',
      'neuralgiaFeatures',
      'triggerPointFindings',
      'faceExaminations',
      'functionalLimitations',
    ],
    dates: asObserved,
  },
  {
    id: 'imaging',
    title: 'Imaging and nerve tests',
    from: ['spineImaging', 'electrodiagnostics', 'headImaging'],
    dates: asObserved,
  },
  {
    id: 'blocks',
    title: 'Earlier blocks',
    from: ['earlierProcedures'],
    dates: ({ resource }) => performed(resource),
  },
  {
    id: 'relief',
    title: 'Relief after a block',
    from: ['painReliefPercents', 'painReliefDurations'],
    dates: asObserved,
  },
];

/** One record with a date, as it is drawn. */
export interface TimelineItem {
  readonly row: string;
  readonly reference: string;
  readonly label: string;
  readonly start: string;
  /** Left out while it goes on. */
  readonly end?: string;
}

function valueOf({ valueQuantity }: Json): string {
  if (!isObject(valueQuantity)) return '';
  const unit = text(valueQuantity['unit']) ?? '';
  return ` ${number(valueQuantity['value']) ?? ''}${unit.startsWith('{') ? '' : ` ${unit}`}`;
}

/** Every dated record of a case that a row is drawn from, once a row. */
export function timelineOf(demoCase: DemoCase, policyData: PolicyData): TimelineItem[] {
  const { patientId } = demoCase;
  const { prefetch } = requestFor({ ...demoCase, notSent: [] }, '');
  const chart = sentChart({ patientId, prefetch }, policyData.discovery.prefetch);
  const record = buildPatientRecord(patientId, chart.evidence);
  return TIMELINE_ROWS.flatMap(({ id, from, dates }) => {
    const found = from.flatMap((name) => record.select(policyData.selector(name)).items);
    const entries = [...new Map(found.map((entry) => [entry.reference, entry])).values()];
    return entries.flatMap((entry): TimelineItem[] => {
      const { start, end } = dates(entry);
      if (!start) return [];
      return [
        {
          row: id,
          reference: entry.reference,
          label: `${nameOf(entry)}${valueOf(entry.resource)}`,
          start: formatDay(start.earliest),
          ...(end && { end: formatDay(end.latest) }),
        },
      ];
    });
  });
}
