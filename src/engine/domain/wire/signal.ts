import type { SignalRaised } from '../events.js';
import type { RunIds } from '../ids.js';
import type { StreamMessage } from './stream-fields.js';
import { decimal, wholeSec } from './wire-value.js';

/** Signal of topic `signals` and `stream.signals` (domain.md 2.6). */
export function signalMessage(signal: SignalRaised, ids: RunIds): StreamMessage<'signals'> {
  return {
    type: 'signal',
    schema_version: 'v1.0',
    signal_id: ids.signal(signal.ref),
    strategy_id: signal.strategyId,
    symbol: signal.symbol,
    side: signal.side,
    timestamp: wholeSec(signal.tsMs),
    price: decimal(signal.price),
    pct_change: signal.pctChangePp,
    pct_change_15m: signal.pctChange15mPp,
    volume_15m: signal.volume15m,
    ts_ms: signal.tsMs,
    bot_id: signal.botId === '' ? null : signal.botId,
    reason: signal.reason,
  };
}
