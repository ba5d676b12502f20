import { addLedgerEvent } from './audit-ledger-event.js';
import { isoTime, type AuditContext, type Rows } from './audit-row.js';
import type { OrderFilled, OrderRefused, OrderRejected, OrderRequested } from './domain/events.js';

export function addOrder(rows: Rows, fact: OrderRequested, { ids }: AuditContext): void {
  const orderId = ids.order(fact.ref);
  const signalId = ids.signal(fact.signalRef);
  const decisionId = ids.decision(fact.decisionRef);
  const { symbol, tsMs } = fact;
  const at = isoTime(tsMs);
  rows.add('orders', {
    order_id: orderId,
    run_id: ids.runId,
    signal_id: signalId,
    decision_id: decisionId,
    client_id: ids.clientOrder(fact.ref),
    strategy_id: fact.strategyId,
    symbol,
    side: fact.side.toLowerCase(),
    order_type: 'market',
    price: fact.price,
    size: fact.qty,
    approved: true,
    rejection_reason: null,
    status: 'submitted',
    filled_size: '0',
    avg_fill_price: null,
    created_at: at,
    submitted_at: at,
    filled_at: null,
    metadata: JSON.stringify({
      origin: fact.origin,
      reduce_only: fact.reduceOnly,
      reason: fact.reason,
      mode: fact.mode,
      epoch: fact.epoch,
      price_bound: fact.priceBound,
    }),
  });
  addLedgerEvent(rows, { type: 'ORDER', signalId, decisionId, orderId, symbol, tsMs }, ids);
}

interface OrderChange {
  readonly status: string;
  readonly reason?: string;
  readonly qty?: string;
  readonly filled?: string;
  readonly avgPrice?: string;
  readonly filledAt?: string;
}

/** Columns that a later fact knows nothing of stay as the first row of the order set them. */
export function addOrderEnd(
  rows: Rows,
  fact: OrderRefused | OrderRejected | OrderFilled,
  change: OrderChange,
  { ids }: AuditContext,
): void {
  rows.add('orders', {
    order_id: ids.order(fact.orderRef),
    run_id: ids.runId,
    signal_id: null,
    decision_id: null,
    client_id: null,
    strategy_id: fact.strategyId,
    symbol: fact.symbol,
    side: fact.side.toLowerCase(),
    order_type: 'market',
    price: null,
    size: change.qty ?? fact.qty,
    approved: true,
    rejection_reason: change.reason ?? null,
    status: change.status,
    filled_size: change.filled ?? '0',
    avg_fill_price: change.avgPrice ?? null,
    created_at: isoTime(fact.tsMs),
    submitted_at: null,
    filled_at: change.filledAt ?? null,
    metadata: null,
  });
}

export function addFill(rows: Rows, fact: OrderFilled, context: AuditContext): void {
  const { ids } = context;
  const { symbol, tsMs } = fact;
  const fillId = ids.fill(fact.ref);
  const orderId = ids.order(fact.orderRef);
  const signalId = ids.signal(fact.signalRef);
  const decisionId = ids.decision(fact.decisionRef);
  const status = fact.status.toLowerCase();
  const at = isoTime(tsMs);
  rows.add('trades', {
    fill_id: fillId,
    order_id: orderId,
    run_id: ids.runId,
    symbol,
    side: fact.side.toLowerCase(),
    price: fact.price,
    size: fact.qty,
    status,
    execution_price: fact.price,
    slippage_bps: fact.slippageBps,
    fees: fact.fee,
    realized_pnl: fact.realizedPnl,
    timestamp: at,
    exchange: context.venue,
    strategy_id: fact.strategyId,
    metadata: null,
  });
  const change = {
    status,
    qty: fact.orderQty,
    filled: fact.cumQty,
    avgPrice: fact.avgPrice,
    ...(fact.status === 'FILLED' ? { filledAt: at } : {}),
  };
  addOrderEnd(rows, fact, change, context);
  addLedgerEvent(rows, { type: 'FILL', signalId, decisionId, orderId, fillId, symbol, tsMs }, ids);
}
