import { sqlPart, sqlStatement } from '../engine/ports/sql-statement.js';

/** Any constant will do; advisory locks are per database. The letters are "cdb" and a count. */
const LOCK_KEY = 0x63_64_62_01;

/** The lock in pg_locks; there it is per database only by its own column. */
const LOCK_ROW = sqlPart(`l.locktype = 'advisory' AND l.granted
  AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
  AND ((l.classid::bigint << 32) | l.objid::bigint) = ${LOCK_KEY}`);

/** A condition that is true in the session that has the lock, and in no other. */
export const HOLDS_LOCK = sqlPart(
  `EXISTS (SELECT FROM pg_locks l WHERE ${LOCK_ROW} AND l.pid = pg_backend_pid())`,
);

export const MIGRATION_LOCK_SQL = {
  tryLock: sqlStatement('migration_lock', `SELECT pg_try_advisory_lock(${LOCK_KEY}) AS taken`),
  /** Only the session that has it can say true. */
  unlock: sqlStatement('migration_unlock', `SELECT pg_advisory_unlock(${LOCK_KEY}) AS given`),
  lockHolder: sqlStatement(
    'migration_lock_holder',
    `SELECT a.pid::text AS pid, a.application_name AS name, a.backend_start::text AS since
     FROM pg_locks l JOIN pg_stat_activity a USING (pid) WHERE ${LOCK_ROW}`,
  ),
};
