import { sqlPart, sqlStatement } from '../engine/ports/sql-statement.js';

/** A migration that waits for a lock stops every writer behind it. */
const LOCK_TIMEOUT_MS = 3_000;
const STATEMENT_TIMEOUT_MS = 15 * 60_000;

const OURS_OR_THEIRS = sqlPart("n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'");

/** What the runner of migrations sends beside the files themselves. */
export const SCHEMA_SQL = {
  begin: sqlStatement('migration_begin', 'BEGIN'),
  commit: sqlStatement('migration_commit', 'COMMIT'),
  rollback: sqlStatement('migration_rollback', 'ROLLBACK'),
  timeouts: sqlStatement(
    'migration_timeouts',
    `SET LOCAL lock_timeout = ${LOCK_TIMEOUT_MS}; SET LOCAL statement_timeout = ${STATEMENT_TIMEOUT_MS}`,
  ),
  createHistory: sqlStatement(
    'create_schema_history',
    `CREATE TABLE IF NOT EXISTS schema_history (
  version integer PRIMARY KEY,
  name text NOT NULL,
  sha256 char(64) NOT NULL,
  cdb_version text NOT NULL,
  applied_by text NOT NULL DEFAULT current_user,
  applied_at timestamptz NOT NULL DEFAULT now(),
  duration_ms integer NOT NULL
)`,
  ),
  insertHistory: sqlStatement(
    'insert_schema_history',
    `INSERT INTO schema_history (version, name, sha256, cdb_version, duration_ms)
     VALUES ($1, $2, $3, $4, $5)`,
  ),
  hasHistory: sqlStatement(
    'has_schema_history',
    "SELECT to_regclass('schema_history') IS NOT NULL AS present",
  ),
  history: sqlStatement(
    'schema_history',
    `SELECT version, name, sha256, applied_by AS "appliedBy",
       round(extract(epoch FROM applied_at) * 1000)::text AS "appliedAtMs"
     FROM schema_history ORDER BY version`,
  ),
  tryLock: sqlStatement('migration_lock', 'SELECT pg_try_advisory_lock($1) AS taken'),
  unlock: sqlStatement('migration_unlock', 'SELECT pg_advisory_unlock($1)'),
  lockHolder: sqlStatement(
    'migration_lock_holder',
    `SELECT a.pid::text AS pid, a.application_name AS name, a.backend_start::text AS since
     FROM pg_locks l JOIN pg_stat_activity a USING (pid)
     WHERE l.locktype = 'advisory' AND l.granted
       AND ((l.classid::bigint << 32) | l.objid::bigint) = $1`,
  ),
  isEmpty: sqlStatement(
    'database_is_empty',
    `SELECT NOT EXISTS (${made('pg_class', 'relnamespace')})
       AND NOT EXISTS (${made('pg_proc', 'pronamespace')}) AS empty`,
  ),
};

function made(catalog: 'pg_class' | 'pg_proc', namespace: string): string {
  return sqlPart(`SELECT FROM ${catalog} o JOIN pg_namespace n ON n.oid = o.${namespace}
    WHERE ${OURS_OR_THEIRS} AND NOT EXISTS (
      SELECT FROM pg_depend d
      WHERE d.classid = '${catalog}'::regclass AND d.objid = o.oid AND d.deptype = 'e')`);
}
