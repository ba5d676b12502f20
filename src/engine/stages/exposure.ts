import { absE8, mulE8, type E8 } from '../domain/e8.js';
import type { PortfolioState } from './portfolio.js';
import { pendingOf, type VenueState } from './simulated-venue.js';

/** An order that is about to be allowed, counted as if it were open already. */
export interface PlannedOrder {
  readonly symbol: string;
  readonly qtyE8: E8;
  readonly boundE8: E8;
}

/** What decides the exposure of one symbol, in base units and quote units per base unit. */
export interface SymbolLoad {
  /** The holding with every open BUY filled. */
  readonly longE8: E8;
  /** The holding with every open SELL filled. */
  readonly shortE8: E8;
  /** The highest of the last fill, the market and what open BUYs may pay. */
  readonly priceE8: E8;
}

export function symbolLoad(
  portfolio: PortfolioState,
  venue: VenueState,
  symbol: string,
): SymbolLoad {
  const heldE8 = portfolio.positions.get(symbol)?.qtyE8 ?? 0n;
  const pending = pendingOf(venue, symbol);
  const priceE8 = [
    portfolio.marketPrices.get(symbol) ?? 0n,
    portfolio.lastFillPrices.get(symbol) ?? 0n,
    pending.boundE8,
  ].reduce(higher);
  return { longE8: heldE8 + pending.buyE8, shortE8: heldE8 - pending.sellE8, priceE8 };
}

/**
 * Worst case of position and open orders of one symbol, in quote units: every open BUY filled at the
 * highest price it may pay, the whole holding valued at the highest of that, the last fill and the
 * market. After any fill the real exposure is at most this, so a limit checked here can't be passed.
 */
export function loadExposureE8(load: SymbolLoad, planned: Omit<PlannedOrder, 'symbol'> | null): E8 {
  const extraE8 = planned?.qtyE8 ?? 0n;
  const longE8 = absE8(load.longE8 + extraE8);
  const shortE8 = absE8(load.shortE8);
  const boundE8 = extraE8 > 0n ? (planned?.boundE8 ?? 0n) : 0n;
  return mulE8(higher(longE8, shortE8), higher(load.priceE8, boundE8));
}

export function symbolExposureE8(
  portfolio: PortfolioState,
  venue: VenueState,
  symbol: string,
  planned: PlannedOrder | null,
): E8 {
  return loadExposureE8(
    symbolLoad(portfolio, venue, symbol),
    planned?.symbol === symbol ? planned : null,
  );
}

/** Of the balance, in percentage points. */
export function exposurePp(exposureE8: E8, balanceE8: E8): number {
  return (Number(exposureE8) / Number(balanceE8)) * 100;
}

export function totalExposureE8(
  portfolio: PortfolioState,
  venue: VenueState,
  planned: PlannedOrder | null,
): E8 {
  const symbols = new Set([...portfolio.positions.keys(), ...venue.orders.keys()]);
  if (planned !== null) symbols.add(planned.symbol);
  let sumE8 = 0n;
  for (const symbol of symbols) sumE8 += symbolExposureE8(portfolio, venue, symbol, planned);
  return sumE8;
}

/** What open BUYs may still cost at most. */
export function pendingNotionalE8(venue: VenueState): E8 {
  let sumE8 = 0n;
  for (const symbol of venue.orders.keys()) {
    const { buyE8, boundE8 } = pendingOf(venue, symbol);
    sumE8 += mulE8(buyE8, boundE8);
  }
  return sumE8;
}

function higher(a: E8, b: E8): E8 {
  return a > b ? a : b;
}
