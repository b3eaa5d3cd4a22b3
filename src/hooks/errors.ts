import type { ErrorRequestHandler } from 'express';
import type { Logger } from 'pino';
import { errorFields, logWith } from '../operations/log';
import { Problem, problem } from '../problem';

/** What the body parser refuses, by its own names; its messages quote the body and are never passed on. */
const BODY_PROBLEMS = new Map<string, () => Problem>(
  Object.entries({
    'entity.too.large': () => problem(413, 'too-long', 'The body is too large.'),
    'encoding.unsupported': () => problem(415, 'not-supported', 'The content encoding is not supported.'),
    'charset.unsupported': () =>
      problem(415, 'not-supported', 'The character set is not supported; send UTF-8.'),
    'request.aborted': () => problem(400, 'incomplete', 'The body ended early.'),
    'request.size.invalid': () => problem(400, 'incomplete', 'The body is not as long as announced.'),
  }),
);

function problemOf(error: unknown): Problem | undefined {
  if (error instanceof Problem) return error;
  if (typeof error !== 'object' || error === null) return undefined;
  if ('type' in error && typeof error.type === 'string') {
    const known = BODY_PROBLEMS.get(error.type);
    if (known) return known();
  }
  // Anything else that Express or the parser blames on the request, such as a malformed URL or a broken gzip stream.
  const isRequestFault =
    'status' in error && typeof error.status === 'number' && error.status >= 400 && error.status < 500;
  return isRequestFault ? problem(400, 'structure', 'The request cannot be read.') : undefined;
}

/** Answers every error as an OperationOutcome; a bug is logged by its kind and place, and tells the caller nothing. */
export function errorHandler(logger: Logger): ErrorRequestHandler {
  return (error: unknown, _request, response, next) => {
    if (response.headersSent) {
      next(error);
      return;
    }
    const known = problemOf(error);
    if (!known) logger.error(errorFields(error), 'request failed');
    const code = known?.issues[0]?.code;
    if (code !== undefined) logWith(response, { refusal: code });
    const answer = known ?? problem(500, 'exception', 'The service could not answer this request.');
    response.status(answer.status).set(answer.headers).json(answer.toOutcome());
  };
}
