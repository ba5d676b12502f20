import type { STREAMS } from './streams.js';
import type { WireValue } from './wire-value.js';

type Presence = 'always' | 'sometimes';

/**
 * The fields of each stream's entries, once: the messages have these and no others (by their type),
 * and what is in a live stream is compared with them. `sometimes` is left out where there is no value,
 * because a stream has no null.
 */
export const STREAM_FIELDS = {
  candles: {
    ts: 'always',
    symbol: 'always',
    timeframe: 'always',
    open: 'always',
    high: 'always',
    low: 'always',
    close: 'always',
    volume: 'always',
    trades: 'always',
    incomplete: 'sometimes',
    schema_version: 'always',
    source_version: 'always',
  },
  regimes: {
    ts: 'always',
    symbol: 'always',
    timeframe: 'always',
    regime: 'always',
    adx: 'always',
    atr: 'always',
    source_version: 'always',
    schema_version: 'always',
  },
  allocations: {
    ts: 'always',
    strategy_id: 'always',
    symbol: 'always',
    allocation_pct: 'always',
    reason: 'always',
    cooldown_until: 'always',
    schema_version: 'always',
    source_version: 'always',
  },
  signals: {
    type: 'always',
    schema_version: 'always',
    signal_id: 'always',
    strategy_id: 'always',
    symbol: 'always',
    side: 'always',
    timestamp: 'always',
    price: 'always',
    pct_change: 'sometimes',
    pct_change_15m: 'sometimes',
    volume_15m: 'sometimes',
    ts_ms: 'always',
    bot_id: 'sometimes',
    reason: 'always',
  },
  orders: {
    type: 'always',
    order_id: 'always',
    client_id: 'always',
    signal_id: 'always',
    decision_id: 'always',
    trace_id: 'always',
    strategy_id: 'always',
    bot_id: 'sometimes',
    symbol: 'always',
    side: 'always',
    quantity: 'always',
    price: 'always',
    stop_loss_pct: 'sometimes',
    timestamp: 'always',
    reason: 'always',
    run_mode: 'always',
    policy_id: 'sometimes',
    policy_hash: 'sometimes',
    input_hash: 'sometimes',
    output_hash: 'sometimes',
    policy_snapshot: 'sometimes',
    decision_contract_v1: 'always',
    metadata: 'always',
  },
  ordersBlocked: {
    type: 'always',
    decision_id: 'always',
    signal_id: 'always',
    trace_id: 'always',
    symbol: 'always',
    side: 'always',
    reason_code: 'always',
    timestamp_ms: 'always',
  },
  fills: orderResultFields(),
  orderResults: orderResultFields(),
  botShutdown: {
    ts: 'always',
    reason: 'always',
    priority: 'always',
    strategy_id: 'sometimes',
  },
} as const satisfies Readonly<Record<keyof typeof STREAMS, Readonly<Record<string, Presence>>>>;

/** Fills and refusals share a stream; only a fill has a price, only a refusal says why. */
function orderResultFields() {
  return {
    type: 'always',
    order_id: 'always',
    client_id: 'always',
    strategy_id: 'always',
    symbol: 'always',
    side: 'always',
    timestamp: 'always',
    status: 'always',
    quantity: 'always',
    filled_quantity: 'always',
    price: 'sometimes',
    metadata: 'always',
    filled_size: 'sometimes',
    avg_fill_price: 'sometimes',
    error_message: 'sometimes',
  } as const;
}

type Fields<Stream extends keyof typeof STREAMS> = (typeof STREAM_FIELDS)[Stream];

/** The message of a stream: a field more, or one that is always there and missing, does not compile. */
export type StreamMessage<Stream extends keyof typeof STREAMS> = {
  readonly [
    Field in keyof Fields<Stream> as Fields<Stream>[Field] extends 'always' ? Field : never
  ]: Exclude<WireValue, null>;
} & {
  readonly [
    Field in keyof Fields<Stream> as Fields<Stream>[Field] extends 'sometimes' ? Field : never
  ]?: WireValue;
};
