import type { Mode } from '../control.js';
import type { OrderRequested } from '../events.js';
import type { RunIds } from '../ids.js';
import type { StreamMessage } from './stream-fields.js';
import { decimal, wholeSec } from './wire-value.js';

/** What the decision was made under; every member goes out as it is. */
interface OrderPolicy {
  readonly policyHash: string;
  readonly inputHash: string;
  readonly outputHash: string;
  /** JSON text of the thresholds. */
  readonly snapshot: string;
}

export interface OrderProof {
  /** JSON text of the order's decision bundle (domain.md 3.6), hashes included. */
  readonly bundle: string;
  readonly policy?: OrderPolicy;
}

/** Order of topic `orders` and `stream.orders` (domain.md 2.8). */
export function orderMessage(
  order: OrderRequested,
  ids: RunIds,
  proof: OrderProof,
): StreamMessage<'orders'> {
  const signalId = ids.signal(order.signalRef);
  return {
    type: 'order',
    order_id: ids.order(order.ref),
    client_id: ids.clientOrder(order.ref),
    signal_id: signalId,
    decision_id: ids.decision(order.decisionRef),
    trace_id: ids.correlation(signalId),
    strategy_id: order.strategyId,
    bot_id: order.botId === '' ? null : order.botId,
    symbol: order.symbol,
    side: order.side,
    quantity: decimal(order.qty),
    price: decimal(order.price),
    stop_loss_pct: order.stopLossFraction,
    timestamp: wholeSec(order.tsMs),
    reason: order.reason,
    run_mode: runMode(order.mode),
    ...policyFields(proof.policy),
    decision_contract_v1: proof.bundle,
    metadata: { origin: order.origin, reduce_only: order.reduceOnly, epoch: order.epoch },
  };
}

/**
 * `canary` does not exist on the wire: a routed canary order is emitted as `live`, so one that
 * still says canary was not routed, and `shadow` is the only run mode that moves no money.
 */
function runMode(mode: Mode): 'shadow' | 'paper' | 'live' {
  return mode === 'canary' ? 'shadow' : mode;
}

function policyFields(policy: OrderPolicy | undefined) {
  if (policy === undefined) return {};
  return {
    policy_id: 'risk_policy_v1',
    policy_hash: policy.policyHash,
    input_hash: policy.inputHash,
    output_hash: policy.outputHash,
    policy_snapshot: policy.snapshot,
  };
}
