import { wordsOf } from '../engine/domain/words-of.js';
import type { Clock } from '../engine/ports/clock.js';
import type { MigrationFile } from './migration-files.js';
import { SCHEMA_SQL } from './schema-statements.js';
import { isEmptyDatabase } from './empty-database.js';
import { migrationFailed, migrationLockHeld, schemaNeedsGate } from './schema-errors.js';
import { refuseForeign, schemaState } from './schema-state.js';
import type { SqlSession } from '../engine/ports/sql-session.js';

/** Any constant will do; advisory locks are per database. The letters are "cdb" and a count. */
const LOCK_KEY = 0x63_64_62_01;
const LOCK_POLL_MS = 100;

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
    if (pending.length > 0) await session.query(SCHEMA_SQL.createHistory.text);
    for (const file of pending) await applyMigration(session, file, run);
    return pending.map((file) => file.version);
  } finally {
    // A connection that is gone has given its lock back by itself.
    await session.query(SCHEMA_SQL.unlock.text, [LOCK_KEY]).catch(() => undefined);
  }
}

async function takeLock(session: SqlSession, { clock, waitForLockMs }: MigrationRun) {
  const deadlineMs = clock.monotonicMs() + waitForLockMs;
  for (;;) {
    const { rows } = await session.query(SCHEMA_SQL.tryLock.text, [LOCK_KEY]);
    if (rows[0]?.['taken'] === true) return;
    if (clock.monotonicMs() >= deadlineMs) throw migrationLockHeld(await holderWords(session));
    await clock.sleep(LOCK_POLL_MS);
  }
}

async function holderWords(session: SqlSession): Promise<string> {
  const { rows } = await session.query(SCHEMA_SQL.lockHolder.text, [LOCK_KEY]);
  const holder = rows[0];
  if (holder === undefined) return 'a session that has just ended';
  const word = (key: string) => (typeof holder[key] === 'string' ? holder[key] : '?');
  return `session ${word('pid')} ("${word('name')}", since ${word('since')})`;
}

async function applyMigration(session: SqlSession, file: MigrationFile, run: MigrationRun) {
  const startMs = run.clock.monotonicMs();
  await session.query(SCHEMA_SQL.begin.text);
  try {
    await session.query(SCHEMA_SQL.timeouts.text);
    await session.query(file.sql);
    await session.query(SCHEMA_SQL.insertHistory.text, [
      file.version,
      file.name,
      file.sha256,
      run.cdbVersion,
      Math.round(run.clock.monotonicMs() - startMs),
    ]);
    await session.query(SCHEMA_SQL.commit.text);
  } catch (error) {
    await rollBack(session);
    const why = wordsOf(error);
    throw migrationFailed(file.name, why, error);
  }
}

/** The first error is the one to report; a connection that is gone has rolled back by itself. */
async function rollBack(session: SqlSession): Promise<void> {
  await session.query(SCHEMA_SQL.rollback.text).catch(() => undefined);
}
