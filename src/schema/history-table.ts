import type { SqlSession } from '../engine/ports/sql-session.js';
import type { MigrationFile } from './migration-files.js';
import { HOLDS_LOCK } from './migration-lock.js';
import { migrationLockLost } from './schema-errors.js';

/**
 * The table of the first builds, and what later ones added to it: there before the first migration,
 * and brought up with the next. 0011 has the same, so that a database without those columns is behind.
 */
const HISTORY = `CREATE TABLE IF NOT EXISTS schema_history (
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
  ADD COLUMN IF NOT EXISTS catalog_after char(64)`;

export interface HistoryRow {
  readonly file: MigrationFile;
  readonly cdbVersion: string;
  /** The person; `applied_by` is the role of the database. Null: cdb by itself. */
  readonly who: string | null;
  /** Of the opening of the delivery gate; null where none was needed. */
  readonly gateId: string | null;
  readonly catalogBefore: string;
  readonly catalogAfter: string | null;
  readonly durationMs: number;
}

export async function prepareHistory(session: SqlSession): Promise<void> {
  await session.query(HISTORY);
}

/**
 * One row, `started` where what follows is no part of this transaction.
 * @throws OperatorError when the migration lock is not this session's any more
 */
export async function writeHistory(
  session: SqlSession,
  state: 'started' | 'done',
  row: HistoryRow,
): Promise<void> {
  const { file, cdbVersion, who, gateId, catalogBefore, catalogAfter, durationMs } = row;
  const { rows } = await session.query(
    `INSERT INTO schema_history (version, name, sha256, cdb_version, duration_ms, state, who, gate_id,
       catalog_before, catalog_after)
     SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10 WHERE ${HOLDS_LOCK} RETURNING version`,
    [
      file.version,
      file.name,
      file.sha256,
      cdbVersion,
      Math.round(durationMs),
      state,
      who,
      gateId,
      catalogBefore,
      catalogAfter,
    ],
  );
  if (rows.length === 0) throw migrationLockLost();
}

/** What was started is done. */
export async function finishHistory(
  session: SqlSession,
  version: number,
  { durationMs, catalogAfter }: Pick<HistoryRow, 'durationMs' | 'catalogAfter'>,
): Promise<void> {
  const { rows } = await session.query(
    `UPDATE schema_history
     SET state = 'done', duration_ms = $2, catalog_after = $3, applied_at = now()
     WHERE version = $1 AND ${HOLDS_LOCK} RETURNING version`,
    [version, Math.round(durationMs), catalogAfter],
  );
  if (rows.length === 0) throw migrationLockLost();
}

export async function removeHistory(session: SqlSession, version: number): Promise<void> {
  const { rows } = await session.query(
    `DELETE FROM schema_history WHERE version = $1 AND ${HOLDS_LOCK} RETURNING version`,
    [version],
  );
  if (rows.length === 0) throw migrationLockLost();
}
