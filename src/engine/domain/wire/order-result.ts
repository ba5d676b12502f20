import type { OrderFilled, OrderRefused, OrderRejected } from '../events.js';
import type { Ref, RunIds } from '../ids.js';
import type { StreamMessage } from './stream-fields.js';
import { decimal, wholeSec, type WireObject } from './wire-value.js';

/**
 * Order result of topic `order_results`, `stream.fills` and `stream.order_results` (domain.md 2.9).
 * The wire knows FILLED, REJECTED and ERROR only. Its readers add up `quantity` and
 * `filled_quantity` of every FILLED message, so each message speaks of its own fill and the order's
 * totals are in `metadata`; otherwise a partly filled order would be counted twice.
 */
export type OrderResult = OrderFilled | OrderRefused | OrderRejected;

export function orderResultMessage(result: OrderResult, ids: RunIds): StreamMessage<'fills'> {
  switch (result.kind) {
    case 'OrderFilled':
      return filled(result, ids);
    case 'OrderRefused':
      return notFilled(result, ids, { status: 'REJECTED', metadata: { refused_by: result.by } });
    case 'OrderRejected':
      return notFilled(result, ids, {
        status: result.status === 'REJECTED' ? 'REJECTED' : 'ERROR',
        metadata: { venue_status: result.status, order_filled_quantity: decimal(result.cumQty) },
      });
  }
}

/** The stream's copy repeats two fields under the names that table writers expect. */
export function orderResultStreamMessage(result: OrderResult, ids: RunIds): StreamMessage<'fills'> {
  const message = orderResultMessage(result, ids);
  if (result.kind !== 'OrderFilled') return message;
  return {
    ...message,
    filled_size: decimal(result.qty),
    avg_fill_price: decimal(result.price),
  };
}

function filled(fill: OrderFilled, ids: RunIds): StreamMessage<'fills'> {
  return {
    ...common(fill, fill.orderRef, ids),
    status: 'FILLED',
    quantity: decimal(fill.qty),
    filled_quantity: decimal(fill.qty),
    price: decimal(fill.price),
    metadata: {
      fill_id: ids.fill(fill.ref),
      venue_status: fill.status,
      order_quantity: decimal(fill.orderQty),
      order_filled_quantity: decimal(fill.cumQty),
      order_average_price: decimal(fill.avgPrice),
      fee: decimal(fill.fee),
      slippage_bps: fill.slippageBps,
      realized_pnl: fill.realizedPnl === null ? null : decimal(fill.realizedPnl),
    },
  };
}

function notFilled(
  result: OrderRefused | OrderRejected,
  ids: RunIds,
  outcome: { readonly status: 'REJECTED' | 'ERROR'; readonly metadata: WireObject },
): StreamMessage<'fills'> {
  return {
    ...common(result, result.orderRef, ids),
    status: outcome.status,
    quantity: decimal(result.qty),
    filled_quantity: 0,
    error_message: result.message,
    metadata: outcome.metadata,
  };
}

function common(result: OrderResult, orderRef: Ref, ids: RunIds) {
  return {
    type: 'order_result',
    order_id: ids.order(orderRef),
    client_id: ids.clientOrder(orderRef),
    strategy_id: result.strategyId,
    symbol: result.symbol,
    side: result.side,
    timestamp: wholeSec(result.tsMs),
  };
}
