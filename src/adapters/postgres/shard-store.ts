import { gunzipSync, gzipSync } from 'node:zlib';
import type pg from 'pg';
import type { ShardInput, SourceOffsets } from '../../engine/ports/shard-log.js';
import type { ShardCursor, ShardStore } from '../../engine/ports/shard-store.js';
import type { Snapshot, SnapshotStore } from '../../engine/ports/snapshot-store.js';
import { insertRun } from './audit-store.js';
import type { PgPool } from './pg-pool.js';
import { runStatement } from './run-statement.js';
import { BEGIN, COMMIT } from './session-statements.js';
import { claimShard, unpackInputs } from './shard-progress.js';
import { SHARD_SQL } from './shard-statements.js';

const SNAPSHOTS_KEPT = 2;
const PACKS_PER_READ = 16;

export function postgresShardStore(pool: PgPool): ShardStore {
  return {
    startRun: (run) =>
      pool.use('record the shard', async (client) => {
        await runStatement(client, BEGIN);
        await insertRun(client, run);
        await runStatement(client, SHARD_SQL.group, [run.runId, run.runGroup]);
        await runStatement(client, SHARD_SQL.insertShard, [run.runId, run.shard]);
        await runStatement(client, COMMIT);
      }),
    newestGroup: (identities) =>
      pool.use('look for the run', async (client) => {
        const { rows } = await runStatement<{ run_group: string; started_ms: string }>(
          client,
          SHARD_SQL.newestGroup,
          [identities],
        );
        const [row] = rows;
        return row === undefined
          ? null
          : { runGroup: row.run_group, startedAtMs: Number(row.started_ms) };
      }),
    cursor: (runId) =>
      pool.use('read the cursor of the shard', (client) => readCursor(client, runId)),
    writerToken: (runId) =>
      pool.use('read the fence of the shard', async (client) => {
        const { rows } = await runStatement<{ token: string }>(client, SHARD_SQL.token, [runId]);
        return Number(rows[0]?.token ?? 0);
      }),
    claim: (runId, token) =>
      pool.use('claim the shard', (client) => claimShard(client, runId, token)),
    endWriting: (runId) =>
      pool.use('end the turn of the writer', async (client) => {
        // Waits for the transaction of a writer, which holds this row.
        await runStatement(client, SHARD_SQL.endWriting, [runId]);
        return readCursor(client, runId);
      }),
    inputs: (runId, afterSeq) => keptInputs(pool, runId, afterSeq),
    snapshots: snapshotRows(pool),
  };
}

async function readCursor(client: pg.PoolClient, runId: string): Promise<ShardCursor | null> {
  const { rows } = await runStatement<{
    seq: string;
    digest: string;
    sources: SourceOffsets;
  }>(client, SHARD_SQL.cursor, [runId]);
  const [row] = rows;
  return row === undefined ? null : { ...row, seq: Number(row.seq) };
}

async function* keptInputs(
  pool: PgPool,
  runId: string,
  afterSeq: number,
): AsyncGenerator<readonly ShardInput[]> {
  for (let after = afterSeq; ;) {
    const packs = await pool.use('read the inputs of the shard', async (client) => {
      const { rows } = await runStatement<{ inputs: Buffer }>(client, SHARD_SQL.inputs, [
        runId,
        after,
        PACKS_PER_READ,
      ]);
      return rows;
    });
    const inputs = packs.flatMap((pack) => unpackInputs(pack.inputs));
    const fresh = inputs.filter(({ seq }) => seq > after);
    const last = fresh.at(-1);
    if (last === undefined) return;
    yield fresh;
    after = last.seq;
  }
}

interface SnapshotRow {
  readonly seq: string;
  readonly digest: string;
  readonly code_version: string;
  readonly config_hash: string;
  readonly state_shape: string;
  readonly state: Buffer;
}

function snapshotRows(pool: PgPool): SnapshotStore {
  return {
    save: (snapshot) =>
      pool.use('save the snapshot of the shard', async (client) => {
        const { runId, seq, digest, codeVersion, configHash, stateShape } = snapshot;
        const state = gzipSync(snapshot.state, { level: 1 });
        await runStatement(client, BEGIN);
        const row = [runId, seq, digest, codeVersion, configHash, stateShape, state];
        await runStatement(client, SHARD_SQL.insertSnapshot, row);
        await runStatement(client, SHARD_SQL.forgetSnapshots, [runId, SNAPSHOTS_KEPT]);
        await runStatement(client, SHARD_SQL.forgetInputs, [runId, SNAPSHOTS_KEPT]);
        await runStatement(client, COMMIT);
      }),
    load: (runId) =>
      pool.use('load the snapshots of the shard', async (client) => {
        const { rows } = await runStatement<SnapshotRow>(client, SHARD_SQL.snapshots, [runId]);
        return { snapshots: rows.map((row) => snapshotOf(runId, row)), damaged: 0 };
      }),
  };
}

function snapshotOf(runId: string, row: SnapshotRow): Snapshot {
  return {
    runId,
    seq: Number(row.seq),
    digest: row.digest,
    codeVersion: row.code_version,
    configHash: row.config_hash,
    stateShape: row.state_shape,
    state: gunzipSync(row.state).toString('utf8'),
  };
}
