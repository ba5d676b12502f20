import type { Clock } from '../engine/ports/clock.js';
import type { SqlSession } from '../engine/ports/sql-session.js';
import { migrationLockHeld, migrationLockLost } from './schema-errors.js';
import { SCHEMA_SQL } from './schema-statements.js';

const LOCK_POLL_MS = 100;

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

async function giveBack(session: SqlSession): Promise<boolean> {
  const { rows } = await session.query(SCHEMA_SQL.unlock.text);
  return rows[0]?.['given'] === true;
}

async function takeLock(session: SqlSession, { clock, waitForLockMs }: LockWait): Promise<void> {
  const deadlineMs = clock.monotonicMs() + waitForLockMs;
  for (;;) {
    const { rows } = await session.query(SCHEMA_SQL.tryLock.text);
    if (rows[0]?.['taken'] === true) return;
    if (clock.monotonicMs() >= deadlineMs) throw migrationLockHeld(await holderWords(session));
    await clock.sleep(LOCK_POLL_MS);
  }
}

async function holderWords(session: SqlSession): Promise<string> {
  const { rows } = await session.query(SCHEMA_SQL.lockHolder.text);
  const holder = rows[0];
  if (holder === undefined) return 'a session that has just ended';
  const word = (key: string) => (typeof holder[key] === 'string' ? holder[key] : '?');
  return `session ${word('pid')} ("${word('name')}", since ${word('since')})`;
}
