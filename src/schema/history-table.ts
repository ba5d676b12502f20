import type { SqlSession } from '../engine/ports/sql-session.js';
import type { MigrationFile } from './migration-files.js';
import { migrationLockLost } from './schema-errors.js';
import { SCHEMA_SQL } from './schema-statements.js';

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
  await session.query(SCHEMA_SQL.createHistory.text);
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
  const { rows } = await session.query(SCHEMA_SQL.insertHistory.text, [
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
  ]);
  if (rows.length === 0) throw migrationLockLost();
}

/** What was started is done. */
export async function finishHistory(
  session: SqlSession,
  version: number,
  { durationMs, catalogAfter }: Pick<HistoryRow, 'durationMs' | 'catalogAfter'>,
): Promise<void> {
  const { rows } = await session.query(SCHEMA_SQL.finishHistory.text, [
    version,
    Math.round(durationMs),
    catalogAfter,
  ]);
  if (rows.length === 0) throw migrationLockLost();
}

export async function removeHistory(session: SqlSession, version: number): Promise<void> {
  const { rows } = await session.query(SCHEMA_SQL.removeHistory.text, [version]);
  if (rows.length === 0) throw migrationLockLost();
}
