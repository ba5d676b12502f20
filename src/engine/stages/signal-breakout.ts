import type { Thresholds } from '../domain/thresholds.js';
import { addSample, emptyWindow, extremeOf, type ExtremeWindow } from './extreme-window.js';
import type { AcceptedTrade } from './intake.js';
import type { MarketView } from './market-state.js';
import type { SignalIdea } from './signal-idea.js';

/** Channels of each watched symbol. Owned by the fold and changed in place; plain data. */
export interface BreakoutState {
  readonly symbols: Map<string, SymbolBreakout>;
}

interface SymbolBreakout {
  readonly highs: ExtremeWindow;
  readonly lows: ExtremeWindow;
  lastEntryMs: number | null;
  lastExitMs: number | null;
}

export interface BreakoutContext {
  readonly market: MarketView;
  readonly positionOpen: boolean;
  /** Shutdown, kill switch, risk, allocation or core: any of them closes entries, never exits. */
  readonly entryBlocked: boolean;
}

const TREND_ID = 0;
const MINUTE_SEC = 60;
const MINUTE_MS = 60_000;
/** While a position stays open (order under way, or refused) its exit is repeated only so often. */
const EXIT_REPEAT_MS = 10_000;

export function initialBreakout(): BreakoutState {
  return { symbols: new Map() };
}

/**
 * Strategy `primary_breakout_v1`, long only: buys above the highest price of the entry look-back,
 * sells an open position below the lowest of the exit look-back. The current trade is not part of
 * its own channel, and a channel counts only once trades reach back over its full length.
 */
export function breakoutSignal(
  state: BreakoutState,
  trade: AcceptedTrade,
  context: BreakoutContext,
  thresholds: Pick<Thresholds, 'signal' | 'regime'>,
): SignalIdea | null {
  const limits = thresholds.signal;
  const own = state.symbols.get(trade.symbol) ?? addSymbol(state, trade.symbol);
  const second = Math.floor(trade.tsMs / 1000);
  const highest = extremeOf(own.highs, second, limits.entryLookbackMin * MINUTE_SEC);
  const lowest = extremeOf(own.lows, second, limits.exitLookbackMin * MINUTE_SEC);
  addSample(own.highs, second, trade.price);
  addSample(own.lows, second, trade.price);

  if (context.positionOpen && lowest !== null && trade.price < lowest) {
    return exitSignal(own, trade);
  }
  if (highest === null || trade.price <= highest * (1 + limits.bufferFraction)) return null;
  if (context.entryBlocked || !trendIsFresh(context.market, trade.tsMs, thresholds)) return null;
  const gapMs = limits.entryGapMin * MINUTE_MS;
  if (own.lastEntryMs !== null && trade.tsMs - own.lastEntryMs < gapMs) return null;
  own.lastEntryMs = trade.tsMs;
  return { side: 'BUY', reason: 'breakout_entry' };
}

function addSymbol(state: BreakoutState, symbol: string): SymbolBreakout {
  const own: SymbolBreakout = {
    highs: emptyWindow('highest'),
    lows: emptyWindow('lowest'),
    lastEntryMs: null,
    lastExitMs: null,
  };
  state.symbols.set(symbol, own);
  return own;
}

function exitSignal(own: SymbolBreakout, trade: AcceptedTrade): SignalIdea | null {
  if (own.lastExitMs !== null && trade.tsMs - own.lastExitMs < EXIT_REPEAT_MS) return null;
  own.lastExitMs = trade.tsMs;
  return { side: 'SELL', reason: 'channel_exit' };
}

/** Ticks keep the market state fresh; the candles under it have a limit of their own. */
function trendIsFresh(
  { returns, lastTickTsMs }: MarketView,
  nowMs: number,
  { signal, regime }: Pick<Thresholds, 'signal' | 'regime'>,
): boolean {
  if (returns === null || lastTickTsMs === null || returns.regimeId !== TREND_ID) return false;
  const tickFresh = nowMs - lastTickTsMs <= signal.marketStateStalenessSec * 1000;
  return tickFresh && nowMs - returns.tsMs <= regime.stalenessSec * 1000;
}
