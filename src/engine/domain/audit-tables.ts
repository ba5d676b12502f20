/**
 * The INSERT columns of every table that the engine writes, once: statements, contracts and drift
 * checks derive from this list. A row is an array in the order of its table's columns.
 */
export const AUDIT_COLUMNS = {
  signals: [
    'signal_id', 'run_id', 'symbol', 'signal_type', 'strategy_id', 'price', 'confidence',
    'timestamp', 'source', 'metadata',
  ],
  risk_events: [
    'timestamp_ms', 'symbol', 'decision', 'reason_code', 'contract_version', 'decision_pk',
    'input_snapshot_hash', 'payload', 'reference_pk', 'run_id', 'seq', 'ord',
  ],
  blocked_decisions: [
    'decision_pk', 'signal_id', 'decision_id', 'symbol', 'reason_code', 'timestamp_ms', 'payload',
  ],
  correlation_ledger: [
    'event_pk', 'correlation_id', 'signal_id', 'decision_id', 'order_id', 'fill_id', 'event_type',
    'symbol', 'timestamp_ms', 'payload',
  ],
  orders: [
    'order_id', 'run_id', 'signal_id', 'decision_id', 'client_id', 'strategy_id', 'symbol', 'side',
    'order_type', 'price', 'size', 'approved', 'rejection_reason', 'status', 'filled_size',
    'avg_fill_price', 'created_at', 'submitted_at', 'filled_at', 'metadata',
  ],
  trades: [
    'fill_id', 'order_id', 'run_id', 'symbol', 'side', 'price', 'size', 'status',
    'execution_price', 'slippage_bps', 'fees', 'realized_pnl', 'timestamp', 'exchange',
    'strategy_id', 'metadata',
  ],
  positions: [
    'position_pk', 'run_id', 'book', 'symbol', 'open_number', 'side', 'size', 'entry_price',
    'current_price', 'unrealized_pnl', 'realized_pnl', 'opened_at', 'closed_at', 'updated_at',
  ],
  ledger_entries: [
    'posting_pk', 'line', 'run_id', 'book', 'account', 'amount_usdt', 'timestamp_ms',
  ],
  portfolio_snapshots: [
    'snapshot_pk', 'run_id', 'book', 'timestamp', 'total_equity', 'available_balance', 'daily_pnl',
    'total_unrealized_pnl', 'total_realized_pnl', 'total_exposure_pct', 'max_drawdown_pct',
    'open_positions', 'metadata',
  ],
  candles_1m: [
    'run_id', 'symbol', 'ts_ms', 'open', 'high', 'low', 'close', 'volume', 'trade_count',
    'regime_id',
  ],
  control_events: [
    'event_pk', 'run_id', 'epoch', 'level', 'mode', 'reason', 'operator', 'timestamp_ms',
  ],
} as const;

export type AuditTable = keyof typeof AUDIT_COLUMNS;
export const AUDIT_TABLES = Object.keys(AUDIT_COLUMNS) as AuditTable[];

/** Numbers go as numbers, exact amounts as decimal text, times as ISO text, JSON as text. */
export type AuditValue = string | number | boolean | null;
export type AuditRow = readonly AuditValue[];
