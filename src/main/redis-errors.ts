import { EXIT, OperatorError, type DependencyError } from '../operator-error.js';

/** @param where the place that named the URL; @param otherwise what else can be done */
export function redisUnreachable(
  where: string,
  otherwise: string,
  fault: DependencyError,
): OperatorError {
  return new OperatorError({
    code: 'CDB-E0801',
    what: `Cannot reach the Redis of ${where}`,
    why: fault.message,
    todo: `start it, correct its URL, or ${otherwise}`,
    exit: EXIT.UNREACHABLE,
    cause: fault,
  });
}
