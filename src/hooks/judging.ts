import type { HookDependencies } from './answer';
import { answerCall, type Call, type Outcome } from './invocation';

/** Answers hook calls, wherever that is done. */
export interface Judging {
  /** The body may not be used afterwards. Whoever is `gone` gets nothing. */
  answer(body: Buffer, call: Call, gone: AbortSignal): Promise<Outcome>;
}

/** Judges where the call came in. */
export function judgingHere(dependencies: HookDependencies): Judging {
  return { answer: (body, call, gone) => answerCall(body, call, dependencies, gone) };
}
