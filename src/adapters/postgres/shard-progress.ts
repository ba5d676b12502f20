import { gunzipSync, gzipSync } from 'node:zlib';
import type pg from 'pg';
import type { FenceToken, ShardInput } from '../../engine/ports/shard-log.js';
import type { ShardProgress } from '../../engine/ports/shard-store.js';
import { sqlStatement } from '../../engine/ports/sql-statement.js';
import { Fenced } from '../../engine/ports/fenced.js';
import { runStatement } from './run-statement.js';

const CLAIM_SHARD = sqlStatement(
  'shard_claim',
  'UPDATE run_shards SET writer_token = $2 WHERE run_id = $1 AND writer_token <= $2',
);

const INSERT_INPUTS = sqlStatement(
  'insert_run_inputs',
  'INSERT INTO run_inputs (run_id, seq_first, seq_last, inputs) VALUES ($1, $2, $3, $4)',
);

const MOVE_SOURCES = sqlStatement(
  'shard_sources',
  'UPDATE run_shards SET sources = sources || $2::jsonb WHERE run_id = $1',
);

export const PROGRESS_STATEMENTS = [CLAIM_SHARD, INSERT_INPUTS, MOVE_SOURCES];

/** Refuses a writer whose turn is over; in a transaction the row is locked until it ends. */
export async function claimShard(
  client: pg.PoolClient,
  runId: string,
  token: FenceToken,
): Promise<void> {
  const { rowCount } = await runStatement(client, CLAIM_SHARD, [runId, token]);
  if (rowCount === 0)
    throw new Fenced(
      `writer ${token} of run ${runId} was followed by another, or its shard begun again`,
    );
}

export async function keepInputs(
  client: pg.PoolClient,
  runId: string,
  { inputs, sources }: ShardProgress,
): Promise<void> {
  const [first, last] = [inputs[0], inputs.at(-1)];
  if (first === undefined || last === undefined) return;
  await runStatement(client, INSERT_INPUTS, [runId, first.seq, last.seq, packInputs(inputs)]);
  await runStatement(client, MOVE_SOURCES, [runId, JSON.stringify(sources)]);
}

function packInputs(inputs: readonly ShardInput[]): Buffer {
  return gzipSync(JSON.stringify(inputs), { level: 1 });
}

export function unpackInputs(packed: Buffer): readonly ShardInput[] {
  return JSON.parse(gunzipSync(packed).toString('utf8')) as ShardInput[];
}
