import {
  AUDIT_COLUMNS,
  type AuditRow,
  type AuditTable,
  type AuditValue,
} from '../../src/engine/domain/audit-tables.js';

export type Cells = Readonly<Record<string, AuditValue>>;

const AT = '2024-08-08T00:00:00.000Z';

/** A legal value for every column; a test names only the cells that it is about. */
const DEFAULTS: Cells = {
  symbol: 'BTCUSDT',
  strategy_id: 'paper',
  side: 'buy',
  book: 'real',
  timestamp: AT,
  timestamp_ms: 1_700_000_000_000,
  price: '100',
  size: '1',
  signal_id: 'sig-1',
  signal_type: 'buy',
  confidence: 0.5,
  source: 'signal_engine',
  decision: 'BLOCK',
  reason_code: 'RC_002',
  contract_version: 'decision_contract_v1',
  decision_id: 'pk-1',
  seq: 1,
  ord: 0,
  correlation_id: 'corr-1',
  event_type: 'SIGNAL',
  order_id: 'o-1',
  order_type: 'market',
  approved: true,
  status: 'filled',
  filled_size: '0',
  created_at: AT,
  updated_at: AT,
  scopes: '{}',
  message: '',
  previous_level: 'TRADING',
  opened_at: AT,
  execution_price: '100',
  fees: '0.01',
  exchange: 'paper',
  open_number: 1,
  account: 'cash',
  line: 0,
  total_equity: '100000',
  available_balance: '100000',
  open_positions: 0,
  open: '1',
  high: '2',
  low: '1',
  close: '2',
  volume: '1',
  trade_count: 1,
  incomplete: false,
  to_ms: 120_000,
  noticed_ms: 120_000,
  epoch: 1,
  level: 'TRADING',
  mode: 'paper',
  reason: 'manual',
  operator: 'test',
};

export function auditRow(table: AuditTable, cells: Cells): AuditRow {
  const own: Cells = table === 'positions' ? { side: 'long' } : {};
  const row: Cells = { ...DEFAULTS, ...own, ...cells };
  return AUDIT_COLUMNS[table].map((column) => row[column] ?? null);
}
