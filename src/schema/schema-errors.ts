import { EXIT, OperatorError } from '../operator-error.js';

export function migrationsUnreadable(why: string, cause?: unknown): OperatorError {
  return new OperatorError({
    code: 'CDB-E0410',
    what: 'Cannot read the migrations of this build',
    why,
    todo: 'reinstall cdb; its package is damaged',
    exit: EXIT.CONFLICT,
    cause,
  });
}

export function schemaBehind(where: string, pending: readonly string[]): OperatorError {
  return new OperatorError({
    code: 'CDB-E0416',
    what: `Cannot run on the database ${where}: ${pending.length} migrations are pending`,
    why: `an external database is changed by nobody on the side; pending are ${pending.join(', ')}`,
    todo: 'cdb migrate up',
    exit: EXIT.CONFLICT,
  });
}

export function schemaAhead(current: number, needed: number): OperatorError {
  return new OperatorError({
    code: 'CDB-E0412',
    what: `Cannot use the database: its schema is at ${padded(current)}, this build knows ${padded(needed)}`,
    why: 'a newer cdb has migrated it',
    todo: 'run the newer cdb; nothing was changed',
    exit: EXIT.CONFLICT,
  });
}

export function migrationsEdited(names: readonly string[]): OperatorError {
  return new OperatorError({
    code: 'CDB-E0413',
    what: `Cannot trust the schema: ${names.map((name) => `"${name}"`).join(', ')} changed after it was applied`,
    why: 'the checksum in schema_history differs from the file of this build',
    todo: 'run the build that applied it, or restore the file; nothing was changed',
    exit: EXIT.CONFLICT,
  });
}

export function outOfOrder(names: readonly string[], newest: number): OperatorError {
  return new OperatorError({
    code: 'CDB-E0450',
    what: `Cannot migrate: ${names.map((name) => `"${name}"`).join(', ')} came late`,
    why: `${padded(newest)} is applied already, and nobody has tried it in that order`,
    todo: `give it the next free number, or run the build whose history this is; nothing was changed`,
    exit: EXIT.CONFLICT,
  });
}

export function endsTransaction(name: string): OperatorError {
  return new OperatorError({
    code: 'CDB-E0451',
    what: `Cannot apply migration "${name}": it ends its own transaction`,
    why: 'a COMMIT or ROLLBACK inside it leaves a part that no history knows',
    todo: 'take it out of the file; where it was begun, cdb migrate verify says what is there now',
    exit: EXIT.CONFLICT,
  });
}

export function notAllowedAlone(name: string, why: string): OperatorError {
  return new OperatorError({
    code: 'CDB-E0451',
    what: `Cannot apply migration "${name}" without a transaction`,
    why: `${why}; nothing was changed`,
    todo: 'one statement a file, and only what can be found and repaired after a crash (docs/migrate.md)',
    exit: EXIT.CONFLICT,
  });
}

export function aloneFailed(
  name: string,
  { why, isClean }: { readonly why: string; readonly isClean: boolean },
  cause: unknown,
): OperatorError {
  const left = isClean
    ? 'nothing of it is left, earlier ones stay applied'
    : 'what it left is repaired by the next cdb migrate up';
  return new OperatorError({
    code: 'CDB-E0452',
    what: `Cannot apply migration "${name}", which has no transaction`,
    why: `${why}; ${left}`,
    todo: 'remove the cause, then cdb migrate up',
    exit: EXIT.CONFLICT,
    cause,
  });
}

export function commitUnknown(name: string, cause: unknown): OperatorError {
  return new OperatorError({
    code: 'CDB-E0453',
    what: `Cannot tell whether migration "${name}" was committed`,
    why: 'the connection was lost at its COMMIT, and the database could not be asked again',
    todo: 'cdb migrate verify once the database answers',
    exit: EXIT.UNREACHABLE,
    cause,
  });
}

export function planUnreadable(path: string, why: string): OperatorError {
  return new OperatorError({
    code: 'CDB-E0455',
    what: `Cannot use the plan "${path}"`,
    why,
    todo: 'cdb migrate plan --out FILE',
    exit: EXIT.CONFLICT,
  });
}

export function planUnwritable(path: string, why: string, cause: unknown): OperatorError {
  return new OperatorError({
    code: 'CDB-E0468',
    what: `Cannot save the plan as "${path}"`,
    why,
    todo: 'name a file in a directory that is there and can be written, behind --out',
    exit: EXIT.CONFLICT,
    cause,
  });
}

export function planStale(why: string): OperatorError {
  return new OperatorError({
    code: 'CDB-E0456',
    what: 'Cannot apply the plan: it is not true any more',
    why: `${why}; nothing was changed`,
    todo: 'cdb migrate plan --out FILE, and read it again',
    exit: EXIT.CONFLICT,
  });
}

export function noReverse(name: string, isInterrupted: boolean): OperatorError {
  return new OperatorError({
    code: 'CDB-E0457',
    what: `Cannot take back migration "${name}"`,
    why: isInterrupted
      ? 'nobody saw its end; nothing was changed'
      : 'it has no reverse: what it took away or joined could not be told apart again; nothing was changed',
    todo: isInterrupted
      ? 'cdb migrate up'
      : 'cdb migrate new NAME, and write what is to be there instead',
    exit: EXIT.CONFLICT,
  });
}

export function takeBackFailed(name: string, why: string, cause: unknown): OperatorError {
  return new OperatorError({
    code: 'CDB-E0458',
    what: `Cannot take back migration "${name}"`,
    why: `${why}; newer ones are taken back already`,
    todo: 'cdb migrate verify',
    exit: EXIT.CONFLICT,
    cause,
  });
}

export function engineConnected(engines: number): OperatorError {
  return new OperatorError({
    code: 'CDB-E0465',
    what: `Cannot take migrations back: ${engines} connections of an engine use the schema`,
    why: 'its audit would stall, and so would its orders; nothing was changed',
    todo: 'cdb stop on every host that uses this database',
    exit: EXIT.REFUSED,
  });
}

export function oldTablesThere(tables: readonly string[]): OperatorError {
  return new OperatorError({
    code: 'CDB-E0460',
    what: `Cannot migrate: ${tables.length} tables have the name of one of ours and are not ours`,
    why: `${tables.join(', ')}; nothing was changed`,
    todo: 'cdb migrate baseline --dry-run',
    exit: EXIT.CONFLICT,
  });
}

export function baselineUnknown(
  unknown: readonly { readonly table: string; readonly why: string }[],
): OperatorError {
  return new OperatorError({
    code: 'CDB-E0461',
    what: `Cannot take the database over: ${unknown.map(({ table }) => `"${table}"`).join(', ')} not recognised`,
    why: `${unknown.map(({ table, why }) => `${table}: ${why}`).join('; ')}; nothing was changed`,
    todo: 'rename or move it yourself, or use another schema (docs/migrate.md)',
    exit: EXIT.CONFLICT,
  });
}

export function baselineWrong(faults: readonly string[]): OperatorError {
  return new OperatorError({
    code: 'CDB-E0462',
    what: 'Cannot take the database over: the schema would not be that of this build',
    why: `${faults.slice(0, 5).join('; ')}; nothing was changed`,
    todo: 'cdb migrate verify',
    exit: EXIT.CONFLICT,
  });
}

export function baselineLostRows(table: string, before: number, after: number): OperatorError {
  return baselineWrong([`${table} had ${before} rows and would have ${after}`]);
}

export function baselineFailed(why: string, cause: unknown): OperatorError {
  return new OperatorError({
    code: 'CDB-E0463',
    what: 'Cannot take the database over',
    why: `${why}; it was rolled back as a whole`,
    todo: 'remove the cause, then cdb migrate baseline',
    exit: EXIT.CONFLICT,
    cause,
  });
}

export function migrationLockLost(): OperatorError {
  return new OperatorError({
    code: 'CDB-E0454',
    what: 'The migration lock was lost on the way',
    why: 'the session that had it is another one now (a pooler?), or somebody has released it',
    todo: 'cdb migrate verify; name the server itself in the URL',
    exit: EXIT.CONFLICT,
  });
}

export function migrationFailed(name: string, why: string, cause: unknown): OperatorError {
  return new OperatorError({
    code: 'CDB-E0414',
    what: `Cannot apply migration "${name}"`,
    why: `${why}; it was rolled back as a whole, earlier ones stay applied`,
    todo: 'remove the cause, then start again',
    exit: EXIT.CONFLICT,
    cause,
  });
}

export function schemaNeedsGate(): OperatorError {
  return new OperatorError({
    code: 'CDB-E0605',
    what: 'No open gate covers "migrations"',
    why: 'the database is not empty any more; nothing was changed',
    todo: 'cdb migrate up',
    exit: EXIT.REFUSED,
  });
}

export function migrationLockHeld(holder: string): OperatorError {
  return new OperatorError({
    code: 'CDB-E0415',
    what: 'Cannot migrate: another session is migrating this database',
    why: `the migration lock is held by ${holder}`,
    todo: 'wait until it is done, then start again',
    exit: EXIT.CONFLICT,
  });
}

function padded(version: number): string {
  return String(version).padStart(4, '0');
}
