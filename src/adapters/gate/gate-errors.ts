import { EXIT, OperatorError } from '../../operator-error.js';
import { fileAdvice } from '../files/file-fault.js';

export function gateNotUnderstood(file: string, why: string): OperatorError {
  return new OperatorError({
    code: 'CDB-E0606',
    what: `Cannot change the delivery gate "${file}"`,
    why: `${why}; it counts as closed and was left as it is`,
    todo: 'repair the file by hand, or bring it back from git',
    exit: EXIT.CONFIG,
  });
}

export function gateUnusable(file: string, cause: unknown): OperatorError {
  const { why } = fileAdvice(cause);
  return new OperatorError({
    code: 'CDB-E0607',
    what: `Cannot read or write the delivery gate "${file}"`,
    why,
    todo: 'give this user the file and its directory, or name another one (gate.files)',
    exit: EXIT.UNREACHABLE,
    cause,
  });
}

export function gateChangedMeanwhile(file: string, holder: string): OperatorError {
  return new OperatorError({
    code: 'CDB-E0611',
    what: `Cannot change the delivery gate "${file}"`,
    why: `${holder} changes it at the same time; nothing was written`,
    todo: 'look at cdb gate list, then decide again',
    exit: EXIT.CONFLICT,
  });
}

export function gateWouldLose(file: string): OperatorError {
  return new OperatorError({
    code: 'CDB-E0612',
    what: `Cannot open the delivery gate "${file}"`,
    why: 'a comment, a value or an order in it could not be kept; it was left as it is',
    todo: 'write the opening by hand; docs/gate.md has its form',
    exit: EXIT.CONFLICT,
  });
}
