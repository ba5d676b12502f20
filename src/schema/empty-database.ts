import type { SqlSession } from '../engine/ports/sql-session.js';
import { SCHEMA_SQL } from './schema-statements.js';

/**
 * Nobody has made anything here: no table, view, sequence or function in any schema, but what came
 * with PostgreSQL and its extensions. Reads only; catalogs show all, whatever the role may read.
 */
export async function isEmptyDatabase(session: SqlSession): Promise<boolean> {
  const { rows } = await session.query(SCHEMA_SQL.isEmpty.text);
  return rows[0]?.['empty'] === true;
}
