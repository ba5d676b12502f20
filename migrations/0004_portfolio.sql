-- Double-entry ledger and portfolio snapshots.

CREATE TABLE ledger_entries (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  posting_pk varchar(36) NOT NULL,
  line integer NOT NULL CHECK (line >= 0),
  run_id varchar(36) NOT NULL,
  book varchar(20) NOT NULL CHECK (book IN ('real', 'hypothetical')),
  account varchar(80) NOT NULL,
  amount_usdt numeric(28, 8) NOT NULL,
  timestamp_ms bigint NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  UNIQUE (posting_pk, line)
);
CREATE INDEX ledger_entries_account_idx ON ledger_entries (run_id, book, account);
COMMENT ON TABLE ledger_entries IS 'The lines of one posting_pk sum to zero, checked at commit.';

CREATE FUNCTION ledger_posting_balances() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  pk varchar(36) := CASE WHEN TG_OP = 'DELETE' THEN OLD.posting_pk ELSE NEW.posting_pk END;
  balance numeric;
BEGIN
  SELECT sum(amount_usdt) INTO balance FROM ledger_entries WHERE posting_pk = pk;
  IF balance <> 0 THEN
    RAISE EXCEPTION 'ledger posting % does not balance: its lines sum to %', pk, balance
      USING ERRCODE = 'check_violation', TABLE = 'ledger_entries';
  END IF;
  RETURN NULL;
END
$$;

-- Deferred, because a posting is whole only when all its lines are there.
CREATE CONSTRAINT TRIGGER ledger_entries_balance
  AFTER INSERT OR UPDATE OR DELETE ON ledger_entries
  DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION ledger_posting_balances();

CREATE TABLE portfolio_snapshots (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  snapshot_pk varchar(36) NOT NULL UNIQUE,
  run_id varchar(36) NOT NULL,
  book varchar(20) NOT NULL CHECK (book IN ('real', 'hypothetical')),
  timestamp timestamptz NOT NULL,
  total_equity numeric(28, 8) NOT NULL,
  available_balance numeric(28, 8) NOT NULL,
  margin_used numeric(28, 8) DEFAULT 0,
  daily_pnl numeric(28, 8) DEFAULT 0,
  total_unrealized_pnl numeric(28, 8) DEFAULT 0,
  total_realized_pnl numeric(28, 8) DEFAULT 0,
  total_exposure_pct numeric(18, 8) DEFAULT 0,
  max_drawdown_pct numeric(18, 8) DEFAULT 0,
  open_positions integer DEFAULT 0,
  metadata jsonb,
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX portfolio_snapshots_timestamp_idx ON portfolio_snapshots (timestamp DESC);
COMMENT ON COLUMN portfolio_snapshots.total_exposure_pct IS
  'A fraction despite the name: 0.5 is half of the equity. Above 1 is a finding, not a reason to '
  'lose the row.';
COMMENT ON COLUMN portfolio_snapshots.max_drawdown_pct IS 'A fraction despite the name.';
COMMENT ON COLUMN portfolio_snapshots.total_equity IS
  'May be zero or below: the row that shows a blown account is the one that matters.';
