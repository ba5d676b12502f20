import { EXIT, OperatorError, type DependencyError } from '../operator-error.js';

/** What a server says to whoever may not come in, or not into the database of the URL. */
const NOT_LET_IN = /\b(?:WRONGPASS|NOAUTH|NOPERM)\b|cannot select database/;

/** @param where the place that named the URL; @param otherwise what else can be done */
export function redisUnreachable(
  where: string,
  otherwise: string,
  fault: DependencyError,
): OperatorError {
  if (NOT_LET_IN.test(fault.message)) {
    return new OperatorError({
      code: 'CDB-E0815',
      what: `The Redis of ${where} lets nobody in with that URL`,
      why: fault.message,
      todo: `correct user, password and database of its URL, or ${otherwise}`,
      exit: EXIT.CONFIG,
      cause: fault,
    });
  }
  return new OperatorError({
    code: 'CDB-E0801',
    what: `Cannot reach the Redis of ${where}`,
    why: fault.message,
    todo: `start it, correct its URL, or ${otherwise}`,
    exit: EXIT.UNREACHABLE,
    cause: fault,
  });
}
