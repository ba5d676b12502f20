import type { Clock } from '../engine/ports/clock.js';
import type { SqlSession } from '../engine/ports/sql-session.js';
import type { MigrationFile } from './migration-files.js';

export interface MigrationRun {
  readonly files: readonly MigrationFile[];
  readonly clock: Clock;
  readonly cdbVersion: string;
  /** How long to wait for another session that is migrating. */
  readonly waitForLockMs: number;
  /** Refuse to change what somebody has made; looked at under the lock. */
  readonly intoEmptyOnly?: true;
  /** The newest version to apply; left out: all. */
  readonly to?: number;
  readonly who?: string;
  readonly gateId?: string;
  /** Looked at under the lock, before anything is changed. @throws OperatorError to refuse */
  readonly before?: (session: SqlSession) => Promise<void>;
  /**
   * Another session of the same database, for what became of a COMMIT whose answer was lost. Without it
   * that stays unknown.
   */
  readonly again?: <T>(work: (session: SqlSession) => Promise<T>) => Promise<T>;
}

/** A migration that waits for a lock stops every writer behind it. */
const LOCK_TIMEOUT_MS = 3_000;
/** Whoever waits without a transaction stops nobody: writers pass. */
const LOCK_TIMEOUT_ALONE_MS = 60_000;
const STATEMENT_TIMEOUT_MS = 15 * 60_000;

export const LIMITS_IN_TRANSACTION = `SET LOCAL lock_timeout = ${LOCK_TIMEOUT_MS};
  SET LOCAL statement_timeout = ${STATEMENT_TIMEOUT_MS}`;

/** For the session, since there is no transaction that they could belong to. */
export const LIMITS_ALONE = `SET lock_timeout = ${LOCK_TIMEOUT_ALONE_MS};
  SET statement_timeout = ${STATEMENT_TIMEOUT_MS}`;

export const LIMITS_RESET = 'RESET lock_timeout; RESET statement_timeout';
