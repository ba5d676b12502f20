import { wordsOf } from '../engine/domain/words-of.js';
import type { SqlSession } from '../engine/ports/sql-session.js';
import { OperatorError } from '../operator-error.js';
import { catalogHash } from './catalog-hash.js';
import { prepareHistory, removeHistory } from './history-table.js';
import { CommitLost, inTransaction } from './in-transaction.js';
import type { MigrationFile } from './migration-files.js';
import { withMigrationLock } from './migration-lock.js';
import type { MigrationRun } from './migration-run.js';
import { lossesOf, type Loss } from './plan/losses.js';
import { commitUnknown, engineConnected, noReverse, takeBackFailed } from './schema-errors.js';
import { schemaHistory, type AppliedMigration } from './schema-history.js';
import { refuseForeign, stateOf } from './schema-state.js';
import { connectedEngines } from './verify/rows-grow.js';

/** One migration that would be taken back, newest first. */
export interface TakeBack {
  readonly file: MigrationFile;
  /** With the rows that are there now. */
  readonly losses: readonly Loss[];
}

export interface TakenBack {
  readonly name: string;
  /** Null where the history of an earlier build does not say how the schema was. */
  readonly isAsBefore: boolean | null;
}

/**
 * What stands above `to`, newest first. Reads only.
 * @param to 0 is the empty schema
 * @throws OperatorError where one has no reverse: then nothing is taken back
 */
export async function planTakeBack(
  session: SqlSession,
  files: readonly MigrationFile[],
  to: number,
): Promise<readonly TakeBack[]> {
  const rows = await above(session, files, to);
  const steps: TakeBack[] = [];
  for (const { file } of rows) {
    steps.push({ file, losses: await lossesOf(session, file.reverse?.sql ?? '') });
  }
  return steps;
}

async function above(session: SqlSession, files: readonly MigrationFile[], to: number) {
  const history = await schemaHistory(session);
  const state = stateOf(history, files);
  refuseForeign(state);
  const rows = history.filter(({ version }) => version > to).reverse();
  const steps = rows.flatMap((row) => {
    const file = files.find(({ version }) => version === row.version);
    return file === undefined ? [] : [{ row, file }];
  });
  const stuck = steps.find(({ file, row }) => !file.reverse || row.state === 'started');
  if (stuck !== undefined) throw noReverse(stuck.file.name, stuck.row.state === 'started');
  return steps;
}

/**
 * Takes back what stands above `to`, newest first, each in its own transaction with its row of
 * history. @returns what was taken back; @throws OperatorError
 */
export async function takeBack(
  session: SqlSession,
  run: MigrationRun,
  to: number,
): Promise<readonly TakenBack[]> {
  return withMigrationLock(session, run, async () => {
    const engines = await connectedEngines(session);
    if (engines > 0) throw engineConnected(engines);
    const steps = await above(session, run.files, to);
    if (steps.length === 0) return [];
    await inTransaction(session, () => prepareHistory(session)).catch((fault: unknown) => {
      throw fault instanceof CommitLost ? commitUnknown('schema_history', fault) : fault;
    });
    const taken: TakenBack[] = [];
    for (const step of steps) taken.push(await takeOneBack(session, run, step));
    return taken;
  });
}

interface Step {
  readonly row: AppliedMigration;
  readonly file: MigrationFile;
}

async function takeOneBack(
  session: SqlSession,
  run: MigrationRun,
  { row, file }: Step,
): Promise<TakenBack> {
  const { name, version, reverse } = file;
  try {
    const now = await inTransaction(session, async () => {
      if (reverse !== undefined) await session.query(reverse.sql);
      await removeHistory(session, version);
      return catalogHash(session);
    });
    return { name, isAsBefore: row.catalogBefore === null ? null : row.catalogBefore === now };
  } catch (fault) {
    if (fault instanceof OperatorError) throw fault;
    if (!(fault instanceof CommitLost)) throw takeBackFailed(name, wordsOf(fault), fault);
    if (run.again === undefined) throw commitUnknown(name, fault);
    const isThere = await run
      .again((again) => withMigrationLock(again, run, () => schemaHistory(again)))
      .then((rows) => rows.some((one) => one.version === version))
      .catch((error: unknown) => {
        throw commitUnknown(name, error);
      });
    const what = isThere ? 'it was not taken back' : 'it was taken back, the rest was not';
    throw takeBackFailed(name, `the connection was lost; ${what}`, fault);
  }
}
