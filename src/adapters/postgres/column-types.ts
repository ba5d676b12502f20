import { CHAIN_TABLES } from '../../engine/domain/row-chain.js';
import { AUDIT_COLUMNS, AUDIT_TABLES, type AuditTable } from '../../engine/domain/audit-tables.js';

type SqlType =
  'text' | 'bigint' | 'integer' | 'smallint' | 'numeric' | 'boolean' | 'timestamptz' | 'jsonb';
type ColumnOf<T extends AuditTable> = (typeof AUDIT_COLUMNS)[T][number];

const COMMON = { run_id: 'text', symbol: 'text', book: 'text', timestamp_ms: 'bigint' } as const;

/**
 * The type that each column's text is read as on the way in. A column that is added to the list of
 * the domain without a type here does not compile.
 */
const COLUMN_TYPES: { readonly [T in AuditTable]: Readonly<Record<ColumnOf<T>, SqlType>> } = {
  signals: {
    ...COMMON,
    signal_id: 'text',
    signal_type: 'text',
    strategy_id: 'text',
    price: 'numeric',
    confidence: 'numeric',
    timestamp: 'timestamptz',
    source: 'text',
    metadata: 'jsonb',
  },
  risk_events: {
    ...COMMON,
    decision: 'text',
    reason_code: 'text',
    contract_version: 'text',
    decision_pk: 'text',
    input_snapshot_hash: 'text',
    payload: 'jsonb',
    reference_pk: 'text',
    seq: 'bigint',
    ord: 'integer',
  },
  blocked_decisions: {
    ...COMMON,
    decision_pk: 'text',
    signal_id: 'text',
    decision_id: 'text',
    reason_code: 'text',
    payload: 'jsonb',
  },
  correlation_ledger: {
    ...COMMON,
    event_pk: 'text',
    correlation_id: 'text',
    signal_id: 'text',
    decision_id: 'text',
    order_id: 'text',
    fill_id: 'text',
    event_type: 'text',
    payload: 'jsonb',
  },
  orders: {
    ...COMMON,
    order_id: 'text',
    signal_id: 'text',
    decision_id: 'text',
    client_id: 'text',
    strategy_id: 'text',
    side: 'text',
    order_type: 'text',
    price: 'numeric',
    size: 'numeric',
    approved: 'boolean',
    rejection_reason: 'text',
    status: 'text',
    filled_size: 'numeric',
    avg_fill_price: 'numeric',
    created_at: 'timestamptz',
    submitted_at: 'timestamptz',
    filled_at: 'timestamptz',
    metadata: 'jsonb',
  },
  trades: {
    ...COMMON,
    fill_id: 'text',
    order_id: 'text',
    side: 'text',
    price: 'numeric',
    size: 'numeric',
    status: 'text',
    execution_price: 'numeric',
    slippage_bps: 'numeric',
    fees: 'numeric',
    realized_pnl: 'numeric',
    timestamp: 'timestamptz',
    exchange: 'text',
    strategy_id: 'text',
    metadata: 'jsonb',
  },
  positions: {
    ...COMMON,
    position_pk: 'text',
    open_number: 'integer',
    side: 'text',
    size: 'numeric',
    entry_price: 'numeric',
    current_price: 'numeric',
    unrealized_pnl: 'numeric',
    realized_pnl: 'numeric',
    opened_at: 'timestamptz',
    closed_at: 'timestamptz',
    updated_at: 'timestamptz',
  },
  ledger_entries: {
    ...COMMON,
    posting_pk: 'text',
    line: 'integer',
    account: 'text',
    amount_usdt: 'numeric',
  },
  portfolio_snapshots: {
    ...COMMON,
    snapshot_pk: 'text',
    timestamp: 'timestamptz',
    total_equity: 'numeric',
    available_balance: 'numeric',
    daily_pnl: 'numeric',
    total_unrealized_pnl: 'numeric',
    total_realized_pnl: 'numeric',
    total_exposure_pct: 'numeric',
    max_drawdown_pct: 'numeric',
    open_positions: 'integer',
    metadata: 'jsonb',
  },
  candles_1m: {
    ...COMMON,
    ts_ms: 'bigint',
    open: 'numeric',
    high: 'numeric',
    low: 'numeric',
    close: 'numeric',
    volume: 'numeric',
    trade_count: 'integer',
    incomplete: 'boolean',
    regime_id: 'smallint',
  },
  feed_gaps: {
    ...COMMON,
    seq: 'bigint',
    ord: 'integer',
    reason: 'text',
    from_ms: 'bigint',
    to_ms: 'bigint',
    trades_missing: 'bigint',
    noticed_ms: 'bigint',
  },
  control_events: {
    ...COMMON,
    event_pk: 'text',
    epoch: 'bigint',
    level: 'text',
    scopes: 'jsonb',
    mode: 'text',
    reason: 'text',
    message: 'text',
    operator: 'text',
    previous_level: 'text',
    record: 'text',
  },
};

interface TypedColumn {
  readonly name: string;
  readonly type: SqlType;
}

/** The INSERT columns of each table with their types, in the order of its rows. */
export const TYPED_COLUMNS = Object.fromEntries(
  AUDIT_TABLES.map((table) => [table, typedColumns(table)]),
) as Readonly<Record<AuditTable, readonly TypedColumn[]>>;

function typedColumns(table: AuditTable): readonly TypedColumn[] {
  const types: Readonly<Record<string, SqlType>> = COLUMN_TYPES[table];
  return AUDIT_COLUMNS[table].map((name) => ({ name, type: types[name] ?? 'text' }));
}

/** What the store itself adds to each row of a chained table. */
const CHAIN_LINK: readonly TypedColumn[] = [
  { name: 'chain_n', type: 'bigint' },
  { name: 'chain_prev', type: 'text' },
  { name: 'chain_hash', type: 'text' },
  { name: 'chain_key', type: 'text' },
];

export const INSERT_COLUMNS: Readonly<Record<AuditTable, readonly TypedColumn[]>> = {
  ...TYPED_COLUMNS,
  ...Object.fromEntries(
    CHAIN_TABLES.map((table) => [table, [...TYPED_COLUMNS[table], ...CHAIN_LINK]]),
  ),
};
