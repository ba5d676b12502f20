import { EXIT, OperatorError, type ExitCode } from '../../operator-error.js';
import { errnoOf } from '../../operator-error/errno.js';
import { fileAdvice } from './file-fault.js';

export function recordingUnreadable(path: string, cause: unknown): OperatorError {
  const isMissing = errnoOf(cause) === 'ENOENT';
  const { why } = fileAdvice(cause);
  return new OperatorError({
    code: 'CDB-E0530',
    what: `Cannot open the recording "${path}"`,
    why: isMissing ? 'there is no such file' : why,
    todo: isMissing
      ? 'check the path; the dashboard writes such files while it records, and with its key x'
      : 'name a file that this user can read',
    exit: isMissing ? EXIT.NOT_FOUND : EXIT.UNREACHABLE,
    cause,
  });
}

export function noRecording(path: string, why: string, todo?: string): OperatorError {
  return new OperatorError({
    code: 'CDB-E0531',
    what: `Cannot use "${path}" as a recording of the dashboard`,
    why,
    todo: todo ?? 'name a file that the dashboard wrote while it recorded, or with its key x',
    exit: EXIT.USAGE,
  });
}

export function newerRecording(path: string, schema: string): OperatorError {
  return noRecording(
    path,
    `it is of the form ${schema}, which this build does not know`,
    'open it with the cdb that wrote it, or a newer one',
  );
}

export function cannotRecordBoards(path: string, cause: unknown): OperatorError {
  const isThere = errnoOf(cause) === 'EEXIST';
  const { why } = fileAdvice(cause);
  const exit: ExitCode = isThere ? EXIT.CONFLICT : EXIT.UNREACHABLE;
  return new OperatorError({
    code: 'CDB-E0532',
    what: `Cannot record to "${path}"`,
    why: isThere ? 'a file of that name is there, and is never written over' : why,
    todo: 'name a new file in a directory that this user can write',
    ...{ exit, cause },
  });
}
