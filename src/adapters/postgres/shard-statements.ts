import { sqlStatement } from '../../engine/ports/sql-statement.js';

/** What a shard of a run keeps beside its audit rows. */
export const SHARD_SQL = {
  group: sqlStatement('run_group', 'UPDATE runs SET run_group = $2 WHERE run_id = $1'),
  insertShard: sqlStatement(
    'insert_run_shards',
    `INSERT INTO run_shards (run_id, shard, writer_token) VALUES ($1, $2, 0)
     ON CONFLICT DO NOTHING`,
  ),
  newestGroup: sqlStatement(
    'run_group_newest',
    `SELECT run_group, round(extract(epoch FROM started_at) * 1000)::text AS started_ms FROM runs
     WHERE identity = ANY($1) AND run_group IS NOT NULL ORDER BY started_at DESC LIMIT 1`,
  ),
  token: sqlStatement(
    'shard_token',
    'SELECT writer_token::text AS token FROM run_shards WHERE run_id = $1',
  ),
  endWriting: sqlStatement(
    'shard_end_writing',
    'UPDATE run_shards SET writer_token = writer_token + 1 WHERE run_id = $1',
  ),
  cursor: sqlStatement(
    'shard_cursor',
    `SELECT c.seq::text AS seq, c.digest, s.sources FROM audit_cursor c
     JOIN run_shards s USING (run_id) WHERE run_id = $1 AND c.seq >= 0`,
  ),
  inputs: sqlStatement(
    'shard_inputs',
    `SELECT inputs FROM run_inputs WHERE run_id = $1 AND seq_last > $2
     ORDER BY seq_last LIMIT $3`,
  ),
  insertSnapshot: sqlStatement(
    'insert_run_snapshots',
    `INSERT INTO run_snapshots (run_id, seq, digest, code_version, config_hash, state_shape, state)
     VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING`,
  ),
  forgetSnapshots: sqlStatement(
    'forget_snapshots',
    `DELETE FROM run_snapshots WHERE run_id = $1 AND seq NOT IN
     (SELECT seq FROM run_snapshots WHERE run_id = $1 ORDER BY seq DESC LIMIT $2)`,
  ),
  forgetInputs: sqlStatement(
    'forget_inputs',
    `DELETE FROM run_inputs WHERE run_id = $1 AND seq_last <=
     (SELECT min(seq) FROM run_snapshots WHERE run_id = $1)
     AND (SELECT count(*) FROM run_snapshots WHERE run_id = $1) >= $2`,
  ),
  snapshots: sqlStatement(
    'shard_snapshots',
    `SELECT seq::text AS seq, digest, code_version, config_hash, state_shape, state
     FROM run_snapshots WHERE run_id = $1 ORDER BY run_snapshots.seq DESC`,
  ),
};
