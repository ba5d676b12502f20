import type { RegimeObserved } from '../events.js';
import type { StreamMessage } from './stream-fields.js';

/** Entry of `stream.regime_signals` (domain.md 2.4); a missing indicator is an empty text. */
export function regimeSignalMessage(regime: RegimeObserved): StreamMessage<'regimes'> {
  return {
    ts: String(regime.candleSec),
    symbol: regime.symbol,
    timeframe: `${String(regime.intervalSec)}s`,
    regime: regime.regime,
    adx: indicator(regime.adx),
    atr: indicator(regime.atr),
    source_version: '1',
    schema_version: '1',
  };
}

function indicator(value: number | null): string {
  return value === null ? '' : value.toFixed(6);
}
