import { DependencyError } from '../../operator-error.js';

/** SQLSTATE classes and codes after which the same call may succeed by itself. */
const RETRYABLE_CLASSES = ['08', '53', '57'];
const RETRYABLE_CODES = ['25006', '40001', '40P01', '55P03', '25P03', '58030'];

/** Failures that are no answer of the server at all: the network, the socket, the driver. */
const NETWORK_CODE = /^E[A-Z]+$/;

/**
 * Everything that a call to PostgreSQL can throw, as one error that names what was attempted, what
 * the server said, and whether a retry can help. A missing table or column is named first: for 22
 * hours nobody saw that in the system which this one replaces.
 */
export function toDependencyError(action: string, error: unknown): DependencyError {
  if (error instanceof DependencyError) return error;
  const code = codeOf(error);
  const said = wordsOf(error);
  const words = code === null ? said : `${said} (${code})`;
  return new DependencyError(`Cannot ${action}: ${missingWords(code, said)}${words}`, {
    dependency: 'postgresql',
    retryable: isRetryable(code),
    cause: error,
  });
}

/** The server answered: a table, column or value is missing, of another form, or not this role's. */
export function isOfSchema(fault: unknown): boolean {
  const cause: unknown = fault instanceof DependencyError ? fault.cause : fault;
  return /^(?:22|42)/.test(codeOf(cause) ?? '');
}

export function outOfTime(action: string, deadlineMs: number): DependencyError {
  return new DependencyError(`Cannot ${action}: no answer within ${deadlineMs} ms`, {
    dependency: 'postgresql',
    retryable: true,
  });
}

/** A name that stands for several addresses fails with an error for each. */
function wordsOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(wordsOf).join('; ');
  return error instanceof Error ? error.message || error.name : String(error);
}

function codeOf(error: unknown): string | null {
  return error instanceof Error && 'code' in error && typeof error.code === 'string'
    ? error.code
    : null;
}

function isRetryable(code: string | null): boolean {
  if (code === null || NETWORK_CODE.test(code)) return true;
  return RETRYABLE_CODES.includes(code) || RETRYABLE_CLASSES.includes(code.slice(0, 2));
}

function missingWords(code: string | null, said: string): string {
  const table = /relation "([^"]+)"/.exec(said)?.[1];
  const column = /column "?([\w.]+)"?/.exec(said)?.[1];
  if (code === '42P01') return `table "${table ?? '?'}" is missing: `;
  if (code !== '42703') return '';
  return `column "${column ?? '?'}"${table === undefined ? '' : ` of table "${table}"`} is missing: `;
}
