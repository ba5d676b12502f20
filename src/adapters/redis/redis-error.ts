import { DependencyError } from '../../operator-error.js';

/** What the server says where somebody has to change something before it can work. */
const LASTING = ['NOAUTH', 'WRONGPASS', 'NOPERM', 'WRONGTYPE', 'ERR'];

/**
 * Everything that a call to Redis can throw, as one error that names what was attempted. Whether the
 * server did it is not known where no answer came: only what is idempotent may be called again.
 */
export function toRedisError(action: string, error: unknown): DependencyError {
  if (error instanceof DependencyError) return error;
  const said = error instanceof Error ? error.message || error.name : String(error);
  return new DependencyError(`Cannot ${action}: ${said}`, {
    dependency: 'redis',
    retryable: !LASTING.some((word) => said.startsWith(word)),
    cause: error,
  });
}

/** For `.catch`: the server said that there is nothing to be had. */
export function nullWhere(beginning: string): (fault: unknown) => null {
  return (fault) => {
    const said = fault instanceof DependencyError ? fault.cause : null;
    if (said instanceof Error && said.message.startsWith(beginning)) return null;
    throw fault;
  };
}
