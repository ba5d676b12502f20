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

export function sourceUnreadable(path: string, why: string, cause?: unknown): OperatorError {
  return new OperatorError({
    code: 'CDB-E0441',
    what: `Cannot compare the source file "${path}"`,
    why,
    todo: 'name a file of source code that holds an INSERT',
    exit: EXIT.FINDING,
    cause,
  });
}

export function schemaDrifted(where: string, words: readonly string[]): OperatorError {
  const [first = '', ...others] = words;
  const more = others.length === 0 ? '' : `; and ${others.length} more`;
  return new OperatorError({
    code: 'CDB-E0442',
    what: `Cannot run on the database ${where}: it is not as the contracts of this build say`,
    why: `${first}${more}`,
    todo: 'cdb drift',
    exit: EXIT.CONFLICT,
  });
}

export function noSuchContract(table: string, known: readonly string[]): OperatorError {
  return new OperatorError({
    code: 'CDB-E0443',
    what: `There is no contract of a table "${table}"`,
    why: `there are contracts of ${known.join(', ')}`,
    todo: 'cdb contracts list',
    exit: EXIT.NOT_FOUND,
  });
}

export function contractUnwritable(table: string, why: string, cause?: unknown): OperatorError {
  return new OperatorError({
    code: 'CDB-E0444',
    what: `Cannot write the contract of table "${table}"`,
    why,
    todo: 'cdb contracts snapshot with --contracts and a directory that can be written, after cdb migrate status',
    exit: EXIT.CONFLICT,
    cause,
  });
}
