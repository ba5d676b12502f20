import type { MarketStateUpdated } from '../events.js';
import type { WireObject } from './wire-value.js';

/**
 * JSON of the key `market_state:SYMBOL` (domain.md 2.5). `ts_ms` is the fact's own time, not the
 * wall time of the write: readers judge its age, and a recorded feed must not look fresh.
 */
export function marketStateMessage(state: MarketStateUpdated): WireObject {
  return {
    symbol: state.symbol,
    return_1m: state.return1mPp,
    return_5m: state.return5mPp,
    price_change_5m: state.priceChange5mPp,
    ts_ms: state.tsMs,
    close_now: state.closeNow,
    close_1m_ago: state.close1mAgo,
    close_5m_ago: state.close5mAgo,
    last_tick_ts_ms: state.lastTickTsMs,
    regime_id: state.regimeId,
  };
}
