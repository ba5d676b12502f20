import { e8ToNumber, type E8 } from '../domain/e8.js';
import type { AcceptedTrade } from './intake.js';

/**
 * The true last 15 minutes of each symbol, in buckets of one second: at most 900 buckets however
 * many trades there are. Owned by the fold and changed in place; plain data.
 */
export interface Window15mState {
  readonly symbols: Map<string, SymbolWindow>;
}

interface SymbolWindow {
  /** Bucket i: its second, its last price and its quantity; entries before `head` are over. */
  readonly seconds: number[];
  readonly prices: number[];
  readonly volumes: E8[];
  head: number;
  volume: E8;
  /** The last price that is at least 15 minutes old; null until 15 minutes were seen. */
  basePrice: number | null;
}

/** Percentage points (float64) and base quantity; null until 15 minutes were seen. */
export interface Window15m {
  readonly pctChangePp: number | null;
  readonly volume: number | null;
}

const WINDOW_SEC = 15 * 60;
/** Dead entries are cut off in blocks, because cutting one by one moves the whole array. */
const DEAD_MAX = 1024;
const UNSEEN: Window15m = { pctChangePp: null, volume: null };

export function initialWindow15m(): Window15mState {
  return { symbols: new Map() };
}

/** Out-of-order trades add to the volume of the newest second, but set no price. */
export function addToWindow15m(state: Window15mState, trade: AcceptedTrade): void {
  const own = state.symbols.get(trade.symbol) ?? addSymbol(state, trade.symbol);
  const newest = own.seconds.length - 1;
  const second = Math.floor(trade.tsMs / 1000);
  own.volume += trade.qtyE8;
  if (newest >= 0 && (trade.outOfOrder || own.seconds[newest] === second)) {
    own.volumes[newest] = (own.volumes[newest] ?? 0n) + trade.qtyE8;
    if (!trade.outOfOrder) own.prices[newest] = trade.price;
    return;
  }
  own.seconds.push(second);
  own.prices.push(trade.price);
  own.volumes.push(trade.qtyE8);
  dropOlderThan(own, second - WINDOW_SEC);
}

/** As of the symbol's newest trade. */
export function window15m(state: Window15mState, symbol: string): Window15m {
  const own = state.symbols.get(symbol);
  const price = own?.prices.at(-1);
  if (own === undefined || own.basePrice === null || price === undefined) return UNSEEN;
  return {
    pctChangePp: ((price - own.basePrice) / own.basePrice) * 100,
    volume: e8ToNumber(own.volume),
  };
}

function addSymbol(state: Window15mState, symbol: string): SymbolWindow {
  const own: SymbolWindow = {
    seconds: [],
    prices: [],
    volumes: [],
    head: 0,
    volume: 0n,
    basePrice: null,
  };
  state.symbols.set(symbol, own);
  return own;
}

function dropOlderThan(own: SymbolWindow, lastSecond: number): void {
  while ((own.seconds[own.head] ?? Infinity) <= lastSecond) {
    own.basePrice = own.prices[own.head] ?? null;
    own.volume -= own.volumes[own.head] ?? 0n;
    own.head += 1;
  }
  if (own.head < DEAD_MAX) return;
  own.seconds.splice(0, own.head);
  own.prices.splice(0, own.head);
  own.volumes.splice(0, own.head);
  own.head = 0;
}
