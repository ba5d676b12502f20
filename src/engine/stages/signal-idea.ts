import type { Side } from '../domain/events.js';
import type { Thresholds } from '../domain/thresholds.js';

/** What a strategy wants and why; nothing is decided by it. */
export interface SignalIdea {
  readonly side: Side;
  readonly reason: string;
}

export function watchesSymbol(limits: Thresholds['signal'], symbol: string): boolean {
  return limits.symbol === '*' || limits.symbol === symbol;
}
