import type { Clock } from '../engine/ports/clock.js';
import type { SqlSession } from '../engine/ports/sql-session.js';
import { migrationLockHeld, migrationLockLost } from './schema-errors.js';

/** Any constant will do; advisory locks are per database. The letters are "cdb" and a count. */
const LOCK_KEY = 0x63_64_62_01;
const LOCK_POLL_MS = 100;

/** The lock in pg_locks; there it is per database only by its own column. */
const LOCK_ROW = `l.locktype = 'advisory' AND l.granted
  AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
  AND ((l.classid::bigint << 32) | l.objid::bigint) = ${LOCK_KEY}`;

/** A condition that is true in the session that has the lock, and in no other. */
export const HOLDS_LOCK = `EXISTS (SELECT FROM pg_locks l WHERE ${LOCK_ROW} AND l.pid = pg_backend_pid())`;

export interface LockWait {
  readonly clock: Clock;
  /** How long to wait for another session that is migrating. */
  readonly waitForLockMs: number;
}

/**
 * One session at a time. The lock is tried, never waited for inside the server, where a waiting
 * session would itself be in the way of what the holder does (CREATE INDEX CONCURRENTLY waits for
 * every statement that runs).
 * @throws OperatorError that names the holder, or when the lock was lost on the way
 */
export async function withMigrationLock<T>(
  session: SqlSession,
  wait: LockWait,
  work: () => Promise<T>,
): Promise<T> {
  await takeLock(session, wait);
  let result: T;
  try {
    result = await work();
  } catch (fault) {
    // A connection that is gone has given its lock back by itself.
    await giveBack(session).catch(() => false);
    throw fault;
  }
  if (!(await giveBack(session))) throw migrationLockLost();
  return result;
}

/** Only the session that has it can say true. */
async function giveBack(session: SqlSession): Promise<boolean> {
  const { rows } = await session.query('SELECT pg_advisory_unlock($1) AS given', [LOCK_KEY]);
  return rows[0]?.['given'] === true;
}

async function takeLock(session: SqlSession, { clock, waitForLockMs }: LockWait): Promise<void> {
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
     FROM pg_locks l JOIN pg_stat_activity a USING (pid) WHERE ${LOCK_ROW}`,
  );
  const holder = rows[0];
  if (holder === undefined) return 'a session that has just ended';
  const word = (key: string) => (typeof holder[key] === 'string' ? holder[key] : '?');
  return `session ${word('pid')} ("${word('name')}", since ${word('since')})`;
}
