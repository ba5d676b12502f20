/** A table of the old stack by what can be seen of it: columns that it always has, with their types. */
export interface OldTable {
  readonly table: string;
  /** Which of several definitions of the name. */
  readonly form: string;
  readonly columns: Readonly<Record<string, string>>;
  /** A column that tells this form from another one of the name. */
  readonly without?: readonly string[];
}

const TEXT = (n: number) => `character varying(${n})`;
const AMOUNT = 'numeric(18,8)';
const TIME = 'timestamp with time zone';

const SIGNALS: OldTable = {
  table: 'signals',
  form: 'old base',
  columns: {
    id: 'integer',
    symbol: TEXT(20),
    signal_type: TEXT(10),
    price: AMOUNT,
    confidence: 'numeric(5,4)',
    timestamp: TIME,
    source: TEXT(50),
    metadata: 'jsonb',
  },
  without: ['signal_id', 'run_id'],
};

const ORDERS: OldTable = {
  table: 'orders',
  form: 'old base',
  columns: {
    id: 'integer',
    signal_id: 'integer',
    symbol: TEXT(20),
    side: TEXT(10),
    order_type: TEXT(20),
    price: AMOUNT,
    size: AMOUNT,
    approved: 'boolean',
    rejection_reason: 'text',
    status: TEXT(20),
    filled_size: AMOUNT,
    avg_fill_price: AMOUNT,
    created_at: TIME,
    submitted_at: TIME,
    filled_at: TIME,
    metadata: 'jsonb',
  },
  without: ['run_id'],
};

const TRADES: OldTable = {
  table: 'trades',
  form: 'old base',
  columns: {
    id: 'integer',
    order_id: 'integer',
    price: AMOUNT,
    size: AMOUNT,
    status: TEXT(20),
    execution_price: AMOUNT,
    slippage_bps: 'numeric(10,2)',
    fees: AMOUNT,
    timestamp: TIME,
    exchange: TEXT(20),
    exchange_trade_id: TEXT(100),
    metadata: 'jsonb',
  },
  without: ['run_id', 'fill_id'],
};

const POSITIONS: OldTable = {
  table: 'positions',
  form: 'old base',
  columns: {
    id: 'integer',
    symbol: TEXT(20),
    side: TEXT(10),
    size: AMOUNT,
    entry_price: AMOUNT,
    current_price: AMOUNT,
    unrealized_pnl: AMOUNT,
    realized_pnl: AMOUNT,
    opened_at: TIME,
    closed_at: TIME,
    updated_at: TIME,
    metadata: 'jsonb',
  },
  without: ['run_id', 'position_pk'],
};

const PORTFOLIO: OldTable = {
  table: 'portfolio_snapshots',
  form: 'old base',
  columns: {
    id: 'integer',
    timestamp: TIME,
    total_equity: AMOUNT,
    available_balance: AMOUNT,
    total_exposure_pct: 'numeric(5,4)',
    max_drawdown_pct: 'numeric(5,4)',
    open_positions: 'integer',
    metadata: 'jsonb',
  },
  without: ['run_id', 'snapshot_pk'],
};

const CANDLES: OldTable = {
  table: 'candles_1m',
  form: 'old base',
  columns: {
    id: 'bigint',
    symbol: TEXT(20),
    ts_ms: 'bigint',
    open: AMOUNT,
    high: AMOUNT,
    low: AMOUNT,
    close: AMOUNT,
    volume: AMOUNT,
    trade_count: 'integer',
    regime_id: 'smallint',
    ingested_at: TIME,
  },
  without: ['run_id'],
};

/** Source: domain.md 5.3; what tells them apart is in no version number. */
const RISK_EVENTS: readonly OldTable[] = [
  {
    table: 'risk_events',
    form: 'wrong hot-fix (v1)',
    columns: {
      id: 'integer',
      timestamp: TIME,
      event_id: 'uuid',
      signal_id: 'uuid',
      decision: TEXT(10),
      contract_code: TEXT(20),
      reason: 'text',
      metadata: 'jsonb',
      created_at: TIME,
    },
    without: ['timestamp_ms', 'run_id'],
  },
  {
    table: 'risk_events',
    form: 'right hot-fix (v2)',
    columns: {
      id: 'integer',
      timestamp_ms: 'bigint',
      symbol: TEXT(20),
      decision: TEXT(10),
      reason_code: TEXT(20),
      payload: 'jsonb',
      created_at: TIME,
    },
    without: ['run_id'],
  },
  {
    table: 'risk_events',
    form: 'migration 004',
    columns: {
      id: 'integer',
      timestamp_ms: 'bigint',
      symbol: TEXT(50),
      decision: TEXT(10),
      reason_code: TEXT(10),
      contract_version: TEXT(64),
      payload: 'jsonb',
    },
    without: ['created_at', 'run_id'],
  },
];

const CORRELATION: OldTable = {
  table: 'correlation_ledger',
  form: 'migration 006',
  columns: {
    id: 'integer',
    event_pk: 'character(36)',
    correlation_id: 'character(36)',
    signal_id: TEXT(80),
    decision_id: 'character(36)',
    order_id: TEXT(100),
    fill_id: TEXT(100),
    event_type: TEXT(20),
    symbol: TEXT(20),
    timestamp_ms: 'bigint',
    created_at: TIME,
    payload: 'jsonb',
  },
};

const BLOCKED: OldTable = {
  table: 'blocked_decisions',
  form: 'migration 006',
  columns: {
    id: 'integer',
    decision_pk: 'character(36)',
    signal_id: TEXT(80),
    decision_id: 'character(36)',
    symbol: TEXT(20),
    reason_code: TEXT(20),
    timestamp_ms: 'bigint',
    created_at: TIME,
    payload: 'jsonb',
  },
};

/** Every definition whose name one of our own tables has. */
export const OLD_TABLES: readonly OldTable[] = [
  SIGNALS,
  ORDERS,
  TRADES,
  POSITIONS,
  PORTFOLIO,
  CANDLES,
  ...RISK_EVENTS,
  CORRELATION,
  BLOCKED,
];
