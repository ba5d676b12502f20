-- What several processes share that work on one run together.

ALTER TABLE runs ADD COLUMN run_group varchar(36);
COMMENT ON COLUMN runs.run_group IS
  'Shards of one run have the same group; null where the run is its own group.';
CREATE INDEX runs_group_idx ON runs (coalesce(run_group, run_id));

CREATE TABLE run_shards (
  run_id varchar(36) PRIMARY KEY REFERENCES runs,
  shard integer NOT NULL,
  writer_token bigint NOT NULL,
  sources jsonb NOT NULL DEFAULT '{}'
);
COMMENT ON TABLE run_shards IS
  'Who may write a shard: a writer with a lower token than the newest one is refused. sources has, '
  'for each feeder, the offset up to which its inputs are in run_inputs or behind a snapshot.';

CREATE TABLE run_inputs (
  run_id varchar(36) NOT NULL REFERENCES runs,
  seq_first bigint NOT NULL,
  seq_last bigint NOT NULL,
  inputs bytea NOT NULL,
  PRIMARY KEY (run_id, seq_last)
);
COMMENT ON TABLE run_inputs IS
  'Inputs behind the snapshots, gzipped JSON lines: with them a shard begins again at its cursor '
  'when the event log was lost. Rows at or below the older of the snapshots are deleted.';

CREATE TABLE run_snapshots (
  run_id varchar(36) NOT NULL REFERENCES runs,
  seq bigint NOT NULL,
  digest text NOT NULL,
  code_version text NOT NULL,
  config_hash varchar(64) NOT NULL,
  state_shape text NOT NULL,
  state bytea NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (run_id, seq)
);
COMMENT ON TABLE run_snapshots IS 'Folded state of a shard at a committed input, gzipped; two are kept.';
