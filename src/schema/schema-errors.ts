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
