import type { SqlSession } from '../engine/ports/sql-session.js';

const OURS_OR_THEIRS = "n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'";

/**
 * Nobody has made anything here: no table, view, sequence or function in any schema, but what came
 * with PostgreSQL and its extensions. Reads only; catalogs show all, whatever the role may read.
 */
export async function isEmptyDatabase(session: SqlSession): Promise<boolean> {
  const { rows } = await session.query(
    `SELECT NOT EXISTS (${made('pg_class', 'relnamespace')})
       AND NOT EXISTS (${made('pg_proc', 'pronamespace')}) AS empty`,
  );
  return rows[0]?.['empty'] === true;
}

function made(catalog: 'pg_class' | 'pg_proc', namespace: string): string {
  return `SELECT FROM ${catalog} o JOIN pg_namespace n ON n.oid = o.${namespace}
    WHERE ${OURS_OR_THEIRS} AND NOT EXISTS (
      SELECT FROM pg_depend d
      WHERE d.classid = '${catalog}'::regclass AND d.objid = o.oid AND d.deptype = 'e')`;
}
