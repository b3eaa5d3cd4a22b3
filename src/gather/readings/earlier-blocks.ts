import type { Procedure } from '../../policy/policy-data';
import { formatDays, type DayInterval } from '../../time/days';
import type { Evidence, LineContext } from '../facts/fact';
import type { Selected } from '../record-entry';
import { performed } from './dates-of';
import { evidenceOf } from './evidence';

export interface EarlierBlock {
  readonly entry: Selected;
  readonly procedure: Procedure;
}

/** The blocks that were done on one day before the session now ordered. */
export interface EarlierSession {
  readonly blocks: readonly EarlierBlock[];
  /** Undefined when the record does not say when. */
  readonly on?: DayInterval | undefined;
}

function latestOf(session: EarlierSession): number {
  return session.on?.latest ?? Number.NEGATIVE_INFINITY;
}

interface EarlierSessions {
  readonly sessions: readonly EarlierSession[];
  readonly unread: readonly string[];
}

/**
 * Sessions with a block of the ordered code's kind and region, before the evaluation date, latest first; those without a
 * date come last.
 */
export function earlierSessions(context: LineContext): EarlierSessions {
  const { kind, region } = context.line.procedure;
  return context.once(`earlierSessions ${kind} in ${region}`, () =>
    readEarlierSessions(context, (block) => block.kind === kind && block.region === region),
  );
}

/** The same for blocks of a kind in any region. */
export function earlierSessionsOfKind(context: LineContext, kind: string): EarlierSessions {
  return context.once(`earlierSessions ${kind}`, () =>
    readEarlierSessions(context, (block) => block.kind === kind),
  );
}

/** The blocks of a session as evidence. */
export function pointAtSession({ blocks, on }: EarlierSession): Evidence[] {
  return blocks.map(({ entry, procedure }) =>
    evidenceOf(entry, on, `${procedure.label} (${procedure.code})`),
  );
}

function readEarlierSessions(
  context: LineContext,
  counts: (procedure: Procedure) => boolean,
): EarlierSessions {
  const { items, unread } = context.select('earlierProcedures');
  const sessions = new Map<string, EarlierSession>();
  for (const entry of items) {
    const on = performed(entry.resource).start;
    if (on && on.earliest >= context.asOf) continue;
    const codings = entry.concepts.flatMap((concept) => concept.codings);
    const procedure = codings
      .flatMap((coding) => context.policyData.procedures.get(coding.code) ?? [])
      .find(counts);
    if (!procedure) continue;
    const key = on ? formatDays(on) : entry.reference;
    const blocks = [...(sessions.get(key)?.blocks ?? []), { entry, procedure }];
    sessions.set(key, { blocks, ...(on && { on }) });
  }
  return { sessions: [...sessions.values()].toSorted((a, b) => latestOf(b) - latestOf(a)), unread };
}
