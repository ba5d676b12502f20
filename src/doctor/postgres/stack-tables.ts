/** What the value that a service sends needs of its column. */
export type Need =
  | { readonly kind: 'text'; readonly length: number; readonly isNullable?: boolean }
  | {
      readonly kind: 'milliseconds' | 'number' | 'count' | 'boolean' | 'time' | 'json';
      readonly isNullable?: boolean;
    };

/** A table of the ten services, and the columns that their INSERTs name. */
export interface StackTable {
  readonly table: string;
  readonly neededBy: string;
  /** `newer`: only the newest version of the stack writes it. `nobody`: no service writes it. */
  readonly writtenBy: 'all' | 'newer' | 'nobody';
  readonly columns: Readonly<Record<string, Need>>;
  /** What the newest version sends beside them. */
  readonly newer?: Readonly<Record<string, Need>>;
}

const text = (length: number): Need => ({ kind: 'text', length });
const maybe = (need: Need): Need => ({ ...need, isNullable: true });
const MS: Need = { kind: 'milliseconds' };
const NUMBER: Need = { kind: 'number' };
const TIME: Need = { kind: 'time' };
const JSON_TEXT: Need = maybe({ kind: 'json' });
const SYMBOL = text(20);
const KEY = text(36);

const RISK: readonly StackTable[] = [
  {
    table: 'risk_events',
    neededBy: 'risk',
    writtenBy: 'all',
    columns: {
      timestamp_ms: MS,
      symbol: SYMBOL,
      decision: text(5),
      reason_code: maybe(text(6)),
      // "decision_contract_v1" has 20 characters.
      contract_version: text(20),
      payload: { kind: 'json' },
    },
    newer: { decision_pk: KEY, input_snapshot_hash: text(64) },
  },
  {
    table: 'blocked_decisions',
    neededBy: 'risk',
    writtenBy: 'newer',
    columns: {
      decision_pk: KEY,
      signal_id: text(12),
      decision_id: KEY,
      symbol: SYMBOL,
      reason_code: text(6),
      timestamp_ms: MS,
      payload: JSON_TEXT,
    },
  },
  {
    table: 'correlation_ledger',
    neededBy: 'risk',
    writtenBy: 'newer',
    columns: {
      event_pk: KEY,
      correlation_id: KEY,
      signal_id: maybe(text(12)),
      decision_id: maybe(KEY),
      order_id: maybe(text(36)),
      fill_id: maybe(text(36)),
      event_type: text(8),
      symbol: SYMBOL,
      timestamp_ms: MS,
      payload: JSON_TEXT,
    },
  },
];

const TRADING: readonly StackTable[] = [
  {
    table: 'signals',
    neededBy: 'db_writer',
    writtenBy: 'all',
    columns: {
      symbol: SYMBOL,
      signal_type: text(4),
      price: NUMBER,
      confidence: NUMBER,
      timestamp: TIME,
      source: maybe(text(13)),
      metadata: JSON_TEXT,
    },
  },
  {
    table: 'orders',
    neededBy: 'db_writer',
    writtenBy: 'all',
    columns: {
      order_id: maybe(text(36)),
      symbol: SYMBOL,
      side: text(4),
      order_type: text(6),
      price: maybe(NUMBER),
      size: NUMBER,
      status: text(9),
      approved: { kind: 'boolean' },
      metadata: JSON_TEXT,
    },
  },
  {
    table: 'trades',
    neededBy: 'db_writer',
    writtenBy: 'all',
    columns: {
      symbol: SYMBOL,
      side: text(4),
      price: NUMBER,
      size: NUMBER,
      status: text(6),
      execution_price: NUMBER,
      slippage_bps: maybe(NUMBER),
      timestamp: TIME,
      metadata: JSON_TEXT,
    },
    newer: { realized_pnl: maybe(NUMBER) },
  },
  {
    table: 'positions',
    neededBy: 'db_writer',
    writtenBy: 'all',
    columns: {
      symbol: SYMBOL,
      side: text(5),
      size: NUMBER,
      entry_price: maybe(NUMBER),
      realized_pnl: maybe(NUMBER),
      opened_at: maybe(TIME),
      closed_at: maybe(TIME),
      updated_at: TIME,
    },
  },
];

const OTHERS: readonly StackTable[] = [
  {
    table: 'portfolio_snapshots',
    neededBy: 'db_writer',
    writtenBy: 'nobody',
    columns: { timestamp: TIME, total_equity: NUMBER, available_balance: NUMBER },
  },
  {
    table: 'candles_1m',
    neededBy: 'db_writer',
    writtenBy: 'newer',
    columns: {
      symbol: SYMBOL,
      ts_ms: MS,
      open: NUMBER,
      high: NUMBER,
      low: NUMBER,
      close: NUMBER,
      volume: NUMBER,
      trade_count: { kind: 'count' },
      regime_id: maybe({ kind: 'count' }),
    },
  },
];

/** Of all versions of the stack, by what their services send. */
export const STACK_TABLES: readonly StackTable[] = [...RISK, ...TRADING, ...OTHERS];

export function isRequiredOfStack({ writtenBy }: StackTable, isNewer: boolean): boolean {
  return writtenBy === 'all' || (writtenBy === 'newer' && isNewer);
}
