import { e8ToNumber } from '../domain/e8.js';
import type { StepOutputs } from '../domain/emit.js';
import type { RegimeName } from '../domain/events.js';
import type { Thresholds } from '../domain/thresholds.js';
import type { ClosedCandle } from './candles.js';
import type { RegimeEntry } from './regime.js';

/** Owned by the fold and changed in place; plain data. */
export interface MarketState {
  readonly symbols: Map<string, SymbolMarket>;
}

interface SymbolMarket {
  lastTickTsMs: number | null;
  /** Closes of the newest candles, oldest first. */
  readonly closes: number[];
  /** Newest regime entry; entries come in candle order, so older ones are never needed. */
  regime: { readonly regime: RegimeName; readonly candleSec: number } | null;
  returns: MarketReturns | null;
}

/** Percentage changes over candles, not minutes: after a gap the span is longer. Float64. */
export interface MarketReturns {
  /** End of the candle that they were computed at. */
  readonly tsMs: number;
  readonly return1mPp: number;
  readonly return5mPp: number;
  readonly priceChange5mPp: number;
  readonly closeNow: number;
  readonly close1mAgo: number;
  readonly close5mAgo: number;
  /** 0 trend, 1 range, 2 volatile, 3 crisis; null = unknown or stale. */
  readonly regimeId: number | null;
}

/** What the gate and the strategies may know of one symbol. */
export interface MarketView {
  /** Newest accepted trade: market state is recomputed with every tick, so this is its age too. */
  readonly lastTickTsMs: number | null;
  /** Null until six candles are closed. */
  readonly returns: MarketReturns | null;
}

const CLOSES_NEEDED = 6;

/** The wire ids of regimes; a regime without one counts as unknown. */
const REGIME_IDS: Readonly<Record<RegimeName, number | null>> = {
  TREND: 0,
  RANGE: 1,
  HIGH_VOL_CHAOTIC: 2,
  UNKNOWN: null,
};

const NO_VIEW: MarketView = { lastTickTsMs: null, returns: null };

export function initialMarketState(): MarketState {
  return { symbols: new Map() };
}

/** The view may change with the next step: read it, don't keep it. */
export function marketView(state: MarketState, symbol: string): MarketView {
  return state.symbols.get(symbol) ?? NO_VIEW;
}

/** Notes an accepted trade that is not out of order. */
export function noteTick(state: MarketState, symbol: string, tsMs: number): void {
  symbolMarket(state, symbol).lastTickTsMs = tsMs;
}

/** Notes a regime entry. Call before `updateMarketState` of the same candle. */
export function noteRegime(state: MarketState, entry: RegimeEntry): void {
  const { regime, candleSec } = entry;
  symbolMarket(state, entry.symbol).regime = { regime, candleSec };
}

/**
 * Recomputes the returns with a new candle. With fewer than six candles, or a zero to divide by,
 * there is no market state and nothing is emitted: whoever needs it has to block.
 */
export function updateMarketState(
  state: MarketState,
  candle: ClosedCandle,
  limits: Thresholds['regime'],
  out: StepOutputs,
): void {
  const own = symbolMarket(state, candle.symbol);
  own.closes.push(e8ToNumber(candle.close));
  if (own.closes.length > CLOSES_NEEDED) own.closes.shift();
  own.returns = computeReturns(own, candle, limits);
  if (own.returns === null) return;
  out.emit({
    kind: 'MarketStateUpdated',
    cause: candle.ref,
    symbol: candle.symbol,
    lastTickTsMs: own.lastTickTsMs ?? candle.tsMs,
    ...own.returns,
  });
}

function symbolMarket(state: MarketState, symbol: string): SymbolMarket {
  const known = state.symbols.get(symbol);
  if (known !== undefined) return known;
  const own: SymbolMarket = { lastTickTsMs: null, closes: [], regime: null, returns: null };
  state.symbols.set(symbol, own);
  return own;
}

function computeReturns(
  own: SymbolMarket,
  candle: ClosedCandle,
  limits: Thresholds['regime'],
): MarketReturns | null {
  const [close5mAgo = 0, , , , close1mAgo = 0, closeNow = 0] = own.closes;
  if (own.closes.length < CLOSES_NEEDED || close1mAgo === 0 || close5mAgo === 0) return null;
  const return5mPp = ((closeNow - close5mAgo) / close5mAgo) * 100;
  return {
    tsMs: candle.tsMs,
    return1mPp: ((closeNow - close1mAgo) / close1mAgo) * 100,
    return5mPp,
    priceChange5mPp: Math.abs(return5mPp),
    closeNow,
    close1mAgo,
    close5mAgo,
    regimeId: regimeId(own, candle, limits),
  };
}

function regimeId(
  { regime: entry }: SymbolMarket,
  candle: ClosedCandle,
  limits: Thresholds['regime'],
): number | null {
  if (entry === null) return null;
  const ageSec = candle.startSec - entry.candleSec;
  return ageSec >= 0 && ageSec <= limits.stalenessSec ? REGIME_IDS[entry.regime] : null;
}
