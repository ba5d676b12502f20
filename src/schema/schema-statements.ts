import { sqlPart, sqlStatement } from '../engine/ports/sql-statement.js';
import { MIGRATION_LOCK_SQL, HOLDS_LOCK } from './lock-statements.js';

/** A migration that waits for a lock stops every writer behind it. */
const LOCK_TIMEOUT_MS = 3_000;
/** Whoever waits without a transaction stops nobody: writers pass. */
const LOCK_TIMEOUT_ALONE_MS = 60_000;
const STATEMENT_TIMEOUT_MS = 15 * 60_000;

const OURS_OR_THEIRS = sqlPart("n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'");

/** What the runner of migrations sends beside the files themselves. */
export const SCHEMA_SQL = {
  ...MIGRATION_LOCK_SQL,
  begin: sqlStatement('migration_begin', 'BEGIN'),
  commit: sqlStatement('migration_commit', 'COMMIT'),
  rollback: sqlStatement('migration_rollback', 'ROLLBACK'),
  limits: sqlStatement(
    'migration_limits',
    `SET LOCAL lock_timeout = ${LOCK_TIMEOUT_MS}; SET LOCAL statement_timeout = ${STATEMENT_TIMEOUT_MS}`,
  ),
  /** For the session, since there is no transaction that they could belong to. */
  limitsAlone: sqlStatement(
    'migration_limits_alone',
    `SET lock_timeout = ${LOCK_TIMEOUT_ALONE_MS}; SET statement_timeout = ${STATEMENT_TIMEOUT_MS}`,
  ),
  limitsReset: sqlStatement(
    'migration_limits_reset',
    'RESET lock_timeout; RESET statement_timeout',
  ),
  /** A second of somebody's waiting is too much for a look. */
  limitsRehearsal: sqlStatement(
    'rehearsal_limits',
    "SET LOCAL lock_timeout = '200ms'; SET LOCAL statement_timeout = '5s'",
  ),
  transactionId: sqlStatement('transaction_id', 'SELECT pg_current_xact_id()::text AS id'),
  /**
   * The table of the first builds, and what later ones added to it: there before the first migration,
   * and brought up with the next. 0011 has the same, so that a database without those columns is behind.
   */
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
);
ALTER TABLE schema_history
  ADD COLUMN IF NOT EXISTS state text NOT NULL DEFAULT 'done' CHECK (state IN ('started', 'done')),
  ADD COLUMN IF NOT EXISTS who text,
  ADD COLUMN IF NOT EXISTS gate_id text,
  ADD COLUMN IF NOT EXISTS catalog_before char(64),
  ADD COLUMN IF NOT EXISTS catalog_after char(64)`,
  ),
  /** Returns no row in a session that has lost the migration lock. */
  insertHistory: sqlStatement(
    'insert_schema_history',
    `INSERT INTO schema_history (version, name, sha256, cdb_version, duration_ms, state, who, gate_id,
       catalog_before, catalog_after)
     SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10 WHERE ${HOLDS_LOCK} RETURNING version`,
  ),
  finishHistory: sqlStatement(
    'finish_schema_history',
    `UPDATE schema_history
     SET state = 'done', duration_ms = $2, catalog_after = $3, applied_at = now()
     WHERE version = $1 AND ${HOLDS_LOCK} RETURNING version`,
  ),
  removeHistory: sqlStatement(
    'remove_schema_history',
    `DELETE FROM schema_history WHERE version = $1 AND ${HOLDS_LOCK} RETURNING version`,
  ),
  hasHistory: sqlStatement(
    'has_schema_history',
    "SELECT to_regclass('schema_history') IS NOT NULL AS present",
  ),
  history: sqlStatement(
    'schema_history',
    `SELECT version, name, sha256, applied_by AS "appliedBy", duration_ms AS "durationMs",
       round(extract(epoch FROM applied_at) * 1000)::text AS "appliedAtMs",
       coalesce(j ->> 'state', 'done') AS state, j ->> 'who' AS who, j ->> 'gate_id' AS "gateId",
       j ->> 'catalog_before' AS "catalogBefore", j ->> 'catalog_after' AS "catalogAfter"
     FROM schema_history h CROSS JOIN LATERAL to_jsonb(h) AS j ORDER BY version`,
  ),
  /** $1 is an index, $2 the table that it belongs to, or null for any. No row: it is not there. */
  indexState: sqlStatement(
    'index_state',
    `SELECT i.indisvalid AND i.indisready AND i.indislive AS valid,
       $2::text IS NULL OR i.indrelid = to_regclass($2) AS ours
     FROM (SELECT to_regclass($1) AS oid) n LEFT JOIN pg_index i ON i.indexrelid = n.oid
     WHERE n.oid IS NOT NULL`,
  ),
  /** $1 is a table, $2 a column of it, or null for the table alone. */
  isThere: sqlStatement(
    'table_or_column_is_there',
    `SELECT to_regclass($1) IS NOT NULL AND ($2::text IS NULL OR EXISTS (SELECT FROM pg_attribute
       WHERE attrelid = to_regclass($1) AND attname = $2 AND NOT attisdropped)) AS there`,
  ),
  schemaIsFree: sqlStatement('schema_is_free', 'SELECT to_regnamespace($1) IS NULL AS free'),
  tableSizes: sqlStatement(
    'table_sizes',
    `SELECT c.relname AS name, pg_relation_size(c.oid)::text AS bytes, c.reltuples::text AS rows
     FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE n.nspname = current_schema() AND c.relkind = 'r'`,
  ),
  identity: sqlStatement(
    'database_identity',
    `SELECT (SELECT system_identifier::text FROM pg_control_system()) AS system,
       (SELECT oid::text || ' ' || datname FROM pg_database WHERE datname = current_database())
         AS database, coalesce(current_schema(), '') AS schema`,
  ),
  /** $1 is what engines call their connections. */
  engines: sqlStatement(
    'connected_engines',
    `SELECT count(*)::text AS n FROM pg_stat_activity
     WHERE datname = current_database() AND application_name = $1`,
  ),
  newestDecision: sqlStatement(
    'newest_decision',
    'SELECT coalesce(max(id), 0)::text AS id FROM risk_events',
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
