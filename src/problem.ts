import type { OperationOutcome, OperationOutcomeIssue } from 'fhir/r4';

/** A refusal that a caller can act on. Everything else that goes wrong is a bug and answered with 500. */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly status: number;
  readonly issues: readonly OperationOutcomeIssue[];
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    status: number,
    issues: readonly OperationOutcomeIssue[],
    headers: Readonly<Record<string, string>> = {},
  ) {
    super(issues[0]?.diagnostics ?? `status ${status}`);
    this.status = status;
    this.issues = issues;
    this.headers = headers;
  }

  /** The body of the answer (CDS Hooks 3.0 ballot, Returning OperationOutcome). */
  toOutcome(): OperationOutcome {
    return { resourceType: 'OperationOutcome', issue: [...this.issues] };
  }
}

type IssueCode = OperationOutcomeIssue['code'];

/** One issue of an error; `expression` is the path in the request that it is about. */
export function issue(code: IssueCode, diagnostics: string, expression?: string): OperationOutcomeIssue {
  return {
    severity: 'error',
    code,
    diagnostics,
    ...(expression !== undefined && { expression: [expression] }),
  };
}

export function problem(
  status: number,
  code: IssueCode,
  diagnostics: string,
  headers?: Record<string, string>,
): Problem {
  return new Problem(status, [issue(code, diagnostics)], headers);
}

/** Refuses every other method of a known path with 405 and the methods that it has. */
export function notAllowed(allowed: string) {
  return (): never => {
    throw problem(405, 'not-supported', `Only ${allowed} is answered here.`, { Allow: allowed });
  };
}
