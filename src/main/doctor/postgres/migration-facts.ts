import type { MigrationFacts } from '../../../doctor/postgres/facts.js';
import type { SqlSession } from '../../../engine/ports/sql-session.js';
import { oldLineage } from '../../../schema/baseline/recognise.js';
import { loadMigrations } from '../../../schema/migration-files.js';
import { schemaHistory, type AppliedMigration } from '../../../schema/schema-history.js';
import { stateOf, type SchemaState } from '../../../schema/schema-state.js';
import { missingObjects, objectsMade, objectWords } from '../../../schema/verify/objects-made.js';
import { claimedAbsent } from '../../../doctor/postgres/claimed-versions.js';
import type { SchemaLook } from './look-at-schema.js';

/** What the history of our migrations says, or the table of versions of a stack; and what is there. */
export async function migrationFacts(
  session: SqlSession,
  { facts: { owner }, catalog, claimed }: SchemaLook,
): Promise<MigrationFacts> {
  if (owner === 'stack') {
    const lineage = oldLineage(Object.values(catalog.relations));
    const absent = claimedAbsent(claimed, lineage);
    return { owner, state: null, names: [], claimed, absent };
  }
  const files = loadMigrations();
  const history = await schemaHistory(session);
  const state = stateOf(history, files);
  const done = files.filter(({ version }) =>
    history.some((row) => row.version === version && row.state === 'done'),
  );
  const missing = missingObjects(await objectsMade(done), catalog).filter(
    // A table that is gone is told of by its own check.
    ({ kind, table }) => kind !== 'table' && Object.hasOwn(catalog.relations, table),
  );
  const absent = missing.map((object) => ({ by: object.by, what: objectWords(object) }));
  const isInterrupted = state.state === 'behind' && state.interrupted !== null;
  const word = isInterrupted ? 'interrupted' : state.state;
  return { owner, state: word, names: namesOf(state, history), claimed, absent };
}

/** The files that make the state what it is. */
function namesOf(state: SchemaState, history: readonly AppliedMigration[]): readonly string[] {
  switch (state.state) {
    case 'equal':
      return history.map(({ name }) => name);
    case 'behind':
      return state.pending.map(({ name }) => name);
    case 'ahead':
      return history.filter(({ version }) => version > state.needed).map(({ name }) => name);
    case 'edited':
    case 'out of order':
      return state.names;
  }
}
