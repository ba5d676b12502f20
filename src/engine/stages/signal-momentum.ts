import type { Thresholds } from '../domain/thresholds.js';
import type { SignalIdea } from './signal-idea.js';

/** The previous price of each symbol. Owned by the fold and changed in place; plain data. */
export interface TickChangeState {
  readonly lastPrice: Map<string, number>;
}

export function initialTickChange(): TickChangeState {
  return { lastPrice: new Map() };
}

/**
 * Change since the symbol's previous tick in percentage points, float64; 0 for the first.
 * Out-of-order trades are no ticks.
 */
export function tickChangePp(state: TickChangeState, symbol: string, price: number): number {
  const before = state.lastPrice.get(symbol);
  state.lastPrice.set(symbol, price);
  if (before === undefined || before === 0) return 0;
  return ((price - before) / before) * 100;
}

/** Strategy `momentum_builtin`: buys a rise of one tick. It never sells. */
export function momentumSignal(
  changePp: number,
  qty: number,
  limits: Thresholds['signal'],
): SignalIdea | null {
  if (!(changePp >= limits.thresholdPp && qty >= limits.volumeMin)) return null;
  const sign = changePp < 0 ? '' : '+';
  const reason = `Momentum: ${sign}${changePp.toFixed(4)}% > ${limits.thresholdPp}%`;
  return { side: 'BUY', reason };
}
