-- Decisions and control events in a hash chain per run, and the anchors between the database and ledgers.

ALTER TABLE risk_events
  ADD COLUMN chain_n bigint,
  ADD COLUMN chain_prev varchar(64),
  ADD COLUMN chain_hash varchar(64),
  ADD COLUMN chain_key varchar(16);
COMMENT ON COLUMN risk_events.chain_n IS
  'Position in the chain of the run, from 1 without a gap; null for rows from before there was one.';
COMMENT ON COLUMN risk_events.chain_prev IS 'chain_hash of the position before.';
COMMENT ON COLUMN risk_events.chain_hash IS
  'Over position, chain_prev and every other column but id (docs/audit.md, Canonical form).';
COMMENT ON COLUMN risk_events.chain_key IS 'Names the key of the hash; null where there was none.';

ALTER TABLE control_events
  ADD COLUMN chain_n bigint,
  ADD COLUMN chain_prev varchar(64),
  ADD COLUMN chain_hash varchar(64),
  ADD COLUMN chain_key varchar(16);
COMMENT ON COLUMN control_events.chain_n IS 'As in risk_events; a chain of its own.';
CREATE UNIQUE INDEX control_events_chain_idx ON control_events (run_id, chain_n);

ALTER TABLE audit_cursor
  ADD COLUMN risk_n bigint,
  ADD COLUMN risk_hash varchar(64),
  ADD COLUMN risk_since bigint,
  ADD COLUMN control_n bigint,
  ADD COLUMN control_hash varchar(64),
  ADD COLUMN control_since bigint;
COMMENT ON COLUMN audit_cursor.risk_n IS
  'Head of the chain in risk_events; it moves in the transaction that adds the rows. Null: not begun.';
COMMENT ON COLUMN audit_cursor.risk_since IS
  'Newest id of risk_events when the chain began: no row of the run behind it may lack a position.';
COMMENT ON COLUMN audit_cursor.control_n IS 'The same for control_events.';

CREATE FUNCTION audit_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP
    USING ERRCODE = 'integrity_constraint_violation', TABLE = TG_TABLE_NAME;
END
$$;

CREATE TRIGGER risk_events_no_change
  BEFORE UPDATE OR DELETE ON risk_events
  FOR EACH ROW EXECUTE FUNCTION audit_append_only();
CREATE TRIGGER risk_events_no_truncate
  BEFORE TRUNCATE ON risk_events
  FOR EACH STATEMENT EXECUTE FUNCTION audit_append_only();

CREATE TABLE audit_database (
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  id uuid NOT NULL DEFAULT gen_random_uuid()
);
INSERT INTO audit_database DEFAULT VALUES;
COMMENT ON TABLE audit_database IS
  'One row that names this database to the ledgers, which may anchor several.';

CREATE TABLE audit_anchors (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  ledger_id varchar(64) NOT NULL,
  place text NOT NULL,
  ledger_n bigint NOT NULL CHECK (ledger_n > 0),
  ledger_hash varchar(64) NOT NULL,
  cause varchar(20) NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  UNIQUE (ledger_id, ledger_n)
);
COMMENT ON TABLE audit_anchors IS
  'Heads of the ledgers that engines keep in their state directories, as those were at the time.';
COMMENT ON COLUMN audit_anchors.ledger_id IS 'Hash of the first entry of the ledger.';
COMMENT ON COLUMN audit_anchors.place IS 'Host and directory of the ledger.';

CREATE TRIGGER audit_anchors_no_change
  BEFORE UPDATE OR DELETE ON audit_anchors
  FOR EACH ROW EXECUTE FUNCTION audit_append_only();
CREATE TRIGGER audit_anchors_no_truncate
  BEFORE TRUNCATE ON audit_anchors
  FOR EACH STATEMENT EXECUTE FUNCTION audit_append_only();
