import { formatE8 } from '../domain/e8.js';
import type { Draft, StepOutputs } from '../domain/emit.js';
import type { Side } from '../domain/events.js';
import type { Thresholds } from '../domain/thresholds.js';
import type { AcceptedTrade } from './intake.js';
import type { Window15m } from './window-15m.js';

/** What a strategy wants and why; nothing is decided by it. */
export interface SignalIdea {
  readonly side: Side;
  readonly reason: string;
}

export function watchesSymbol(limits: Thresholds['signal'], symbol: string): boolean {
  return limits.symbol === '*' || limits.symbol === symbol;
}

/** The idea as a fact, with the true 15-minute values beside it. */
export function signalRaised(
  idea: SignalIdea,
  trade: AcceptedTrade,
  evidence: { readonly changePp: number; readonly window: Window15m },
  limits: Thresholds['signal'],
  out: StepOutputs,
): Draft {
  return {
    kind: 'SignalRaised',
    cause: out.inputRef,
    tsMs: trade.tsMs,
    symbol: trade.symbol,
    strategyId: limits.strategyId,
    botId: limits.botId,
    side: idea.side,
    price: formatE8(trade.priceE8),
    tradeQty: formatE8(trade.qtyE8),
    pctChangePp: evidence.changePp,
    pctChange15mPp: evidence.window.pctChangePp,
    volume15m: evidence.window.volume,
    origin: 'signal',
    reason: idea.reason,
  };
}
