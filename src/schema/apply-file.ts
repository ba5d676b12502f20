import { wordsOf } from '../engine/domain/words-of.js';
import type { SqlSession } from '../engine/ports/sql-session.js';
import { OperatorError } from '../operator-error.js';
import { catalogHash } from './catalog-hash.js';
import { writeHistory } from './history-table.js';
import { CommitLost, inTransaction } from './in-transaction.js';
import type { MigrationFile } from './migration-files.js';
import type { MigrationRun } from './migration-run.js';
import { endsTransaction, migrationFailed } from './schema-errors.js';
import { SCHEMA_SQL } from './schema-statements.js';

/** Applies a file together with its row of history. @throws OperatorError, CommitLost */
export async function applyFile(
  session: SqlSession,
  file: MigrationFile,
  run: MigrationRun,
): Promise<void> {
  try {
    await inTransaction(session, () => applyInside(session, file, run));
  } catch (fault) {
    if (fault instanceof CommitLost || fault instanceof OperatorError) throw fault;
    throw migrationFailed(file.name, wordsOf(fault), fault);
  }
}

/** The same as a part of a transaction that is open. */
export async function applyInside(
  session: SqlSession,
  file: MigrationFile,
  { clock, cdbVersion, who, gateId }: MigrationRun,
): Promise<void> {
  const startMs = clock.monotonicMs();
  const catalogBefore = await catalogHash(session);
  const mine = await transactionId(session);
  await session.query(file.sql);
  if ((await transactionId(session)) !== mine) throw endsTransaction(file.name);
  await writeHistory(session, 'done', {
    file,
    cdbVersion,
    who: who ?? null,
    gateId: gateId ?? null,
    catalogBefore,
    catalogAfter: await catalogHash(session),
    durationMs: clock.monotonicMs() - startMs,
  });
}

async function transactionId(session: SqlSession): Promise<unknown> {
  const { rows } = await session.query(SCHEMA_SQL.transactionId.text);
  return rows[0]?.['id'];
}
