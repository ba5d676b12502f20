-- One-minute candles, per run: two runs over one recording write their own.

CREATE TABLE candles_1m (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  run_id varchar(36) NOT NULL,
  symbol varchar(20) NOT NULL,
  ts_ms bigint NOT NULL CHECK (ts_ms > 0),
  open numeric(18, 8) NOT NULL CHECK (open > 0),
  high numeric(18, 8) NOT NULL CHECK (high > 0),
  low numeric(18, 8) NOT NULL CHECK (low > 0),
  close numeric(18, 8) NOT NULL CHECK (close > 0),
  volume numeric(28, 8) NOT NULL DEFAULT 0 CHECK (volume >= 0),
  trade_count integer NOT NULL DEFAULT 0 CHECK (trade_count >= 0),
  regime_id smallint,
  ingested_at timestamptz NOT NULL DEFAULT now(),
  UNIQUE (run_id, symbol, ts_ms),
  CHECK (high >= low)
);
COMMENT ON COLUMN candles_1m.ts_ms IS 'Start of the window, venue time, Unix milliseconds.';
COMMENT ON COLUMN candles_1m.regime_id IS '0 trend, 1 range, 2 volatile, 3 crisis; null = unknown.';
