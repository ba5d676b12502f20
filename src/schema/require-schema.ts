import type { SqlSession } from '../engine/ports/sql-session.js';
import type { MigrationFile } from './migration-files.js';
import { schemaBehind } from './schema-errors.js';
import { refuseForeign, schemaState } from './schema-state.js';

/** Reads only. @throws OperatorError (exit 6) unless the schema is that of this build */
export async function requireSchema(
  session: SqlSession,
  files: readonly MigrationFile[],
  where: string,
): Promise<void> {
  const state = await schemaState(session, files);
  refuseForeign(state);
  if (state.state === 'behind') {
    throw schemaBehind(
      where,
      state.pending.map(({ name }) => name),
    );
  }
}
