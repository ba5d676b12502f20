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
