import type { TableFacts } from '../../../doctor/postgres/facts.js';
import type { SqlSession } from '../../../engine/ports/sql-session.js';
import { tableRows } from '../../../schema/written/table-rows.js';
import type { SchemaLook } from './look-at-schema.js';

export async function tableFacts(
  session: SqlSession,
  { catalog, needed, overview }: SchemaLook,
): Promise<readonly TableFacts[]> {
  const rows = await tableRows(session, catalog, overview);
  return needed.map(({ table, neededBy, isRequired }) => {
    const there = overview.find((one) => one.table === table);
    const seen = rows.find((one) => one.table === table);
    return {
      table,
      neededBy,
      isRequired,
      exists: there?.exists ?? false,
      rows: seen?.rows ?? null,
      isEmpty: seen?.empty ?? null,
      newestAtMs: seen?.newest ?? null,
      inserted: there?.inserted ?? null,
      rowsEstimated: there?.estimated ?? null,
    };
  });
}
