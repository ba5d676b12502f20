import type { SqlSession } from '../engine/ports/sql-session.js';
import type { MigrationFile } from './migration-files.js';
import { migrationsEdited, outOfOrder, schemaAhead } from './schema-errors.js';
import { schemaHistory, type AppliedMigration } from './schema-history.js';

/**
 * How the database's history relates to the migrations of this build. It says what was applied,
 * not what is there now: a table dropped by hand is found by the probe of the statements.
 */
export type SchemaState =
  | { readonly state: 'equal'; readonly version: number }
  | {
      readonly state: 'behind';
      readonly version: number;
      readonly pending: readonly MigrationFile[];
      /** The first of them, where it was begun without a transaction and nobody saw its end. */
      readonly interrupted: MigrationFile | null;
    }
  | { readonly state: 'ahead'; readonly version: number; readonly needed: number }
  | { readonly state: 'edited'; readonly version: number; readonly names: readonly string[] }
  | {
      readonly state: 'out of order';
      readonly version: number;
      readonly names: readonly string[];
    };

/** Reads only. A database without history is behind from zero. */
export async function schemaState(
  session: SqlSession,
  files: readonly MigrationFile[],
): Promise<SchemaState> {
  return stateOf(await schemaHistory(session), files);
}

export function stateOf(
  history: readonly AppliedMigration[],
  files: readonly MigrationFile[],
): SchemaState {
  const version = history.at(-1)?.version ?? 0;
  const needed = files.at(-1)?.version ?? 0;
  const edited = history.filter(({ version: v, sha256 }) => {
    const file = files.find((known) => known.version === v);
    return file !== undefined && file.sha256 !== sha256;
  });
  if (edited.length > 0) {
    return { state: 'edited', version, names: edited.map(({ name }) => name) };
  }
  if (version > needed) return { state: 'ahead', version, needed };
  const done = history.filter(({ state }) => state === 'done');
  const isPending = (file: MigrationFile) => !done.some((row) => row.version === file.version);
  const pending = files.filter(isPending);
  const newest = done.at(-1)?.version ?? 0;
  const late = pending.filter((file) => file.version < newest);
  if (late.length > 0) {
    return { state: 'out of order', version: newest, names: late.map(({ name }) => name) };
  }
  if (pending.length === 0) return { state: 'equal', version };
  const interrupted = pending.find((file) => history.some((row) => row.version === file.version));
  return { state: 'behind', version: newest, pending, interrupted: interrupted ?? null };
}

/** Throws the OperatorError of a schema that this build must not migrate. */
export function refuseForeign(state: SchemaState): void {
  if (state.state === 'ahead') throw schemaAhead(state.version, state.needed);
  if (state.state === 'edited') throw migrationsEdited(state.names);
  if (state.state === 'out of order') throw outOfOrder(state.names, state.version);
}

/** @throws OperatorError as `refuseForeign` */
export function pendingOf(state: SchemaState): readonly MigrationFile[] {
  refuseForeign(state);
  return state.state === 'behind' ? state.pending : [];
}
