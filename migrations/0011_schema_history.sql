-- What the history says of a migration beside its checksum. A build that has this file adds the columns
-- before it applies any, so that they are there for the first one too.

ALTER TABLE schema_history
  ADD COLUMN IF NOT EXISTS state text NOT NULL DEFAULT 'done' CHECK (state IN ('started', 'done')),
  ADD COLUMN IF NOT EXISTS who text,
  ADD COLUMN IF NOT EXISTS gate_id text,
  ADD COLUMN IF NOT EXISTS catalog_before char(64),
  ADD COLUMN IF NOT EXISTS catalog_after char(64);
COMMENT ON COLUMN schema_history.state IS
  'started: a file without a transaction whose end nobody saw; cdb migrate up repairs it.';
COMMENT ON COLUMN schema_history.who IS 'The person; applied_by is the role of the database.';
COMMENT ON COLUMN schema_history.gate_id IS 'Opening of the delivery gate; null where none was needed.';
COMMENT ON COLUMN schema_history.catalog_before IS 'SHA-256 of the schema before; catalog_after behind it.';
