import { planBaseline } from '../../schema/baseline/baseline-plan.js';
import { oldTablesThere } from '../../schema/schema-errors.js';
import type { MigrationDatabase } from './migrate-ports.js';

/** Found before the first file is applied, not by the file that stumbles. @throws OperatorError (exit 6) */
export async function refuseOldTables(database: MigrationDatabase): Promise<void> {
  const { aside, unknown } = await database.read((session) =>
    planBaseline(session, database.files),
  );
  const names = [...aside, ...unknown].map(({ table }) => table);
  if (names.length > 0) throw oldTablesThere(names);
}
