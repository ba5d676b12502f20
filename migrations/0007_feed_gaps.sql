-- What a live feed did not deliver, and which candles it concerns.

ALTER TABLE candles_1m ADD COLUMN incomplete boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN candles_1m.incomplete IS 'Trades of this window are missing, or may be.';

CREATE TABLE feed_gaps (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  run_id varchar(36) NOT NULL,
  seq bigint NOT NULL,
  ord integer NOT NULL,
  symbol varchar(20) NOT NULL,
  reason varchar(20) NOT NULL,
  from_ms bigint CHECK (from_ms > 0),
  to_ms bigint NOT NULL CHECK (to_ms > 0),
  trades_missing bigint CHECK (trades_missing >= 0),
  noticed_ms bigint NOT NULL CHECK (noticed_ms > 0),
  ingested_at timestamptz NOT NULL DEFAULT now(),
  UNIQUE (run_id, seq, ord)
);
COMMENT ON COLUMN feed_gaps.from_ms IS 'Venue time of the last trade before; null = there was none.';
COMMENT ON COLUMN feed_gaps.to_ms IS 'Venue time of the first trade behind.';
COMMENT ON COLUMN feed_gaps.trades_missing IS 'By the ids of the venue; null = it has none that count.';
