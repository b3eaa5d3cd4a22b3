import type { Evidence } from '../gather/facts/fact';
import type { Json } from '../fhir/read';
import { formatDay } from '../time/days';
import type { ToldResult } from './assessment-extension';
import type { SuggestionContext } from './remedies';
import { isClear, orderName } from './summary';
import { aboutOf, fill, firstFew } from './wording';

/** So many records are named behind a criterion before the rest is counted. */
const MOST_RECORDS = 8;

/** The letter as plain text: what is ordered, and what the record shows for each criterion. */
function letterText({ assessment, speaker }: SuggestionContext, told: readonly ToldResult[]): string {
  const { packet } = speaker.policyData.wording;
  const { policy, profile, group } = assessment;
  const isOf = (status: string, ...severities: readonly string[]) =>
    told.filter(
      ({ result }) =>
        result.status === status &&
        severities.includes(result.severity) &&
        !isClear(result) &&
        !result.criterion.quietWhenMet,
    );
  const recordsOf = (evidence: readonly Evidence[]): string => {
    if (evidence.length === 0) return '';
    const names = evidence.map(({ reference, date }) => [reference, date].filter(Boolean).join(', '));
    const records = firstFew([...new Set(names)], MOST_RECORDS, speaker).join('; ');
    return fill(packet.records, { records });
  };
  const safe = told.flatMap(({ result }) => (isClear(result) ? [result] : []));
  const cautions = isOf('not-met', 'caution');
  return [
    fill(packet.opening, {
      order: orderName(assessment, speaker),
      date: formatDay(group.session.evaluatedOn),
      policy: policy.title,
      version: policy.version,
      profile: profile.title,
    }),
    ...isOf('met', 'hard', 'documentation', 'contraindication').map(({ result, found, evidence }) =>
      fill(packet.criterion, { title: result.criterion.title, found, records: recordsOf(evidence) }),
    ),
    ...(safe.length > 0 ? [fill(packet.safety, { what: aboutOf(safe, speaker) })] : []),
    ...(cautions.length > 0 ? [packet.considered] : []),
    ...cautions.map(({ result, found }) => fill(packet.caution, { what: aboutOf([result], speaker), found })),
    packet.closing,
  ].join('\n');
}

/** The letter as a preliminary document of the patient; nothing of it stays with this service. */
export function letterFor(context: SuggestionContext, told: readonly ToldResult[]): Json {
  const { title } = context.speaker.policyData.wording.packet;
  return {
    resourceType: 'DocumentReference',
    status: 'current',
    docStatus: 'preliminary',
    type: { text: title },
    subject: { reference: `Patient/${context.patientId}` },
    content: [
      {
        attachment: {
          contentType: 'text/plain; charset=utf-8',
          title,
          data: Buffer.from(letterText(context, told), 'utf8').toString('base64'),
        },
      },
    ],
  };
}
