import type { Rows } from './audit-row.js';
import type { RunIds } from './domain/ids.js';

interface LedgerWords {
  readonly type: 'SIGNAL' | 'DECISION' | 'ORDER' | 'FILL';
  readonly signalId: string;
  readonly decisionId?: string;
  readonly orderId?: string;
  readonly fillId?: string;
  readonly symbol: string;
  readonly tsMs: number;
}

/** One line of the correlation ledger: by it a fill is walked back to its signal. */
export function addLedgerEvent(rows: Rows, words: LedgerWords, ids: RunIds): void {
  rows.add('correlation_ledger', {
    event_pk: ids.ledgerEvent(words),
    correlation_id: ids.correlation(words.signalId),
    signal_id: words.signalId,
    decision_id: words.decisionId ?? null,
    order_id: words.orderId ?? null,
    fill_id: words.fillId ?? null,
    event_type: words.type,
    symbol: words.symbol,
    timestamp_ms: words.tsMs,
    payload: null,
  });
}
