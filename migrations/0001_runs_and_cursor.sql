-- Who wrote what follows, and up to where it is complete.

CREATE TABLE runs (
  run_id varchar(36) PRIMARY KEY,
  identity text NOT NULL,
  mode varchar(20) NOT NULL CHECK (mode IN ('shadow', 'paper', 'canary', 'live', 'replay')),
  feed text NOT NULL,
  seed bigint NOT NULL,
  code_version text NOT NULL,
  config_hash varchar(64) NOT NULL,
  started_at timestamptz NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE runs IS
  'One row per run: (feed identity, mode, seed); a resumed run keeps its row and its run_id.';

CREATE TABLE audit_cursor (
  run_id varchar(36) PRIMARY KEY,
  seq bigint NOT NULL,
  digest text NOT NULL,
  updated_at timestamptz NOT NULL DEFAULT now()
) WITH (fillfactor = 10);
COMMENT ON TABLE audit_cursor IS
  'Journal sequence up to which all rows of the run are committed. It moves in the transaction '
  'that writes those rows, so a batch that is sent again after a crash changes nothing.';
COMMENT ON COLUMN audit_cursor.digest IS 'Rolling output digest after seq.';
