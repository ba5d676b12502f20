import type pg from 'pg';
import { AUDIT_TABLES, type AuditRow, type AuditTable } from '../../engine/domain/audit-tables.js';
import type {
  AuditBatch,
  AuditCursor,
  AuditStore,
  RunRecord,
  CommittedRows,
} from '../../engine/ports/audit-store.js';
import { assertInvariant } from '../../engine/domain/invariant.js';
import { DependencyError } from '../../operator-error.js';
import { CHAIN_TABLES, type ChainHash, type ChainTable } from '../../engine/domain/row-chain.js';
import { PLAIN_CHAIN_HASH } from '../chain-hash.js';
import { RunChains, withoutKnown, type LockedChains } from './chain-commit.js';
import { columnText } from './column-text.js';
import { INSERT_COLUMNS } from './column-types.js';
import { newestOrders, newestPositions } from './newest-rows.js';
import type { PgPool } from './pg-pool.js';
import { probeStatements } from './probe.js';
import { runPrepared, runStatement } from './run-statement.js';
import { claimShard, keepInputs } from './shard-progress.js';
import { BEGIN, COMMIT, ROLLBACK } from './session-statements.js';
import {
  CREATE_CURSOR,
  INSERT_RUN,
  INSERTS,
  LOCK_CURSOR,
  MOVE_CURSOR,
  READ_CURSOR,
} from './statements.js';

/** Upserts change rows by design; the ledger's key tells kinds of events, not each one, apart. */
const MAY_REPEAT: readonly AuditTable[] = ['orders', 'positions', 'correlation_ledger'];

/** The audit trail in PostgreSQL, embedded or external. The caller closes the pool's other users. */
export function postgresAuditStore(pool: PgPool, hash: ChainHash = PLAIN_CHAIN_HASH): AuditStore {
  return {
    commit: (batch) =>
      pool.use(`commit audit batch ${batch.seqFirst}..${batch.seqLast}`, (client) =>
        commitBatch(client, batch, hash),
      ),
    cursor: (runId) =>
      pool.use('read the audit cursor', async (client) => {
        const { rows } = await runStatement<CursorRow>(client, READ_CURSOR, [runId]);
        return toCursor(rows[0]);
      }),
    startRun: (run) => pool.use('record the run', (client) => insertRun(client, run)),
    probe: () => pool.use('prepare the audit statements', probeStatements),
    close: () => pool.close(),
  };
}

interface CursorRow {
  readonly seq: string;
  readonly digest: string;
}

function toCursor(row: CursorRow | undefined): AuditCursor | null {
  return row === undefined ? null : { seq: Number(row.seq), digest: row.digest };
}

export async function insertRun(client: pg.PoolClient, run: RunRecord): Promise<void> {
  await runStatement(client, INSERT_RUN, [
    run.runId,
    run.identity,
    run.mode,
    run.feed,
    run.seed,
    run.codeVersion,
    run.configHash,
    run.startedAtMs,
  ]);
}

/**
 * Rows, cursor and heads of the chains in one transaction. The cursor's row is locked first, so of two
 * processes with the same batch the second waits and then finds it done.
 */
async function commitBatch(
  client: pg.PoolClient,
  batch: AuditBatch,
  hash: ChainHash,
): Promise<CommittedRows> {
  const { runId, rows, shard } = batch;
  await runStatement(client, BEGIN);
  const locked = await lockCursor(client, runId);
  const { seq, digest } = locked;
  const cursor = { seq: Number(seq), digest };
  if (shard !== undefined) await claimShard(client, runId, shard.token);
  if (batch.seqLast <= cursor.seq) {
    await runStatement(client, ROLLBACK);
    refuseOtherHistory(batch, cursor);
    return {};
  }
  if (batch.shard !== undefined) refuseOtherPlace(batch, cursor);
  refuseLoss(batch, cursor);
  const chains = await RunChains.continued(client, { runId, hash }, locked);
  const taken: Partial<Record<AuditTable, number>> = {};
  for (const table of AUDIT_TABLES) {
    const given = rows[table] ?? [];
    if (given.length === 0) continue;
    const isNew = batch.seqFirst > cursor.seq;
    const chained = isChained(table);
    const fresh = chained && !isNew ? await withoutKnown(client, table, given) : given;
    const sent = chained ? chains.link(table, fresh) : fresh;
    const inserted = sent.length === 0 ? 0 : await insertRows(client, table, sent);
    taken[table] = inserted;
    // A row of a chain that is not there would leave a hole in it.
    if (isNew || chained) refuseTakenKeys(table, sent.length, inserted);
  }
  if (shard !== undefined) await keepInputs(client, runId, shard);
  const moved = [runId, batch.seqLast, batch.digest, ...chains.headValues()];
  await runPrepared(client, MOVE_CURSOR, moved);
  await runStatement(client, COMMIT);
  return taken;
}

function isChained(table: AuditTable): table is ChainTable {
  return CHAIN_TABLES.some((chained) => chained === table);
}

type LockedCursor = CursorRow & LockedChains;

async function lockCursor(client: pg.PoolClient, runId: string): Promise<LockedCursor> {
  const locked = await runPrepared<LockedCursor>(client, LOCK_CURSOR, [runId]);
  if (locked.rows[0] !== undefined) return locked.rows[0];
  await runPrepared(client, CREATE_CURSOR, [runId]);
  const again = await runPrepared<LockedCursor>(client, LOCK_CURSOR, [runId]);
  const [row] = again.rows;
  assertInvariant(row !== undefined, 'a cursor that was made is there');
  return row;
}

async function insertRows(
  client: pg.PoolClient,
  table: AuditTable,
  rows: readonly AuditRow[],
): Promise<number> {
  const distinct = distinctRows(table, rows);
  const values = INSERT_COLUMNS[table].map(({ type }, index) =>
    columnText(distinct, index, type === 'jsonb'),
  );
  return (await runPrepared(client, INSERTS[table], values)).rowCount ?? 0;
}

function distinctRows(table: AuditTable, rows: readonly AuditRow[]): readonly AuditRow[] {
  if (table === 'orders') return newestOrders(rows);
  return table === 'positions' ? newestPositions(rows) : rows;
}

/** The same place in the same run with another digest means that history was computed twice. */
function refuseOtherHistory(batch: AuditBatch, cursor: AuditCursor): void {
  if (batch.seqLast !== cursor.seq || batch.digest === cursor.digest) return;
  throw new DependencyError(
    `Cannot commit audit batch ${batch.seqFirst}..${batch.seqLast}: the run is already recorded ` +
      `up to there with another digest (recorded ${cursor.digest}, now ${batch.digest})`,
    { dependency: 'postgresql', retryable: false },
  );
}

/** Commits that were confirmed and are gone: what comes now would stand behind a hole. */
function refuseLoss({ recordedSeq = 0 }: AuditBatch, { seq }: AuditCursor): void {
  const end = Math.max(0, seq);
  if (end >= recordedSeq) return;
  throw new DependencyError(
    `Cannot commit: the database has lost what it had confirmed. Input ${recordedSeq} was on record, ` +
      `and the record ends at ${end}. Was it restored, or did a server take over that was behind? ` +
      'Start the engine again: it commits what is missing from its journal',
    { dependency: 'postgresql', retryable: false },
  );
}

/**
 * Every input of a shard is in one commit. A database that has lost one (a failover to a server that
 * was behind), or a writer of another history, would leave a hole or something twice.
 */
function refuseOtherPlace({ seqFirst, seqLast }: AuditBatch, { seq }: AuditCursor): void {
  const end = Math.max(0, seq);
  if (seqFirst === end + 1) return;
  throw new DependencyError(
    `Cannot commit audit batch ${seqFirst}..${seqLast}: the record of the shard ends at input ${end}`,
    { dependency: 'postgresql', retryable: false },
  );
}

/**
 * None of a batch beyond the cursor can be there yet. A row that is skipped as a duplicate carries
 * a key that another fact has taken, and would be lost without a word.
 */
function refuseTakenKeys(table: AuditTable, given: number, inserted: number): void {
  if (inserted === given || MAY_REPEAT.includes(table)) return;
  throw new DependencyError(
    `Cannot commit to "${table}": ${given - inserted} of ${given} rows carry a key that is taken`,
    { dependency: 'postgresql', retryable: false },
  );
}
