import { bookOf, type ParkedBook } from './books.js';
import { isActive } from './control/canary.js';
import type { CoreState } from './core-state.js';
import { levelFor } from './domain/control.js';
import { e8FromNumber, type E8 } from './domain/e8.js';
import { judgeGate, type GateValues } from './domain/gate.js';
import type { Side } from './domain/events.js';
import type { TradeObserved } from './domain/inputs.js';
import type { Thresholds } from './domain/thresholds.js';
import { allocationSlot } from './stages/allocation.js';
import { exposurePp, totalExposureE8 } from './stages/exposure.js';
import type { AcceptedTrade } from './stages/intake.js';
import { marketView } from './stages/market-state.js';
import { portfolioFigures } from './stages/portfolio.js';
import { regimeOf } from './stages/regime.js';
import { breakoutSignal } from './stages/signal-breakout.js';
import type { SignalIdea } from './stages/signal-idea.js';
import { momentumSignal, tickChangePp } from './stages/signal-momentum.js';
import { pendingOf } from './stages/simulated-venue.js';
import { window15m } from './stages/window-15m.js';
import type { RaisedSignal } from './trading.js';

/** What the configured strategy wants on this tick. */
export function strategyIdea(
  state: CoreState,
  trade: AcceptedTrade,
  limits: Thresholds,
): { readonly idea: SignalIdea | null; readonly changePp: number } {
  const changePp = tickChangePp(state.ticks, trade.symbol, trade.price);
  switch (limits.signal.adapter) {
    case 'momentum_builtin':
      return { idea: momentumSignal(changePp, trade.qty, limits.signal), changePp };
    case 'primary_breakout_v1': {
      const context = {
        market: marketView(state.market, trade.symbol),
        positionOpen: unsoldE8(state, trade.symbol) > 0n || canaryHeldE8(state, trade.symbol) > 0n,
        entryBlocked: entryBlocked(state, trade.symbol, limits),
      };
      return { idea: breakoutSignal(state.breakout, trade, context, limits), changePp };
    }
  }
}

function entryBlocked(state: CoreState, symbol: string, limits: Thresholds): boolean {
  const { strategyId } = limits.signal;
  const slot = allocationSlot(state.allocation, strategyId, symbol);
  if (slot.stopped || slot.allocationFraction <= 0 || state.auditStalled !== null) return true;
  return levelFor(state.control, { strategyId, symbol }) !== 'TRADING';
}

/** The idea with all that risk judges it by: our own account and market, as of this trade. */
export function judgeSignal(
  state: CoreState,
  what: {
    readonly idea: SignalIdea;
    readonly trade: AcceptedTrade;
    readonly changePp: number;
    readonly input: TradeObserved;
  },
  limits: Thresholds,
): RaisedSignal {
  const { idea, trade, changePp, input } = what;
  const window = window15m(state.window15m, trade.symbol);
  return {
    symbol: trade.symbol,
    strategyId: limits.signal.strategyId,
    botId: limits.signal.botId,
    side: idea.side,
    priceE8: trade.priceE8,
    tradeQtyE8: trade.qtyE8,
    pctChangePp: changePp,
    pctChange15mPp: window.pctChangePp,
    volume15m: window.volume,
    origin: 'signal',
    reason: idea.reason,
    regime: regimeOf(state.regime, trade.symbol)?.current ?? 'UNKNOWN',
    ...judged(
      state,
      { symbol: trade.symbol, tsMs: trade.tsMs, nowMs: Math.max(trade.tsMs, input.receivedAtMs) },
      limits,
    ),
  };
}

/** Sells what a filled BUY brought; null where open orders already sell all of it. */
export function unwindSignal(
  state: CoreState,
  symbol: string,
  limits: Thresholds,
): RaisedSignal | null {
  if (unsoldE8(state, symbol) <= 0n) return null;
  const { strategyId } = limits.signal;
  const closed = { symbol, strategyId, side: 'SELL', reason: 'Unwind: BUY filled' } as const;
  const signal = closingSignal(state, closed, limits);
  return signal === null ? null : { ...signal, origin: 'unwind_reactive' };
}

interface Closed {
  readonly symbol: string;
  readonly strategyId: string;
  readonly side: Side;
}

/** Closes what a stop wants closed, at most `qtyE8` of it; null while no price is known. */
export function exitSignal(
  state: CoreState,
  { symbol, strategyId, side, qtyE8 }: Closed & { readonly qtyE8: E8 },
  limits: Thresholds,
): RaisedSignal | null {
  const words = { symbol, strategyId, side, reason: 'Flatten: asked for with a stop' };
  const signal = closingSignal(state, words, limits);
  return signal === null ? null : { ...signal, origin: 'flatten', qtyMaxE8: qtyE8 };
}

function closingSignal(
  state: CoreState,
  { symbol, strategyId, side, reason }: Closed & { readonly reason: string },
  limits: Thresholds,
): Omit<RaisedSignal, 'origin'> | null {
  const priceE8 = state.portfolio.marketPrices.get(symbol);
  if (priceE8 === undefined) return null;
  const window = window15m(state.window15m, symbol);
  return {
    symbol,
    strategyId,
    side,
    reason,
    botId: limits.signal.botId,
    priceE8,
    tradeQtyE8: 0n,
    pctChangePp: null,
    pctChange15mPp: window.pctChangePp,
    volume15m: window.volume,
    regime: regimeOf(state.regime, symbol)?.current ?? 'UNKNOWN',
    ...judged(state, { symbol, tsMs: state.nowMs, nowMs: state.nowMs }, limits),
  };
}

/** Held and not already on its way out. */
function unsoldE8(state: ParkedBook, symbol: string): E8 {
  const heldE8 = state.portfolio.positions.get(symbol)?.qtyE8 ?? 0n;
  return heldE8 - pendingOf(state.venue, symbol).sellE8;
}

/** What the canary holds and does not sell already. */
export function canaryHeldE8(state: CoreState, symbol: string): E8 {
  const book = isActive(state.canary) ? bookOf(state, 'real') : null;
  return book === null ? 0n : unsoldE8(book, symbol);
}

/** Domain.md 3.4 on our own account and market state; the true 15-minute values. */
function judged(
  state: CoreState,
  at: { readonly symbol: string; readonly tsMs: number; readonly nowMs: number },
  limits: Thresholds,
): Pick<RaisedSignal, 'gate' | 'figures'> {
  const market = marketView(state.market, at.symbol);
  const window = window15m(state.window15m, at.symbol);
  const figures = portfolioFigures(state.portfolio);
  const exposureE8 = totalExposureE8(state.portfolio, state.venue, null);
  const balanceE8 = e8FromNumber(limits.risk.balanceUsdt);
  const values: GateValues = {
    symbol: at.symbol,
    regimeId: market.returns?.regimeId ?? null,
    return1mPp: market.returns?.return1mPp ?? null,
    return5mPp: market.returns?.return5mPp ?? null,
    priceChange5mPp: market.returns?.priceChange5mPp ?? null,
    pctChange15mPp: window.pctChangePp,
    volume15m: window.volume,
    dailyDrawdownPp: figures.dailyDrawdownPp,
    totalExposurePp: exposurePp(exposureE8, balanceE8),
    slippagePp: state.slippageBps === null ? null : Math.max(0, state.slippageBps / 100),
    signalTsMs: at.tsMs,
    marketStateTsMs: market.returns === null ? null : market.lastTickTsMs,
    accountStateTsMs: at.tsMs,
    marketHealthTsMs: state.slippageBps === null ? null : at.tsMs,
    lastTickTsMs: market.lastTickTsMs,
    nowMs: at.nowMs,
  };
  return { gate: judgeGate(values, limits.gate), figures };
}
