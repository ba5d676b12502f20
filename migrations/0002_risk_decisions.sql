-- One row per risk decision, its blocked subset, and the chain signal -> decision -> order -> fill.

CREATE TABLE risk_events (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  timestamp_ms bigint NOT NULL,
  symbol varchar(20) NOT NULL,
  decision varchar(10) NOT NULL CHECK (decision IN ('ALLOW', 'BLOCK')),
  reason_code varchar(20),
  contract_version varchar(50),
  decision_pk varchar(36) NOT NULL UNIQUE,
  input_snapshot_hash varchar(64),
  payload jsonb,
  reference_pk varchar(36),
  run_id varchar(36) NOT NULL,
  seq bigint NOT NULL,
  ord integer NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  UNIQUE (run_id, seq, ord)
);
CREATE INDEX risk_events_timestamp_ms_idx ON risk_events (timestamp_ms DESC);
CREATE INDEX risk_events_symbol_idx ON risk_events (symbol);
COMMENT ON TABLE risk_events IS
  'The audit trail of decisions: an order leaves only after its row here is committed.';
COMMENT ON COLUMN risk_events.timestamp_ms IS 'Venue time of the decision, Unix milliseconds.';
COMMENT ON COLUMN risk_events.reason_code IS 'Null for ALLOW.';
COMMENT ON COLUMN risk_events.contract_version IS
  'Name of the decision contract, "decision_contract_v1" (20 characters).';
COMMENT ON COLUMN risk_events.decision_pk IS
  'Derived from run_id, seq and ord: unique, and the same when the decision is made again.';
COMMENT ON COLUMN risk_events.reference_pk IS
  'The original''s key, from symbol, time and input hash. Not unique on real trades.';
COMMENT ON COLUMN risk_events.seq IS 'Journal sequence of the input that caused the decision.';
COMMENT ON COLUMN risk_events.created_at IS 'Wall clock of the commit, not of the market.';

CREATE TABLE blocked_decisions (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  decision_pk varchar(36) NOT NULL UNIQUE,
  signal_id varchar(80) NOT NULL,
  decision_id varchar(36) NOT NULL,
  symbol varchar(20) NOT NULL,
  reason_code varchar(20) NOT NULL,
  timestamp_ms bigint NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  payload jsonb
);
CREATE INDEX blocked_decisions_signal_id_idx ON blocked_decisions (signal_id);
CREATE INDEX blocked_decisions_timestamp_ms_idx ON blocked_decisions (timestamp_ms DESC);
COMMENT ON COLUMN blocked_decisions.decision_pk IS 'Equal to the key in risk_events.';

CREATE TABLE correlation_ledger (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  event_pk varchar(36) NOT NULL UNIQUE,
  correlation_id varchar(36) NOT NULL,
  signal_id varchar(80),
  decision_id varchar(36),
  order_id varchar(100),
  fill_id varchar(100),
  event_type varchar(20) NOT NULL CHECK (event_type IN ('SIGNAL', 'DECISION', 'ORDER', 'FILL')),
  symbol varchar(20) NOT NULL,
  timestamp_ms bigint NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  payload jsonb
);
CREATE INDEX correlation_ledger_correlation_id_idx ON correlation_ledger (correlation_id);
CREATE INDEX correlation_ledger_order_id_idx ON correlation_ledger (order_id)
  WHERE order_id IS NOT NULL;
COMMENT ON COLUMN correlation_ledger.correlation_id IS
  'The same for all events of one signal; walks a fill back to what caused it.';
