import { wordsOf } from '../../engine/domain/words-of.js';
import type { SqlSession } from '../../engine/ports/sql-session.js';
import { OperatorError } from '../../operator-error.js';
import { applyInside } from '../apply-file.js';
import type { Contract } from '../contracts/contract.js';
import { ensureSchema } from '../ensure-schema.js';
import { prepareHistory } from '../history-table.js';
import { CommitLost, inTransaction } from '../in-transaction.js';
import { withMigrationLock } from '../migration-lock.js';
import type { MigrationRun } from '../migration-run.js';
import { compared } from '../plan/rehearse.js';
import { baselineFailed, baselineUnknown, baselineWrong, commitUnknown } from '../schema-errors.js';
import { schemaHistory } from '../schema-history.js';
import { planBaseline, type BaselinePlan } from './baseline-plan.js';
import { putAside, type PutAside } from './put-aside.js';
import { remake } from './remake.js';

export interface BaselineDone {
  readonly aside: readonly PutAside[];
  readonly remade: readonly string[];
  readonly applied: readonly string[];
}

type Contracts = ReadonlyMap<string, Contract>;

/**
 * Puts what is old aside and brings the schema to this build, in one transaction: it is all there
 * afterwards, or nothing has changed. @throws OperatorError
 */
export async function applyBaseline(
  session: SqlSession,
  run: MigrationRun,
  contracts: Contracts,
): Promise<BaselineDone> {
  let done: BaselineDone = { aside: [], remade: [], applied: [] };
  // What has no transaction of its own could not be a part of that one.
  const goOn = (open: SqlSession) => ensureSchema(open, run);
  let later: readonly number[];
  try {
    await withMigrationLock(session, run, async () => {
      const plan = await planBaseline(session, run.files);
      if (plan.unknown.length > 0) throw baselineUnknown(plan.unknown);
      await inTransaction(session, async () => {
        done = await change(session, { plan, run, contracts });
      });
    });
    later = await goOn(session);
  } catch (fault) {
    if (!(fault instanceof CommitLost)) throw asOperatorError(fault);
    const again = await lookUp(run, done, fault);
    later = await again(goOn);
  }
  const names = run.files.filter(({ version }) => later.includes(version)).map(({ name }) => name);
  return { ...done, applied: [...done.applied, ...names] };
}

function asOperatorError(fault: unknown): OperatorError {
  return fault instanceof OperatorError ? fault : baselineFailed(wordsOf(fault), fault);
}

interface Change {
  readonly plan: BaselinePlan;
  readonly run: MigrationRun;
  readonly contracts: Contracts;
}

async function change(
  session: SqlSession,
  { plan, run, contracts }: Change,
): Promise<BaselineDone> {
  const { pending, remade } = plan;
  const aside = await putAside(session, plan.aside);
  await remake(
    session,
    run.files.filter((file) => !pending.includes(file)),
    remade,
  );
  await prepareHistory(session);
  const alone = pending.findIndex((file) => file.alone === true);
  const now = alone === -1 ? pending : pending.slice(0, alone);
  for (const file of now) await applyInside(session, file, run);
  if (alone === -1) {
    const faults = (await compared(session, contracts)).filter(({ level }) => level === 'FAIL');
    if (faults.length > 0) throw baselineWrong(faults.map(({ words }) => words));
  }
  return { aside, remade, applied: now.map(({ name }) => name) };
}

/** The history was written in the same transaction; where nothing was pending, nothing tells. */
async function lookUp(run: MigrationRun, done: BaselineDone, fault: CommitLost) {
  const { again } = run;
  const last = done.applied.at(-1);
  if (again === undefined || last === undefined) throw commitUnknown('baseline', fault);
  const isThere = await again((session) =>
    withMigrationLock(session, run, () => schemaHistory(session)),
  )
    .then((rows) => rows.some(({ name }) => name === last))
    .catch((error: unknown) => {
      throw commitUnknown('baseline', error);
    });
  if (!isThere) throw baselineFailed('the connection was lost before its COMMIT', fault);
  return again;
}
