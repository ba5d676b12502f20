import type { CandleClosed } from '../events.js';
import type { StreamMessage } from './stream-fields.js';

/** Candle of `stream.candles_1m` (domain.md 2.3); `ts` is the window's start in seconds. */
export function candleMessage(candle: CandleClosed): StreamMessage<'candles'> {
  return {
    ts: String(candle.startSec),
    symbol: candle.symbol,
    timeframe: `${String(candle.intervalSec)}s`,
    open: candle.open,
    high: candle.high,
    low: candle.low,
    close: candle.close,
    volume: candle.volume,
    trades: String(candle.trades),
    incomplete: candle.incomplete === true ? '1' : null,
    schema_version: '1',
    source_version: '1',
  };
}
