import { wordsOf } from '../engine/domain/words-of.js';
import type { SqlSession } from '../engine/ports/sql-session.js';
import { catalogHash } from './catalog-hash.js';
import { finishHistory, removeHistory, writeHistory } from './history-table.js';
import { inTransaction } from './in-transaction.js';
import type { MigrationFile } from './migration-files.js';
import type { MigrationRun } from './migration-run.js';
import { aloneFailed, notAllowedAlone } from './schema-errors.js';
import { sqlPart } from '../engine/ports/sql-statement.js';
import { SCHEMA_SQL } from './schema-statements.js';
import { readConcurrent, type ConcurrentStatement } from './sql/concurrent-statement.js';

/**
 * Applies a file without a transaction. A row that says `started` is there before it and says `done`
 * behind it, so that one that was cut off is found; what it left is then removed and made again.
 * @param isInterrupted its row is there from before
 */
export async function applyAlone(
  session: SqlSession,
  file: MigrationFile,
  run: MigrationRun,
  isInterrupted: boolean,
): Promise<void> {
  const read = await readConcurrent(file.sql);
  if (!read.ok) throw notAllowedAlone(file.name, read.why);
  const { statement } = read;
  await session.query(SCHEMA_SQL.limitsAlone.text);
  try {
    const startMs = run.clock.monotonicMs();
    if (isInterrupted) await removeLeftover(session, statement);
    else await start(session, { file, statement, run });
    if (!(await isDone(session, statement))) await execute(session, { file, statement, run });
    await finishHistory(session, file.version, {
      durationMs: run.clock.monotonicMs() - startMs,
      catalogAfter: await catalogHash(session),
    });
  } finally {
    // A connection that is gone has no settings any more.
    await session.query(SCHEMA_SQL.limitsReset.text).catch(() => undefined);
  }
}

interface Alone {
  readonly file: MigrationFile;
  readonly statement: ConcurrentStatement;
  readonly run: MigrationRun;
}

async function start(session: SqlSession, { file, statement, run }: Alone): Promise<void> {
  const there = await indexState(session, statement);
  // Found before the row is written: what is not ours must never be taken for our own leftover.
  if (statement.kind === 'create index' && there !== 'absent') {
    throw notAllowedAlone(file.name, `the index ${statement.index} is there already`);
  }
  const { cdbVersion, who = null, gateId = null } = run;
  const catalogBefore = await catalogHash(session);
  const row = { file, cdbVersion, who, gateId, catalogBefore, catalogAfter: null, durationMs: 0 };
  await inTransaction(session, () => writeHistory(session, 'started', row));
}

/** A fault that the server tells leaves nothing: no half index, no row. */
async function execute(session: SqlSession, { file, statement }: Alone): Promise<void> {
  let fault: unknown = null;
  try {
    await session.query(file.sql);
    if (await isDone(session, statement)) return;
  } catch (error) {
    fault = error;
  }
  const isClean = await cleanUp(session, { file, statement });
  const why = fault === null ? 'the server left its index invalid' : wordsOf(fault);
  throw aloneFailed(file.name, { why, isClean }, fault);
}

async function cleanUp(
  session: SqlSession,
  { file, statement }: Pick<Alone, 'file' | 'statement'>,
): Promise<boolean> {
  try {
    await removeLeftover(session, statement);
    await removeHistory(session, file.version);
    return true;
  } catch {
    // Its row still says `started`: the next run repairs it.
    return false;
  }
}

/** Only what is invalid, and only the index that our own statement was making. */
async function removeLeftover(session: SqlSession, statement: ConcurrentStatement): Promise<void> {
  if (statement.kind === 'drop index') return;
  if ((await indexState(session, statement)) !== 'invalid') return;
  const leftover = { sql: sqlPart(`DROP INDEX CONCURRENTLY ${statement.index}`) };
  await session.query(leftover.sql);
}

async function isDone(session: SqlSession, statement: ConcurrentStatement): Promise<boolean> {
  const state = await indexState(session, statement);
  return statement.kind === 'create index' ? state === 'valid' : state === 'absent';
}

/** An index of the name on another table is neither valid nor ours. */
export async function indexState(
  session: SqlSession,
  { index, table }: Pick<ConcurrentStatement, 'index' | 'table'>,
): Promise<'absent' | 'valid' | 'invalid' | 'foreign'> {
  const { rows } = await session.query(SCHEMA_SQL.indexState.text, [index, table]);
  const [found] = rows;
  if (found === undefined) return 'absent';
  if (found['ours'] !== true) return 'foreign';
  return found['valid'] === true ? 'valid' : 'invalid';
}
