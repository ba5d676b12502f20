import { gunzipSync, gzipSync } from 'node:zlib';
import type pg from 'pg';
import type { ShardInput, SourceOffsets } from '../../engine/ports/shard-log.js';
import type { ShardCursor, ShardStore } from '../../engine/ports/shard-store.js';
import type { Snapshot, SnapshotStore } from '../../engine/ports/snapshot-store.js';
import { insertRun } from './audit-store.js';
import type { PgPool } from './pg-pool.js';
import { claimShard, unpackInputs } from './shard-progress.js';

const SNAPSHOTS_KEPT = 2;
const PACKS_PER_READ = 16;

export function postgresShardStore(pool: PgPool): ShardStore {
  return {
    startRun: (run) =>
      pool.use('record the shard', async (client) => {
        await client.query('BEGIN');
        await insertRun(client, run);
        await client.query('UPDATE runs SET run_group = $2 WHERE run_id = $1', [
          run.runId,
          run.runGroup,
        ]);
        await client.query(
          `INSERT INTO run_shards (run_id, shard, writer_token) VALUES ($1, $2, 0)
           ON CONFLICT DO NOTHING`,
          [run.runId, run.shard],
        );
        await client.query('COMMIT');
      }),
    newestGroup: (identities) =>
      pool.use('look for the run', async (client) => {
        const { rows } = await client.query<{ run_group: string; started_ms: string }>(
          `SELECT run_group, round(extract(epoch FROM started_at) * 1000)::text AS started_ms FROM runs
           WHERE identity = ANY($1) AND run_group IS NOT NULL ORDER BY started_at DESC LIMIT 1`,
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
        const { rows } = await client.query<{ token: string }>(
          'SELECT writer_token::text AS token FROM run_shards WHERE run_id = $1',
          [runId],
        );
        return Number(rows[0]?.token ?? 0);
      }),
    claim: (runId, token) =>
      pool.use('claim the shard', (client) => claimShard(client, runId, token)),
    endWriting: (runId) =>
      pool.use('end the turn of the writer', async (client) => {
        // Waits for the transaction of a writer, which holds this row.
        await client.query(
          'UPDATE run_shards SET writer_token = writer_token + 1 WHERE run_id = $1',
          [runId],
        );
        return readCursor(client, runId);
      }),
    inputs: (runId, afterSeq) => keptInputs(pool, runId, afterSeq),
    snapshots: snapshotRows(pool),
  };
}

async function readCursor(client: pg.PoolClient, runId: string): Promise<ShardCursor | null> {
  const { rows } = await client.query<{
    seq: string;
    digest: string;
    sources: SourceOffsets;
  }>(
    `SELECT c.seq::text AS seq, c.digest, s.sources FROM audit_cursor c
     JOIN run_shards s USING (run_id) WHERE run_id = $1 AND c.seq >= 0`,
    [runId],
  );
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
      const { rows } = await client.query<{ inputs: Buffer }>(
        `SELECT inputs FROM run_inputs WHERE run_id = $1 AND seq_last > $2
         ORDER BY seq_last LIMIT $3`,
        [runId, after, PACKS_PER_READ],
      );
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
        await client.query('BEGIN');
        await client.query(
          `INSERT INTO run_snapshots (run_id, seq, digest, code_version, config_hash, state_shape, state)
           VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING`,
          [runId, seq, digest, codeVersion, configHash, stateShape, state],
        );
        await client.query(
          `DELETE FROM run_snapshots WHERE run_id = $1 AND seq NOT IN
           (SELECT seq FROM run_snapshots WHERE run_id = $1 ORDER BY seq DESC LIMIT $2)`,
          [runId, SNAPSHOTS_KEPT],
        );
        await client.query(
          `DELETE FROM run_inputs WHERE run_id = $1 AND seq_last <=
           (SELECT min(seq) FROM run_snapshots WHERE run_id = $1)
           AND (SELECT count(*) FROM run_snapshots WHERE run_id = $1) >= $2`,
          [runId, SNAPSHOTS_KEPT],
        );
        await client.query('COMMIT');
      }),
    load: (runId) =>
      pool.use('load the snapshots of the shard', async (client) => {
        const { rows } = await client.query<SnapshotRow>(
          `SELECT seq::text AS seq, digest, code_version, config_hash, state_shape, state
           FROM run_snapshots WHERE run_id = $1 ORDER BY run_snapshots.seq DESC`,
          [runId],
        );
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
