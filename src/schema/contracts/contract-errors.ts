import { EXIT, OperatorError } from '../../operator-error.js';

export function contractUnreadable(path: string, why: string, cause?: unknown): OperatorError {
  return new OperatorError({
    code: 'CDB-E0440',
    what: `Cannot use the contract "${path}"`,
    why,
    todo: 'correct the file, or write it anew with cdb contracts snapshot',
    exit: EXIT.CONFLICT,
    cause,
  });
}
