import type { RiskDecided } from '../events.js';
import type { RunIds } from '../ids.js';
import type { StreamMessage } from './stream-fields.js';

/** Entry of `stream.orders_blocked` (domain.md 2.10). A refused signal has no order id. */
export function blockedOrderMessage(
  decision: RiskDecided,
  ids: RunIds,
): StreamMessage<'ordersBlocked'> {
  const signalId = ids.signal(decision.signalRef);
  return {
    type: 'blocked_order',
    decision_id: ids.decision(decision.ref),
    signal_id: signalId,
    trace_id: ids.correlation(signalId),
    symbol: decision.symbol,
    side: decision.side,
    // A refusal has one; the type is that of all decisions.
    reason_code: decision.reasonCode ?? '',
    timestamp_ms: decision.tsMs,
  };
}
