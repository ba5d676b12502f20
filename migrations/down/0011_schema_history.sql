-- Who migrated what under which opening is then only in the ledger. The next cdb migrate up makes the
-- columns again, empty.

ALTER TABLE schema_history
  DROP COLUMN catalog_after,
  DROP COLUMN catalog_before,
  DROP COLUMN gate_id,
  DROP COLUMN who,
  DROP COLUMN state;
