import { sqlStatement } from '../../engine/ports/sql-statement.js';

export const BEGIN = sqlStatement('begin', 'BEGIN');
/** Every query in it sees one snapshot, and none can write. */
export const BEGIN_READ_ONLY = sqlStatement(
  'begin_read_only',
  'BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY',
);
export const COMMIT = sqlStatement('commit', 'COMMIT');
export const ROLLBACK = sqlStatement('rollback', 'ROLLBACK');

export const PING = sqlStatement('ping', 'SELECT 1');
export const READS_ONLY = sqlStatement(
  'reads_only',
  `SELECT current_setting('transaction_read_only') AS read_only`,
);
export const BACKEND = sqlStatement('backend', 'SELECT pg_backend_pid()::text AS pid');

export const SERVER_FACTS = sqlStatement(
  'server_facts',
  `SELECT split_part(current_setting('server_version'), ' ', 1) AS version,
     current_setting('server_version_num')::int / 10000 AS major,
     pg_is_in_recovery() AS "isStandby",
     current_setting('transaction_read_only') = 'on' AS "readsOnly",
     current_setting('synchronous_commit') = 'off' AS "commitsLater",
     'off' IN (current_setting('fsync'), current_setting('full_page_writes'))
       AS "losesOnPowerFailure"`,
);

/** About the session and its server: they name no table of ours. */
export const SESSION_STATEMENTS = [
  ...[BEGIN, BEGIN_READ_ONLY, COMMIT, ROLLBACK],
  ...[PING, READS_ONLY, BACKEND, SERVER_FACTS],
];
