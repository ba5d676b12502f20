import type { MigrationFile } from './migration-files.js';
import { migrationsEdited, schemaAhead } from './schema-errors.js';
import { schemaHistory } from './schema-history.js';
import type { SqlSession } from '../engine/ports/sql-session.js';

/**
 * How the database's history relates to the migrations of this build. It says what was applied,
 * not what is there now: a table dropped by hand is found by the probe of the statements.
 */
type SchemaState =
  | { readonly state: 'equal'; readonly version: number }
  | {
      readonly state: 'behind';
      readonly version: number;
      readonly pending: readonly MigrationFile[];
    }
  | { readonly state: 'ahead'; readonly version: number; readonly needed: number }
  | { readonly state: 'edited'; readonly version: number; readonly names: readonly string[] };

/** Reads only. A database without history is behind from zero. */
export async function schemaState(
  session: SqlSession,
  files: readonly MigrationFile[],
): Promise<SchemaState> {
  const applied = await schemaHistory(session);
  const version = applied.at(-1)?.version ?? 0;
  const needed = files.length;
  const edited = applied.filter(({ version: v, sha256 }) => {
    const file = files[v - 1];
    return file !== undefined && file.sha256 !== sha256;
  });
  if (edited.length > 0) {
    return { state: 'edited', version, names: edited.map(({ name }) => name) };
  }
  if (version > needed) return { state: 'ahead', version, needed };
  // By membership, not by the highest number: a gap in the history is pending work too.
  const pending = files.filter((file) => !applied.some((row) => row.version === file.version));
  return pending.length === 0 ? { state: 'equal', version } : { state: 'behind', version, pending };
}

/** Throws the OperatorError of a schema that this build must not migrate. */
export function refuseForeign(state: SchemaState): void {
  if (state.state === 'ahead') throw schemaAhead(state.version, state.needed);
  if (state.state === 'edited') throw migrationsEdited(state.names);
}
