import { EXIT, OperatorError } from '../../operator-error.js';

/** What cannot be served for want of a program: one line per place that was looked at. */
export function binariesMissing(
  required: string,
  looked: readonly string[],
  isConfigured: boolean,
): OperatorError {
  return new OperatorError({
    code: 'CDB-E0401',
    what: `Cannot find PostgreSQL programs: required ${required}, found none that run`,
    why: looked.length === 0 ? 'no place to look at' : looked.join('; '),
    todo: isConfigured
      ? 'correct postgres.binariesDir (the directory of initdb and postgres), or leave it out'
      : 'run "npm ci" without --omit=optional, or install PostgreSQL 15 or newer',
    exit: EXIT.UNREACHABLE,
  });
}

export function noServerUser(why: string, cause?: unknown): OperatorError {
  return new OperatorError({
    code: 'CDB-E0402',
    what: 'Cannot start PostgreSQL as root: it needs an unprivileged user',
    why,
    todo: 'create one ("useradd --system postgres"), or run cdb as an ordinary user',
    exit: EXIT.UNREACHABLE,
    cause,
  });
}

export function versionMismatch(
  dataDir: string,
  madeBy: string,
  looked: readonly string[],
): OperatorError {
  return new OperatorError({
    code: 'CDB-E0403',
    what: `Cannot open the database in "${dataDir}": it was made by PostgreSQL ${madeBy}`,
    why: `only PostgreSQL ${madeBy} can open it, and here are: ${looked.join('; ') || 'none'}`,
    todo:
      `install PostgreSQL ${madeBy} and name its bin directory as the binaries directory; ` +
      'the data are untouched',
    exit: EXIT.CONFLICT,
  });
}

export function placeUnusable(fields: {
  readonly place: string;
  readonly why: string;
  readonly todo: string;
  readonly cause?: unknown;
}): OperatorError {
  return new OperatorError({
    code: 'CDB-E0404',
    what: `Cannot keep the database in "${fields.place}"`,
    why: fields.why,
    todo: fields.todo,
    exit: EXIT.UNREACHABLE,
    cause: fields.cause,
  });
}

export function diskFull(place: string, cause?: unknown): OperatorError {
  return new OperatorError({
    code: 'CDB-E0405',
    what: `Cannot write to "${place}": no space left on the device`,
    why: 'the file system that holds the database is full',
    todo: 'free some space, then start again; nothing that was committed is lost',
    exit: EXIT.UNREACHABLE,
    cause,
  });
}

export function lockHeld(lock: string, holder: string): OperatorError {
  return new OperatorError({
    code: 'CDB-E0406',
    what: 'Cannot start the embedded database: another process has it',
    why: `"${lock}" is held by ${holder}`,
    todo: 'wait until it ends, or stop it ("cdb stop" if it is the engine)',
    exit: EXIT.CONFLICT,
  });
}

export function serverFailed(fields: {
  readonly what: string;
  readonly why: string;
  readonly logFile: string;
  readonly cause?: unknown;
}): OperatorError {
  return new OperatorError({
    code: 'CDB-E0407',
    what: fields.what,
    why: fields.why,
    todo: `read "${fields.logFile}"; the data are untouched`,
    exit: EXIT.UNREACHABLE,
    cause: fields.cause,
  });
}

/** True for the texts and codes by which the system and PostgreSQL say that a disk is full. */
export function saysDiskFull(text: string): boolean {
  return /No space left on device|Check free disk space|ENOSPC|EDQUOT|Disk quota exceeded/.test(
    text,
  );
}

/** The lines of a program's output that say what went wrong, or its last ones. */
export function faultLines(output: string): string {
  const lines = output.trim().split('\n');
  const faults = lines.filter((line) => /FATAL|PANIC|ERROR|error:|could not/.test(line));
  return (faults.length > 0 ? faults : lines).slice(-3).join(' ');
}

/** Turns a failure of the file system at a place into what an operator can act on. */
export function asPlaceError(place: string, error: unknown): Error {
  if (!(error instanceof Error) || !('code' in error) || error instanceof OperatorError) {
    return error instanceof Error ? error : new TypeError(String(error));
  }
  if (saysDiskFull(error.message)) return diskFull(place, error);
  return placeUnusable({
    place,
    why: error.message,
    todo: 'choose a writable place (--state-dir), or repair the rights of this one',
    cause: error,
  });
}
