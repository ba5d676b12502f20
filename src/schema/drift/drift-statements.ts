import {
  parameterCount,
  sqlPart,
  sqlStatement,
  type SqlStatement,
} from '../../engine/ports/sql-statement.js';

/** A look must not hold up who writes, nor be held up for long. */
const STATEMENT_TIMEOUT_MS = 2_000;
const LOCK_TIMEOUT_MS = 1_000;

export const DRIFT_SQL = {
  begin: sqlStatement(
    'drift_begin',
    `BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY;
     SET LOCAL statement_timeout = ${STATEMENT_TIMEOUT_MS}; SET LOCAL lock_timeout = ${LOCK_TIMEOUT_MS}`,
  ),
  rollback: sqlStatement('drift_rollback', 'ROLLBACK'),
  savepoint: sqlStatement('drift_savepoint', 'SAVEPOINT drift'),
  rollbackTo: sqlStatement('drift_rollback_to', 'ROLLBACK TO SAVEPOINT drift'),
  forgetPrepared: sqlStatement('drift_deallocate', 'DEALLOCATE ALL'),
  /** Every schema with relations of these names, and which one a statement would take. */
  places: sqlStatement(
    'drift_places',
    `SELECT c.relname AS name, n.nspname AS schema, pg_table_is_visible(c.oid) AS visible
     FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE c.relname = ANY($1::text[]) AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
     ORDER BY 1, 2`,
  ),
  settings: sqlStatement(
    'drift_settings',
    'SELECT name, setting FROM pg_settings WHERE name = ANY($1::text[])',
  ),
  /** The role that is looked at: $1, or for want of one that of the session. */
  role: sqlStatement(
    'drift_role',
    `SELECT coalesce($1::text, current_user)::text AS name,
       $1::text IS NULL OR EXISTS (SELECT FROM pg_roles WHERE rolname = $1) AS known`,
  ),
  /** Pairs of $1 tables and $2 privileges that role $3 lacks in schema $4. */
  privileges: sqlStatement(
    'drift_privileges',
    `SELECT t.name AS table, t.privilege FROM unnest($1::text[], $2::text[]) AS t(name, privilege)
     JOIN pg_namespace n ON n.nspname = $4
     JOIN pg_class c ON c.relname = t.name AND c.relnamespace = n.oid
     WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f')
       AND NOT (has_schema_privilege($3::name, n.oid, 'USAGE')
         AND has_table_privilege($3::name, c.oid, t.privilege))
     ORDER BY 1, 2`,
  ),
};

/**
 * Parses, resolves and plans statements in one round trip, without running one: PREPARE finds missing
 * tables, columns and wrong types, planning a missing unique key.
 */
export function preparation(statements: readonly SqlStatement[]): SqlStatement {
  const parts = statements.map((statement) => {
    const nulls = Array.from({ length: parameterCount(statement) }, () => 'NULL').join(', ');
    const given = nulls === '' ? '' : `(${nulls})`;
    return sqlPart(`PREPARE drift_${statement.name} AS ${statement.text};
      EXPLAIN EXECUTE drift_${statement.name}${given};
      DEALLOCATE drift_${statement.name}`);
  });
  return sqlStatement('drift_prepare', parts.join(';\n'));
}
