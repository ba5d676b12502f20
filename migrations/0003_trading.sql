-- Signals, orders, fills and positions.

CREATE TABLE signals (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  signal_id varchar(80) NOT NULL UNIQUE,
  run_id varchar(36) NOT NULL,
  symbol varchar(20) NOT NULL CHECK (length(symbol) >= 3),
  signal_type varchar(10) NOT NULL CHECK (signal_type IN ('buy', 'sell', 'unknown')),
  strategy_id varchar(80) NOT NULL,
  price numeric(18, 8) NOT NULL CHECK (price > 0),
  confidence numeric(5, 4) NOT NULL CHECK (confidence BETWEEN 0 AND 1),
  timestamp timestamptz NOT NULL,
  source varchar(50) NOT NULL DEFAULT 'momentum_strategy',
  metadata jsonb,
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX signals_timestamp_idx ON signals (timestamp DESC);
COMMENT ON COLUMN signals.signal_type IS
  'Side of the signal; "unknown" is legal so that a signal without one is kept, not lost.';
COMMENT ON COLUMN signals.timestamp IS 'Venue time.';

CREATE TABLE orders (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  order_id varchar(100) NOT NULL UNIQUE,
  run_id varchar(36) NOT NULL,
  signal_id varchar(80),
  decision_id varchar(36),
  client_id varchar(100),
  strategy_id varchar(80),
  symbol varchar(20) NOT NULL,
  side varchar(10) NOT NULL CHECK (side IN ('buy', 'sell', 'long', 'short')),
  order_type varchar(20) NOT NULL DEFAULT 'market'
    CHECK (order_type IN ('market', 'limit', 'stop', 'stop_limit')),
  price numeric(28, 8),
  size numeric(28, 8) NOT NULL CHECK (size > 0),
  approved boolean NOT NULL DEFAULT false,
  rejection_reason text,
  status varchar(20) NOT NULL DEFAULT 'pending' CHECK (
    status IN ('pending', 'submitted', 'partially_filled', 'filled', 'rejected', 'cancelled', 'failed')
  ),
  filled_size numeric(28, 8) NOT NULL DEFAULT 0 CHECK (filled_size >= 0),
  avg_fill_price numeric(28, 8),
  created_at timestamptz NOT NULL DEFAULT now(),
  submitted_at timestamptz,
  filled_at timestamptz,
  metadata jsonb
);
CREATE INDEX orders_created_at_idx ON orders (created_at DESC);
CREATE INDEX orders_signal_id_idx ON orders (signal_id);
CREATE INDEX orders_open_idx ON orders (run_id)
  WHERE status IN ('pending', 'submitted', 'partially_filled');
COMMENT ON TABLE orders IS
  'One row per order with its newest status. filled, rejected, cancelled and failed are final.';
COMMENT ON COLUMN orders.price IS 'Null for a market order without a decision price.';
COMMENT ON COLUMN orders.filled_size IS
  'May exceed size: a venue that overfills must be recorded, not refused.';

CREATE TABLE trades (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  fill_id varchar(100) NOT NULL UNIQUE,
  order_id varchar(100) NOT NULL,
  run_id varchar(36) NOT NULL,
  symbol varchar(20) NOT NULL,
  side varchar(10) NOT NULL CHECK (side IN ('buy', 'sell')),
  price numeric(28, 8) NOT NULL CHECK (price > 0),
  size numeric(28, 8) NOT NULL CHECK (size > 0),
  status varchar(20) NOT NULL DEFAULT 'filled'
    CHECK (status IN ('filled', 'partial', 'partially_filled', 'cancelled')),
  execution_price numeric(28, 8) NOT NULL CHECK (execution_price > 0),
  slippage_bps numeric(18, 8),
  fees numeric(28, 8) NOT NULL DEFAULT 0,
  realized_pnl numeric(28, 8),
  timestamp timestamptz NOT NULL,
  exchange varchar(40) NOT NULL DEFAULT 'MEXC',
  exchange_trade_id varchar(100),
  strategy_id varchar(80),
  metadata jsonb,
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX trades_run_timestamp_idx ON trades (run_id, timestamp DESC);
CREATE INDEX trades_order_id_idx ON trades (order_id);
COMMENT ON TABLE trades IS 'One row per fill; an order filled in parts has several.';
COMMENT ON COLUMN trades.realized_pnl IS 'Null for a fill that opens or adds.';
COMMENT ON COLUMN trades.fees IS 'In USDT.';

CREATE TABLE positions (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  position_pk varchar(120) NOT NULL UNIQUE,
  run_id varchar(36) NOT NULL,
  book varchar(20) NOT NULL CHECK (book IN ('real', 'hypothetical')),
  symbol varchar(20) NOT NULL,
  open_number integer NOT NULL CHECK (open_number > 0),
  side varchar(10) NOT NULL CHECK (side IN ('long', 'short', 'none')),
  size numeric(28, 8) NOT NULL DEFAULT 0 CHECK (size >= 0),
  entry_price numeric(28, 8),
  current_price numeric(28, 8),
  unrealized_pnl numeric(28, 8) DEFAULT 0,
  realized_pnl numeric(28, 8) DEFAULT 0,
  stop_loss_price numeric(28, 8),
  take_profit_price numeric(28, 8),
  liquidation_price numeric(28, 8),
  opened_at timestamptz,
  closed_at timestamptz,
  updated_at timestamptz NOT NULL DEFAULT now(),
  metadata jsonb
);
CREATE UNIQUE INDEX positions_one_open_idx ON positions (run_id, book, symbol)
  WHERE closed_at IS NULL;
COMMENT ON TABLE positions IS
  'One row per opening: a position that reopens is a new row with the next open_number.';
COMMENT ON COLUMN positions.closed_at IS 'Null while open; at most one is open per run, book and symbol.';
COMMENT ON COLUMN positions.book IS
  'hypothetical = what would have happened in shadow mode; never an order at a venue.';
