import { wordsOf } from '../../engine/domain/words-of.js';
import type { SqlSession } from '../../engine/ports/sql-session.js';
import { OperatorError } from '../../operator-error.js';
import { applyInside } from '../apply-file.js';
import type { Contract } from '../contracts/contract.js';
import { isEmptyDatabase } from '../empty-database.js';
import { ensureSchema } from '../ensure-schema.js';
import { prepareHistory } from '../history-table.js';
import { CommitLost, inTransaction } from '../in-transaction.js';
import { refuseUnfit } from '../lint/refuse-unfit.js';
import { withMigrationLock } from '../migration-lock.js';
import type { MigrationRun } from '../migration-run.js';
import { compared } from '../plan/rehearse.js';
import {
  baselineFailed,
  baselineUnknown,
  baselineWrong,
  commitUnknown,
  schemaNeedsGate,
} from '../schema-errors.js';
import { schemaHistory } from '../schema-history.js';
import { planBaseline, type BaselinePlan } from './baseline-plan.js';
import { putAside, type PutAside } from './put-aside.js';
import { remake } from './remake.js';

export interface BaselineDone {
  readonly aside: readonly PutAside[];
  readonly remade: readonly string[];
  readonly applied: readonly string[];
  /** What the contracts say to it afterwards; only files without a transaction can leave any. */
  readonly faults: readonly string[];
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
  await refuseUnfit(run.files);
  let done: BaselineDone = { aside: [], remade: [], applied: [], faults: [] };
  // What has no transaction of its own could not be a part of that one.
  const goOn = async (open: SqlSession) => {
    const versions = await ensureSchema(open, run);
    return { versions, faults: await contractFaults(open, contracts) };
  };
  let later: Awaited<ReturnType<typeof goOn>>;
  try {
    await withMigrationLock(session, run, async () => {
      if (run.intoEmptyOnly && !(await isEmptyDatabase(session))) throw schemaNeedsGate();
      const plan = await planBaseline(session, run.files);
      if (plan.unknown.length > 0) throw baselineUnknown(plan.unknown);
      await rolledBackOrDone(() =>
        inTransaction(session, async () => {
          done = await change(session, { plan, run, contracts });
        }),
      );
    });
    later = await goOn(session);
  } catch (fault) {
    if (!(fault instanceof CommitLost)) throw fault;
    const again = await lookUp(run, done, fault);
    later = await again(goOn);
  }
  const { versions, faults } = later;
  const names = run.files
    .filter(({ version }) => versions.includes(version))
    .map(({ name }) => name);
  return { ...done, applied: [...done.applied, ...names], faults };
}

/** Only what happens before the COMMIT is rolled back; what a lost one did is looked up. */
async function rolledBackOrDone(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (fault) {
    if (fault instanceof OperatorError || fault instanceof CommitLost) throw fault;
    throw baselineFailed(wordsOf(fault), fault);
  }
}

async function contractFaults(session: SqlSession, contracts: Contracts) {
  const findings = await compared(session, contracts);
  return findings.filter(({ level }) => level === 'FAIL').map(({ words }) => words);
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
    const faults = await contractFaults(session, contracts);
    if (faults.length > 0) throw baselineWrong(faults);
  }
  return { aside, remade, applied: now.map(({ name }) => name), faults: [] };
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
