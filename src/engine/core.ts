import { changeHome, eachBook, inBook } from './books.js';
import { canaryMode, closeSession, settleSession, watchSession } from './canary-session.js';
import { exitsMember } from './control/exit-wish.js';
import { isReleased, withdrawnBy } from './control/releases.js';
import { isActive, noteMarketTrade, routeOf, tripCanary } from './control/canary.js';
import { initialCore, type CoreState } from './core-state.js';
import { e8FromNumber, formatE8 } from './domain/e8.js';
import { StepOutputs } from './domain/emit.js';
import type { Output } from './domain/events.js';
import type {
  ConfigChanged,
  ControlChanged,
  FeedLost,
  FeedRestored,
  Input,
  OrderReported,
  SequencedInput,
  TradeObserved,
} from './domain/inputs.js';
import type { Thresholds } from './domain/thresholds.js';
import { allocationSlot, releaseSlot, takeRegime } from './stages/allocation.js';
import { resetBreakers } from './stages/breakers.js';
import {
  addToCandle,
  closedUntilMs,
  closeGap,
  closeOverdue,
  openGap,
  type ClosedCandle,
} from './stages/candles.js';
import { pendingNotionalE8 } from './stages/exposure.js';
import { admitTrade, type AcceptedTrade } from './stages/intake.js';
import { noteRegime, noteTick, updateMarketState } from './stages/market-state.js';
import {
  markTime,
  openPortfolio,
  portfolioFigures,
  postOpeningBalance,
} from './stages/portfolio.js';
import { observeRegime } from './stages/regime.js';
import { watchesSymbol } from './stages/signal-idea.js';
import {
  cancelEntries,
  expireOverdue,
  matchTrade,
  reportOrder,
  type VenueContext,
} from './stages/simulated-venue.js';
import { emitRefusal } from './stages/trade-refusal.js';
import { addToWindow15m } from './stages/window-15m.js';
import { driveExits, takeWishes } from './exits.js';
import { canaryHeldE8, judgeSignal, strategyIdea, unwindSignal } from './signals.js';
import { raiseSignal, settle, type TradingContext } from './trading.js';

export { initialCore };

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;

/**
 * The one fold: same state and input, same facts and next state. Synchronous, total, never throws
 * for data, reads no clock. The state passed in is used up (core-state.ts).
 */
export function step(
  state: CoreState,
  { seq, input }: SequencedInput,
): { readonly state: CoreState; readonly outputs: readonly Output[] } {
  const out = new StepOutputs(seq);
  fold(state, input, out);
  if (state.canary.phase !== 'off') lookAfterCanary(state, out);
  if (state.exits.length > 0 && state.limits !== null) {
    driveExits(state, tradingContext(state, state.nowMs, state.limits, out));
  }
  return { state, outputs: out.facts };
}

function fold(state: CoreState, input: Input, out: StepOutputs): void {
  switch (input.kind) {
    case 'TradeObserved':
      state.feedInputsSeen += 1;
      state.tradesSeen += 1;
      if (state.limits !== null) observeTrade(state, input, state.limits, out);
      return;
    case 'TimerElapsed':
      state.feedInputsSeen += 1;
      if (state.limits !== null) passTime(state, input.atMs, state.limits, out);
      return;
    case 'FeedLost':
    case 'FeedRestored':
      state.feedInputsSeen += 1;
      noteFeed(state, input, out);
      return;
    case 'ControlChanged':
      applyControl(state, input, out);
      return;
    case 'ConfigChanged':
      applyConfig(state, input);
      return;
    case 'AuditStalled':
      state.auditStalled = input.reason;
      tripCanary(state.canary, 'pipeline_stall', `decisions are not committed: ${input.reason}`);
      return;
    case 'CanaryTripped':
      tripCanary(state.canary, input.trigger, input.detail);
      return;
    case 'AuditRecovered':
      state.auditStalled = null;
      return;
    case 'OrderReported':
      if (state.limits !== null) takeReport(state, input, state.limits, out);
      return;
  }
}

/** What the feed does not know is marked on the candles that it belongs to. */
function noteFeed(state: CoreState, input: FeedLost | FeedRestored, out: StepOutputs): void {
  const { symbol, reason } = input;
  const at = { cause: out.inputRef, tsMs: input.atMs, symbol, reason };
  if (input.kind === 'FeedLost') {
    openGap(state.candles, symbol);
    if (reason !== 'start' && symbol === state.canary.terms?.symbol) {
      tripCanary(state.canary, 'stale_data', `the feed of ${symbol}: ${reason}`);
    }
    out.emit({ kind: 'FeedGapOpened', ...at });
    return;
  }
  const { fromMs, toMs, tradesMissing } = input;
  closeGap(state.candles, symbol, tradesMissing === 0 ? null : toMs);
  out.emit({ kind: 'FeedGapClosed', ...at, fromMs, toMs, tradesMissing });
}

function applyConfig(state: CoreState, input: ConfigChanged): void {
  const first = state.limits === null;
  state.limits = input.thresholds;
  state.seed = input.seed;
  state.codeVersion = input.codeVersion;
  state.configHash = input.configHash;
  if (!first) return;
  const balanceE8 = e8FromNumber(input.thresholds.risk.balanceUsdt);
  state.portfolio = openPortfolio(state.portfolio.book, balanceE8);
}

function applyControl(state: CoreState, input: ControlChanged, out: StepOutputs): void {
  // A release resets the breakers, also where only a breaker had stopped the orders.
  const lowered = isReleased(input, state);
  const isWithdrawn = withdrawnBy(input, { epochMax: state.epochMax });
  state.releasedEpoch ??= state.epochMax;
  if (lowered) state.releasedEpoch = input.released?.all ?? input.epoch;
  state.epochMax = Math.max(state.epochMax, input.epoch);
  const { level, scopes, epoch, reason, message, operator, previousLevel, exits = [] } = input;
  const mode = canaryMode(state, input, { cause: out.inputRef, out });
  state.control = { level, scopes, mode, epoch, ...exitsMember(exits) };
  const facts = { level, scopes, mode, reason, message, operator, previousLevel, epoch };
  const cause = out.emit({
    kind: 'ControlApplied',
    cause: out.inputRef,
    tsMs: input.atMs,
    ...facts,
  });
  changeHome(state, mode, { cause, out });
  takeWishes(state, exits, { isWithdrawn, releasedBefore: input.released?.any ?? 0, out, cause });
  if (!lowered || state.limits === null) return;
  resetBreakers(state.breakers);
  const { allocation } = state.limits;
  // Event time, because the wall clock of the release must not reach a digest.
  const at = { cause, tsMs: state.nowMs };
  for (const slot of state.allocation.values()) {
    releaseSlot(slot, { all: state.allocation, limits: allocation, out, at });
  }
}

function observeTrade(
  state: CoreState,
  input: TradeObserved,
  limits: Thresholds,
  out: StepOutputs,
): void {
  const closedUntil = closedUntilMs(state.candles, input.symbol);
  const trade = admitTrade(state.intake, input, closedUntil, limits.intake);
  if (typeof trade === 'string') {
    emitRefusal(input, trade, out);
    return;
  }
  if (trade.outOfOrder) emitRefusal(input, 'out_of_order', out);
  passTime(state, trade.tsMs, limits, out);
  const candle = addToCandle(state.candles, trade, limits.candle, out);
  if (candle !== null) closeCandle(state, candle, limits, out);
  addToWindow15m(state.window15m, trade);
  if (!trade.outOfOrder) observeTick(state, { trade, input }, limits, out);
}

/** A new price: it marks the portfolio, fills what is due, and may raise a signal. */
function observeTick(
  state: CoreState,
  { trade, input }: { readonly trade: AcceptedTrade; readonly input: TradeObserved },
  limits: Thresholds,
  out: StepOutputs,
): void {
  noteTick(state.market, trade.symbol, trade.tsMs);
  const context = tradingContext(state, trade.tsMs, limits, out);
  eachBook(state, () => {
    state.portfolio.marketPrices.set(trade.symbol, trade.priceE8);
    if (state.venue.orders.size === 0) return;
    settle(state, matchTrade(state.venue, trade, venueContext(state, context)), context);
  });
  noteMarketTrade(state.canary, trade.symbol, trade.tsMs);
  watchSession(state, { cause: out.inputRef, out });
  if (!watchesSymbol(limits.signal, trade.symbol)) return;
  const { idea, changePp } = strategyIdea(state, trade, limits);
  if (idea === null) return;
  const what = { idea, trade, changePp, input };
  if (!isActive(state.canary)) {
    raiseSignal(state, judgeSignal(state, what, limits), out.inputRef, context);
    return;
  }
  const { strategyId } = limits.signal;
  const routed = { ...trade, strategyId, side: idea.side };
  const route = routeOf(state.canary, routed, canaryHeldE8(state, trade.symbol));
  inBook(state, route.to === 'canary' ? 'real' : 'hypothetical', () => {
    raiseSignal(state, { ...judgeSignal(state, what, limits), route }, out.inputRef, context);
  });
}

/** At the end of every input: a session that is over has nothing out any more that adds risk. */
function lookAfterCanary(state: CoreState, out: StepOutputs): void {
  watchSession(state, { cause: out.inputRef, out });
  const { limits, nowMs } = state;
  if (limits === null) return;
  closeSession(state, () => {
    const context = tradingContext(state, nowMs, limits, out);
    const how = { message: 'canary ended: entry cancelled', nowMs };
    settle(state, cancelEntries(state.venue, how, venueContext(state, context)), context);
  });
  settleSession(state, { cause: out.inputRef, out });
}

/** Event time moves on: overdue windows close, orders time out, the UTC day rolls. */
function passTime(state: CoreState, nowMs: number, limits: Thresholds, out: StepOutputs): void {
  // Written so that a time that is no number passes nothing: after NaN no comparison would hold.
  if (!(nowMs > state.nowMs)) return;
  if (state.nowMs === 0) {
    eachBook(state, () => {
      postOpeningBalance(state.portfolio, out, { cause: out.inputRef, tsMs: nowMs });
    });
  }
  state.nowMs = nowMs;
  watchSession(state, { cause: out.inputRef, out });
  for (const candle of closeOverdue(state.candles, nowMs, limits.candle, out)) {
    closeCandle(state, candle, limits, out);
  }
  const context = tradingContext(state, nowMs, limits, out);
  eachBook(state, () => {
    if (Math.floor(nowMs / DAY_MS) > state.portfolio.dayNumber) markTime(state.portfolio, nowMs);
    if (state.venue.orders.size === 0) return;
    settle(state, expireOverdue(state.venue, nowMs, venueContext(state, context)), context);
  });
}

/** Something is known of an order that the fold had let go: the venue gate refused it, say. */
function takeReport(
  state: CoreState,
  input: OrderReported,
  limits: Thresholds,
  out: StepOutputs,
): void {
  if (input.booked !== undefined) {
    const { side, qty, price } = input.booked;
    const message =
      `${side} ${qty} ${input.symbol} at ${price} is in the books, and the venue gate refused the order: ` +
      'nobody outside has it, so the position is that much off';
    const about = { level: 'CRITICAL', code: 'GATE_LATE', message } as const;
    out.emit({ kind: 'AlertRaised', cause: out.inputRef, tsMs: state.nowMs, ...about });
    return;
  }
  const context = tradingContext(state, state.nowMs, limits, out);
  eachBook(state, () => {
    settle(state, reportOrder(state.venue, input, venueContext(state, context)), context);
  });
}

function tradingContext(
  state: CoreState,
  nowMs: number,
  limits: Thresholds,
  out: StepOutputs,
): TradingContext {
  const unwindOf = (symbol: string) => unwindSignal(state, symbol, limits);
  return { limits, seed: state.seed, out, nowMs, unwindOf };
}

function venueContext(
  state: CoreState,
  { limits, out, seed, nowMs }: TradingContext,
): VenueContext & Pick<TradingContext, 'nowMs'> {
  const { portfolio } = state;
  return { portfolio, limits: limits.paper, cause: out.inputRef, out, seed, nowMs };
}

/** Candle to regime to market state to allocation. */
function closeCandle(
  state: CoreState,
  candle: ClosedCandle,
  limits: Thresholds,
  out: StepOutputs,
): void {
  const entry = observeRegime(state.regime, candle, limits.regime, out);
  if (entry !== null) noteRegime(state.market, entry);
  updateMarketState(state.market, candle, limits.regime, out);
  if (entry !== null && watchesSymbol(limits.signal, candle.symbol)) {
    const slot = allocationSlot(state.allocation, limits.signal.strategyId, candle.symbol);
    const at = { cause: candle.ref, tsMs: candle.tsMs };
    takeRegime(slot, entry, { all: state.allocation, limits: limits.allocation, out, at });
  }
  markMinute(state, candle, out);
}

function markMinute(state: CoreState, candle: ClosedCandle, out: StepOutputs): void {
  const minute = Math.floor(candle.tsMs / MINUTE_MS);
  if (minute <= state.markedMinute) return;
  state.markedMinute = minute;
  eachBook(state, () => {
    markBook(state, candle, out);
  });
}

function markBook(state: CoreState, candle: ClosedCandle, out: StepOutputs): void {
  const { portfolio } = state;
  markTime(portfolio, candle.tsMs);
  const figures = portfolioFigures(portfolio);
  out.emit({
    kind: 'PortfolioMarked',
    cause: candle.ref,
    tsMs: candle.tsMs,
    book: portfolio.book,
    equityUsdt: formatE8(figures.equityE8),
    cashUsdt: formatE8(portfolio.cashE8),
    exposureUsdt: formatE8(figures.exposureE8),
    pendingUsdt: formatE8(pendingNotionalE8(state.venue)),
    unrealizedPnlUsdt: formatE8(figures.unrealizedE8),
    realizedPnlUsdt: formatE8(portfolio.realizedE8),
    feesUsdt: formatE8(portfolio.feesE8),
    dailyPnlUsdt: formatE8(figures.dailyPnlE8),
    drawdownFraction: figures.drawdownFraction,
    openPositions: portfolio.positions.size,
  });
}
