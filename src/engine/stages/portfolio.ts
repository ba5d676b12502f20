import { absE8, divE8, divideHalfEven, formatE8, mulE8, type E8 } from '../domain/e8.js';
import type { StepOutputs } from '../domain/emit.js';
import type { Book, PositionChanged, Side } from '../domain/events.js';
import type { Ref } from '../domain/ids.js';

/** One symbol's holding. `qtyE8` is signed, `costE8` is what the open quantity cost, never negative. */
export interface Position {
  openNumber: number;
  qtyE8: E8;
  costE8: E8;
  /** Of this opening only; starts again at zero when the position reopens. */
  realizedE8: E8;
  openedAtMs: number;
}

export interface PortfolioState {
  book: Book;
  cashE8: E8;
  feesE8: E8;
  realizedE8: E8;
  positions: Map<string, Position>;
  openCounts: Map<string, number>;
  lastFillPrices: Map<string, E8>;
  marketPrices: Map<string, E8>;
  dayNumber: number;
  dayStartEquityE8: E8;
  peakEquityE8: E8;
}

export interface Fill {
  readonly symbol: string;
  readonly side: Side;
  readonly qtyE8: E8;
  readonly priceE8: E8;
  readonly feeE8: E8;
  readonly tsMs: number;
}

interface LedgerEntry {
  readonly account: string;
  readonly amountE8: E8;
}

const DAY_MS = 86_400_000;

export function openPortfolio(book: Book, balanceE8: E8): PortfolioState {
  return {
    book,
    cashE8: balanceE8,
    feesE8: 0n,
    realizedE8: 0n,
    positions: new Map(),
    openCounts: new Map(),
    lastFillPrices: new Map(),
    marketPrices: new Map(),
    dayNumber: -1,
    dayStartEquityE8: balanceE8,
    peakEquityE8: balanceE8,
  };
}

/** The first posting of a run, so that the ledger sums to zero from the start. */
export function postOpeningBalance(
  portfolio: PortfolioState,
  out: StepOutputs,
  at: { readonly cause: Ref; readonly tsMs: number },
): void {
  post(portfolio, out, at, [
    { account: 'cash', amountE8: portfolio.cashE8 },
    { account: 'equity:opening', amountE8: -portfolio.cashE8 },
  ]);
}

/**
 * What a fill would realise before it is booked: null where it only opens or adds.
 * Pure; `applyFill` books exactly this.
 */
export function realizedBy(portfolio: PortfolioState, fill: Fill): E8 | null {
  const position = portfolio.positions.get(fill.symbol);
  if (position === undefined || !reduces(position, fill.side)) return null;
  return closing(position, fill).realizedE8;
}

/** Books one fill: position, cash, fee and a posting that sums to zero. A flip closes, then opens. */
export function applyFill(
  portfolio: PortfolioState,
  out: StepOutputs,
  fill: Fill,
  cause: Ref,
): void {
  const held = portfolio.positions.get(fill.symbol);
  let restE8 = fill.qtyE8;
  const entries: LedgerEntry[] = [];
  if (held !== undefined && reduces(held, fill.side)) {
    const close = closing(held, fill);
    restE8 -= close.qtyE8;
    entries.push(...bookClose(portfolio, out, { held, close, fill, cause }));
  }
  if (restE8 > 0n) entries.push(...bookOpen(portfolio, out, { restE8, fill, cause }));
  if (fill.feeE8 !== 0n) {
    portfolio.cashE8 -= fill.feeE8;
    portfolio.feesE8 += fill.feeE8;
    entries.push(
      { account: 'cash', amountE8: -fill.feeE8 },
      { account: 'fees', amountE8: fill.feeE8 },
    );
  }
  portfolio.lastFillPrices.set(fill.symbol, fill.priceE8);
  post(portfolio, out, { cause, tsMs: fill.tsMs }, entries);
}

function reduces(position: Position, side: Side): boolean {
  return (position.qtyE8 > 0n && side === 'SELL') || (position.qtyE8 < 0n && side === 'BUY');
}

interface Closing {
  readonly qtyE8: E8;
  readonly costE8: E8;
  readonly notionalE8: E8;
  readonly realizedE8: E8;
}

function closing(position: Position, fill: Fill): Closing {
  const heldE8 = absE8(position.qtyE8);
  const qtyE8 = fill.qtyE8 < heldE8 ? fill.qtyE8 : heldE8;
  // A full close takes the whole cost, so that no rounding residue stays behind.
  const costE8 =
    qtyE8 === heldE8 ? position.costE8 : divideHalfEven(position.costE8 * qtyE8, heldE8);
  const notionalE8 = mulE8(qtyE8, fill.priceE8);
  const realizedE8 = fill.side === 'SELL' ? notionalE8 - costE8 : costE8 - notionalE8;
  return { qtyE8, costE8, notionalE8, realizedE8 };
}

function bookClose(
  portfolio: PortfolioState,
  out: StepOutputs,
  what: { held: Position; close: Closing; fill: Fill; cause: Ref },
): LedgerEntry[] {
  const { held, close, fill, cause } = what;
  const sign = fill.side === 'SELL' ? 1n : -1n;
  const entryE8 = entryPriceE8(held);
  held.qtyE8 -= sign * close.qtyE8;
  held.costE8 -= close.costE8;
  held.realizedE8 += close.realizedE8;
  portfolio.realizedE8 += close.realizedE8;
  portfolio.cashE8 += sign * close.notionalE8;
  const closed = held.qtyE8 === 0n;
  emitPosition(portfolio, out, {
    position: held,
    entryE8,
    fill,
    cause,
    closedAtMs: closed ? fill.tsMs : null,
  });
  if (closed) portfolio.positions.delete(fill.symbol);
  return [
    { account: 'cash', amountE8: sign * close.notionalE8 },
    { account: `position:${fill.symbol}`, amountE8: -sign * close.costE8 },
    { account: 'pnl:realized', amountE8: -close.realizedE8 },
  ];
}

function bookOpen(
  portfolio: PortfolioState,
  out: StepOutputs,
  what: { restE8: E8; fill: Fill; cause: Ref },
): LedgerEntry[] {
  const { restE8, fill, cause } = what;
  const sign = fill.side === 'BUY' ? 1n : -1n;
  const notionalE8 = mulE8(restE8, fill.priceE8);
  const position = portfolio.positions.get(fill.symbol) ?? reopen(portfolio, fill);
  position.qtyE8 += sign * restE8;
  position.costE8 += notionalE8;
  portfolio.cashE8 -= sign * notionalE8;
  const entryE8 = entryPriceE8(position);
  emitPosition(portfolio, out, { position, entryE8, fill, cause, closedAtMs: null });
  return [
    { account: `position:${fill.symbol}`, amountE8: sign * notionalE8 },
    { account: 'cash', amountE8: -sign * notionalE8 },
  ];
}

function reopen(portfolio: PortfolioState, fill: Fill): Position {
  const openNumber = (portfolio.openCounts.get(fill.symbol) ?? 0) + 1;
  portfolio.openCounts.set(fill.symbol, openNumber);
  const position = { openNumber, qtyE8: 0n, costE8: 0n, realizedE8: 0n, openedAtMs: fill.tsMs };
  portfolio.positions.set(fill.symbol, position);
  return position;
}

function emitPosition(
  portfolio: PortfolioState,
  out: StepOutputs,
  what: { position: Position; entryE8: E8; fill: Fill; cause: Ref; closedAtMs: number | null },
): void {
  const { position, entryE8, fill, cause, closedAtMs } = what;
  out.emit({
    kind: 'PositionChanged',
    cause,
    tsMs: fill.tsMs,
    book: portfolio.book,
    symbol: fill.symbol,
    openNumber: position.openNumber,
    side: sideOf(position.qtyE8),
    qty: formatE8(absE8(position.qtyE8)),
    entryPrice: formatE8(entryE8),
    lastPrice: formatE8(fill.priceE8),
    unrealizedPnl: formatE8(unrealizedOf(position, fill.priceE8)),
    realizedPnl: formatE8(position.realizedE8),
    openedAtMs: position.openedAtMs,
    closedAtMs,
  });
}

function sideOf(qtyE8: E8): PositionChanged['side'] {
  if (qtyE8 === 0n) return 'none';
  return qtyE8 > 0n ? 'long' : 'short';
}

function unrealizedOf(position: Position, priceE8: E8): E8 {
  const valueE8 = mulE8(position.qtyE8, priceE8);
  return valueE8 - (position.qtyE8 > 0n ? position.costE8 : -position.costE8);
}

export function entryPriceE8(position: Position): E8 {
  return position.qtyE8 === 0n ? 0n : divE8(position.costE8, absE8(position.qtyE8));
}

function post(
  portfolio: PortfolioState,
  out: StepOutputs,
  at: { readonly cause: Ref; readonly tsMs: number },
  entries: readonly LedgerEntry[],
): void {
  out.emit({
    kind: 'LedgerPosted',
    ...at,
    book: portfolio.book,
    entries: entries.map(({ account, amountE8 }) => ({ account, amountUsdt: formatE8(amountE8) })),
  });
}

/** Market value where a trade was seen, else the last fill's price. */
export function priceOf(portfolio: PortfolioState, symbol: string): E8 {
  return portfolio.marketPrices.get(symbol) ?? portfolio.lastFillPrices.get(symbol) ?? 0n;
}

export interface PortfolioFigures {
  readonly equityE8: E8;
  readonly exposureE8: E8;
  readonly unrealizedE8: E8;
  readonly dailyPnlE8: E8;
  /** Of the day's starting equity, in percentage points; 0 while the day is not losing. */
  readonly dailyDrawdownPp: number;
  /** Of the highest equity so far, a fraction. */
  readonly drawdownFraction: number;
}

export function portfolioFigures(portfolio: PortfolioState): PortfolioFigures {
  let exposureE8 = 0n;
  let unrealizedE8 = 0n;
  let valueE8 = 0n;
  for (const [symbol, position] of portfolio.positions) {
    const marketE8 = mulE8(position.qtyE8, priceOf(portfolio, symbol));
    exposureE8 += absE8(marketE8);
    valueE8 += marketE8;
    unrealizedE8 += unrealizedOf(position, priceOf(portfolio, symbol));
  }
  const equityE8 = portfolio.cashE8 + valueE8;
  const dailyPnlE8 = equityE8 - portfolio.dayStartEquityE8;
  return {
    equityE8,
    exposureE8,
    unrealizedE8,
    dailyPnlE8,
    dailyDrawdownPp: Math.max(0, -100 * ratio(dailyPnlE8, portfolio.dayStartEquityE8)),
    drawdownFraction: Math.max(0, ratio(portfolio.peakEquityE8 - equityE8, portfolio.peakEquityE8)),
  };
}

function ratio(a: E8, b: E8): number {
  return b <= 0n ? 0 : Number(a) / Number(b);
}

/** Day roll (UTC, event time) and the high-water mark. */
export function markTime(portfolio: PortfolioState, nowMs: number): void {
  const dayNumber = Math.floor(nowMs / DAY_MS);
  const { equityE8 } = portfolioFigures(portfolio);
  if (dayNumber > portfolio.dayNumber) {
    portfolio.dayNumber = dayNumber;
    portfolio.dayStartEquityE8 = equityE8;
  }
  if (equityE8 > portfolio.peakEquityE8) portfolio.peakEquityE8 = equityE8;
}
