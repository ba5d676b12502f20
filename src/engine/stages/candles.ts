import { formatE8, type E8 } from '../domain/e8.js';
import type { StepOutputs } from '../domain/emit.js';
import type { Ref } from '../domain/ids.js';
import type { Thresholds } from '../domain/thresholds.js';
import type { AcceptedTrade } from './intake.js';

/** The open windows. Owned by the fold and changed in place; plain data. */
export interface CandleState {
  readonly symbols: Map<string, CandleWindow>;
  /** Symbols whose trades are not all known; others are not listed. */
  readonly gaps: Map<string, CandleGap>;
  /** End of the window that ends first among the open ones; Infinity does not survive JSON. */
  earliestEndMs: number | null;
}

interface CandleGap {
  /** Trades may be missing now. */
  open: boolean;
  /** Venue time up to which trades may be missing; windows that begin before are incomplete. */
  untilMs: number;
}

interface CandleWindow {
  readonly symbol: string;
  /** The window that is open now; `trades` 0 = none is. */
  startMs: number;
  endMs: number;
  open: E8;
  high: E8;
  low: E8;
  close: E8;
  volume: E8;
  trades: number;
}

/** One closed window, for the stages behind. `tsMs` is the end of the window. */
export interface ClosedCandle {
  readonly ref: Ref;
  readonly symbol: string;
  readonly startSec: number;
  readonly intervalSec: number;
  readonly tsMs: number;
  readonly high: E8;
  readonly low: E8;
  readonly close: E8;
}

export function initialCandles(): CandleState {
  return { symbols: new Map(), gaps: new Map(), earliestEndMs: null };
}

/** From here on windows of the symbol are incomplete. */
export function openGap(state: CandleState, symbol: string): void {
  gapOf(state, symbol).open = true;
}

/** @param untilMs  null = the gap turned out to hold no trade */
export function closeGap(state: CandleState, symbol: string, untilMs: number | null): void {
  const gap = gapOf(state, symbol);
  gap.open = false;
  if (untilMs !== null && untilMs > gap.untilMs) gap.untilMs = untilMs;
}

function gapOf({ gaps }: CandleState, symbol: string): CandleGap {
  const known = gaps.get(symbol);
  if (known !== undefined) return known;
  const gap = { open: false, untilMs: 0 };
  gaps.set(symbol, gap);
  return gap;
}

/** Trades of this symbol below this time come too late: their window is closed. 0 = none is. */
export function closedUntilMs(state: CandleState, symbol: string): number {
  const window = state.symbols.get(symbol);
  if (window === undefined) return 0;
  return window.trades > 0 ? window.startMs : window.endMs;
}

/**
 * Adds a trade to its window, by trade time. A trade at or after the end of the open window closes
 * that window first. A minute without trades gets no candle.
 * @returns the candle that this trade closed, already emitted
 */
export function addToCandle(
  state: CandleState,
  trade: AcceptedTrade,
  limits: Thresholds['candle'],
  out: StepOutputs,
): ClosedCandle | null {
  const window = state.symbols.get(trade.symbol) ?? addSymbol(state, trade.symbol);
  let closed: ClosedCandle | null = null;
  if (window.trades > 0 && trade.tsMs >= window.endMs) {
    closed = closeWindow(state, window, out);
    state.earliestEndMs = earliestEnd(state);
  }
  if (window.trades === 0) {
    openWindow(window, trade, limits.intervalSec * 1000);
    state.earliestEndMs = Math.min(state.earliestEndMs ?? window.endMs, window.endMs);
    return closed;
  }
  if (trade.priceE8 > window.high) window.high = trade.priceE8;
  if (trade.priceE8 < window.low) window.low = trade.priceE8;
  if (!trade.outOfOrder) window.close = trade.priceE8;
  window.volume += trade.qtyE8;
  window.trades += 1;
  return closed;
}

/**
 * Closes every window whose grace is over, so that a quiet symbol's candle does not wait for its
 * next trade. @returns the candles, already emitted, in the order in which the symbols appeared
 */
export function closeOverdue(
  state: CandleState,
  nowMs: number,
  limits: Thresholds['candle'],
  out: StepOutputs,
): readonly ClosedCandle[] {
  const dueMs = nextCloseDueMs(state, limits);
  if (dueMs === null || dueMs > nowMs) return [];
  const closed: ClosedCandle[] = [];
  for (const window of state.symbols.values()) {
    if (window.trades > 0 && window.endMs + limits.closeGraceMs <= nowMs) {
      closed.push(closeWindow(state, window, out));
    }
  }
  state.earliestEndMs = earliestEnd(state);
  return closed;
}

/** When the next timer has something to close; null while no window is open. */
function nextCloseDueMs(state: CandleState, limits: Thresholds['candle']): number | null {
  return state.earliestEndMs === null ? null : state.earliestEndMs + limits.closeGraceMs;
}

function addSymbol(state: CandleState, symbol: string): CandleWindow {
  const window: CandleWindow = {
    symbol,
    startMs: 0,
    endMs: 0,
    open: 0n,
    high: 0n,
    low: 0n,
    close: 0n,
    volume: 0n,
    trades: 0,
  };
  state.symbols.set(symbol, window);
  return window;
}

function openWindow(window: CandleWindow, trade: AcceptedTrade, intervalMs: number): void {
  const startMs = Math.floor(trade.tsMs / intervalMs) * intervalMs;
  // A changed interval must not reach back into a window that is closed.
  window.startMs = Math.max(startMs, window.endMs);
  window.endMs = startMs + intervalMs;
  window.open = trade.priceE8;
  window.high = trade.priceE8;
  window.low = trade.priceE8;
  window.close = trade.priceE8;
  window.volume = trade.qtyE8;
  window.trades = 1;
}

function closeWindow(state: CandleState, window: CandleWindow, out: StepOutputs): ClosedCandle {
  const { symbol, startMs, endMs, high, low, close, trades } = window;
  const startSec = startMs / 1000;
  const intervalSec = (endMs - startMs) / 1000;
  const ref = out.emit({
    kind: 'CandleClosed',
    cause: out.inputRef,
    tsMs: endMs,
    symbol,
    startSec,
    intervalSec,
    open: formatE8(window.open),
    high: formatE8(high),
    low: formatE8(low),
    close: formatE8(close),
    volume: formatE8(window.volume),
    trades,
    ...(isIncomplete(state.gaps.get(symbol), startMs) && { incomplete: true }),
  });
  window.trades = 0;
  return { ref, symbol, startSec, intervalSec, tsMs: endMs, high, low, close };
}

function isIncomplete(gap: CandleGap | undefined, startMs: number): boolean {
  return gap !== undefined && (gap.open || startMs < gap.untilMs);
}

function earliestEnd(state: CandleState): number | null {
  let earliest: number | null = null;
  for (const window of state.symbols.values()) {
    if (window.trades > 0 && (earliest === null || window.endMs < earliest)) {
      earliest = window.endMs;
    }
  }
  return earliest;
}
