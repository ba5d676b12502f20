import { wordsOf } from '../engine/domain/words-of.js';
import type { Clock } from '../engine/ports/clock.js';
import type { MigrationFile } from './migration-files.js';
import { isEmptyDatabase } from './empty-database.js';
import { migrationFailed, migrationLockHeld, schemaNeedsGate } from './schema-errors.js';
import { refuseForeign, schemaState } from './schema-state.js';
import type { SqlSession } from '../engine/ports/sql-session.js';

/** Any constant will do; advisory locks are per database. The letters are "cdb" and a count. */
const LOCK_KEY = 0x63_64_62_01;
const LOCK_POLL_MS = 100;
/** A migration that waits for a lock stops every writer behind it. */
const LOCK_TIMEOUT_MS = 3_000;
const STATEMENT_TIMEOUT_MS = 15 * 60_000;

const HISTORY = `CREATE TABLE IF NOT EXISTS schema_history (
  version integer PRIMARY KEY,
  name text NOT NULL,
  sha256 char(64) NOT NULL,
  cdb_version text NOT NULL,
  applied_by text NOT NULL DEFAULT current_user,
  applied_at timestamptz NOT NULL DEFAULT now(),
  duration_ms integer NOT NULL
)`;

export interface MigrationRun {
  readonly files: readonly MigrationFile[];
  readonly clock: Clock;
  readonly cdbVersion: string;
  /** How long to wait for another session that is migrating. */
  readonly waitForLockMs: number;
  /** Refuse to change what somebody has made; looked at under the lock. */
  readonly intoEmptyOnly?: true;
}

/**
 * Applies what is pending, each file in its own transaction together with its row of history.
 * Several processes may call this at once: one works, the others wait and find nothing to do. The
 * lock is tried, never waited for inside the server, where a waiting session would itself be in
 * the way of what the holder does. @returns the versions applied
 * @throws OperatorError when the schema is not ours to change, or a migration fails
 */
export async function ensureSchema(
  session: SqlSession,
  run: MigrationRun,
): Promise<readonly number[]> {
  await takeLock(session, run);
  try {
    // Read under the lock: what was pending before may have been applied meanwhile.
    const state = await schemaState(session, run.files);
    refuseForeign(state);
    const pending = state.state === 'behind' ? state.pending : [];
    if (pending.length > 0 && run.intoEmptyOnly && !(await isEmptyDatabase(session))) {
      throw schemaNeedsGate();
    }
    if (pending.length > 0) await session.query(HISTORY);
    for (const file of pending) await applyMigration(session, file, run);
    return pending.map((file) => file.version);
  } finally {
    // A connection that is gone has given its lock back by itself.
    await session.query('SELECT pg_advisory_unlock($1)', [LOCK_KEY]).catch(() => undefined);
  }
}

async function takeLock(session: SqlSession, { clock, waitForLockMs }: MigrationRun) {
  const deadlineMs = clock.monotonicMs() + waitForLockMs;
  for (;;) {
    const { rows } = await session.query('SELECT pg_try_advisory_lock($1) AS taken', [LOCK_KEY]);
    if (rows[0]?.['taken'] === true) return;
    if (clock.monotonicMs() >= deadlineMs) throw migrationLockHeld(await holderWords(session));
    await clock.sleep(LOCK_POLL_MS);
  }
}

async function holderWords(session: SqlSession): Promise<string> {
  const { rows } = await session.query(
    `SELECT a.pid::text AS pid, a.application_name AS name, a.backend_start::text AS since
     FROM pg_locks l JOIN pg_stat_activity a USING (pid)
     WHERE l.locktype = 'advisory' AND l.granted
       AND ((l.classid::bigint << 32) | l.objid::bigint) = $1`,
    [LOCK_KEY],
  );
  const holder = rows[0];
  if (holder === undefined) return 'a session that has just ended';
  const word = (key: string) => (typeof holder[key] === 'string' ? holder[key] : '?');
  return `session ${word('pid')} ("${word('name')}", since ${word('since')})`;
}

async function applyMigration(session: SqlSession, file: MigrationFile, run: MigrationRun) {
  const startMs = run.clock.monotonicMs();
  await session.query('BEGIN');
  try {
    await session.query(
      `SET LOCAL lock_timeout = ${LOCK_TIMEOUT_MS}; SET LOCAL statement_timeout = ${STATEMENT_TIMEOUT_MS}`,
    );
    await session.query(file.sql);
    await session.query(
      `INSERT INTO schema_history (version, name, sha256, cdb_version, duration_ms)
       VALUES ($1, $2, $3, $4, $5)`,
      [
        file.version,
        file.name,
        file.sha256,
        run.cdbVersion,
        Math.round(run.clock.monotonicMs() - startMs),
      ],
    );
    await session.query('COMMIT');
  } catch (error) {
    await rollBack(session);
    const why = wordsOf(error);
    throw migrationFailed(file.name, why, error);
  }
}

/** The first error is the one to report; a connection that is gone has rolled back by itself. */
async function rollBack(session: SqlSession): Promise<void> {
  await session.query('ROLLBACK').catch(() => undefined);
}
