import { wordsOf } from '../engine/domain/words-of.js';
import type { SqlSession } from '../engine/ports/sql-session.js';
import { OperatorError } from '../operator-error.js';
import { applyAlone } from './apply-alone.js';
import { applyFile } from './apply-file.js';
import { isEmptyDatabase } from './empty-database.js';
import { prepareHistory } from './history-table.js';
import { CommitLost, inTransaction } from './in-transaction.js';
import type { MigrationFile } from './migration-files.js';
import { withMigrationLock } from './migration-lock.js';
import type { MigrationRun } from './migration-run.js';
import { commitUnknown, migrationFailed, schemaNeedsGate } from './schema-errors.js';
import { schemaHistory } from './schema-history.js';
import { pendingOf, schemaState } from './schema-state.js';

/**
 * Applies what is pending, each file in its own transaction together with its row of history.
 * Several processes may call this at once: one works, the others wait and find nothing to do.
 * @returns the versions applied
 * @throws OperatorError when the schema is not ours to change, or a migration fails
 */
export async function ensureSchema(
  session: SqlSession,
  run: MigrationRun,
): Promise<readonly number[]> {
  const applied: number[] = [];
  try {
    await withMigrationLock(session, run, () => applyPending(session, run, applied));
  } catch (fault) {
    await goOnAfter(fault, run, applied);
  }
  return applied;
}

async function applyPending(session: SqlSession, run: MigrationRun, applied: number[]) {
  // Read under the lock: what was pending before may have been applied meanwhile.
  const state = await schemaState(session, run.files);
  const pending = pendingOf(state).filter(({ version }) => version <= (run.to ?? Infinity));
  await run.before?.(session);
  if (pending.length === 0) return;
  if (run.intoEmptyOnly && !(await isEmptyDatabase(session))) throw schemaNeedsGate();
  await inTransaction(session, () => prepareHistory(session));
  const interrupted = state.state === 'behind' ? state.interrupted : null;
  for (const file of pending) {
    if (file.alone === true) await applyAlone(session, file, run, file === interrupted);
    else await applyOrLose(session, file, run);
    applied.push(file.version);
  }
}

/** Says which file it was whose COMMIT had no answer. */
class FileLost extends Error {
  override readonly name = 'FileLost';
  readonly file: MigrationFile;

  constructor(file: MigrationFile, cause: unknown) {
    super(wordsOf(cause), { cause });
    this.file = file;
  }
}

async function applyOrLose(session: SqlSession, file: MigrationFile, run: MigrationRun) {
  try {
    await applyFile(session, file, run);
  } catch (fault) {
    throw fault instanceof CommitLost ? new FileLost(file, fault) : fault;
  }
}

/**
 * What became of a COMMIT whose answer was lost is looked up by another session, never guessed: once
 * that one has the lock, the first has ended, and the history says what it did.
 */
async function goOnAfter(fault: unknown, run: MigrationRun, applied: number[]): Promise<void> {
  if (!(fault instanceof FileLost || fault instanceof CommitLost)) throw fault;
  const file = fault instanceof FileLost ? fault.file : null;
  const name = file?.name ?? 'schema_history';
  const { again } = run;
  if (again === undefined) throw commitUnknown(name, fault);
  try {
    await again((session) =>
      withMigrationLock(session, run, async () => {
        if (file !== null) {
          await refuseUncommitted(session, file, fault);
          applied.push(file.version);
        }
        await applyRest(session, run, applied);
      }),
    );
  } catch (next) {
    // A second one on the way is not looked up again: a network like that is told about.
    throw next instanceof OperatorError ? next : commitUnknown(name, next);
  }
}

/** What was looked at before the first file is not as it was then. */
function applyRest(session: SqlSession, run: MigrationRun, applied: number[]): Promise<void> {
  const { files, clock, cdbVersion, waitForLockMs, to, who, gateId } = run;
  const rest: MigrationRun = {
    ...{ files, clock, cdbVersion, waitForLockMs },
    ...(to !== undefined && { to }),
    ...(who !== undefined && { who }),
    ...(gateId !== undefined && { gateId }),
  };
  return applyPending(session, rest, applied);
}

async function refuseUncommitted(session: SqlSession, file: MigrationFile, fault: Error) {
  const history = await schemaHistory(session);
  if (history.some(({ version }) => version === file.version)) return;
  throw migrationFailed(file.name, fault.message, fault);
}
