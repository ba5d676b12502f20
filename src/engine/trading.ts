import type { CanaryInputs } from './domain/canary-terms.js';
import { isInScope, noteProgress, noteTry, type ExitSaga } from './control/exit-saga.js';
import type { ControlRecord, Mode } from './domain/control.js';
import { homeBook } from './books.js';
import {
  canaryInputs,
  noteSent,
  noteVenueResult,
  type CanaryState,
  type Route,
} from './control/canary.js';
import { e8ToNumber, formatE8, type E8 } from './domain/e8.js';
import type { StepOutputs } from './domain/emit.js';
import type { GateEvidence, OrderOrigin, Side, SignalRaised } from './domain/events.js';
import type { Ref } from './domain/ids.js';
import type { Thresholds } from './domain/thresholds.js';
import {
  allocationSlot,
  takeFill,
  stopSlot,
  type AllocationContext,
  type AllocationState,
} from './stages/allocation.js';
import { noteOrder, noteOutcome, type BreakerState } from './stages/breakers.js';
import { markTime, type PortfolioFigures, type PortfolioState } from './stages/portfolio.js';
import { decideRisk, type Verdict } from './stages/risk.js';
import type { Alarm } from './stages/risk-checks.js';
import { submit, type VenueResult, type VenueState } from './stages/simulated-venue.js';

/** The half of the state that money moves in. */
export interface TradingState {
  control: Pick<ControlRecord, 'level' | 'scopes' | 'mode' | 'epoch' | 'exits'>;
  /** Of the wishes that the register holds, and of those that are not at their end. */
  exits: ExitSaga[];
  /** Kill ids that were taken back, newest last; bounded. */
  exitsEnded: string[];
  auditStalled: string | null;
  allocation: AllocationState;
  portfolio: PortfolioState;
  venue: VenueState;
  breakers: BreakerState;
  /** Newest alarm per strategy and symbol, so that a lasting condition is told once. */
  alarms: Map<string, string>;
  /** Newest fill's slippage in bps, null before the first; the market health that risk sees. */
  slippageBps: number | null;
  canary: CanaryState;
}

export interface TradingContext {
  readonly limits: Thresholds;
  readonly seed: number;
  readonly out: StepOutputs;
  readonly nowMs: number;
  /** A SELL of all that is held of the symbol, judged on its own market; null = nothing to sell. */
  readonly unwindOf: (symbol: string) => RaisedSignal | null;
}

export interface RaisedSignal {
  readonly symbol: string;
  readonly strategyId: string;
  readonly botId: string;
  readonly side: Side;
  readonly priceE8: E8;
  readonly tradeQtyE8: E8;
  readonly pctChangePp: number | null;
  readonly pctChange15mPp: number | null;
  readonly volume15m: number | null;
  readonly origin: OrderOrigin;
  /** An order that reduces takes no more than this. */
  readonly qtyMaxE8?: E8;
  readonly reason: string;
  readonly regime: string;
  readonly gate: GateEvidence;
  readonly figures: PortfolioFigures;
  /** Under a canary: where it goes, and why. */
  readonly route?: Route;
}

/** Signal to order: one SignalRaised, one final RiskDecided, and an order where it says ALLOW. */
export function raiseSignal(
  state: TradingState,
  signal: RaisedSignal,
  cause: Ref,
  context: TradingContext,
): Verdict {
  const { out, nowMs } = context;
  const { regime, gate, figures, priceE8, tradeQtyE8, qtyMaxE8, route, ...words } = signal;
  const facts: Omit<SignalRaised, 'ref'> = {
    kind: 'SignalRaised',
    cause,
    tsMs: nowMs,
    ...words,
    price: formatE8(priceE8),
    tradeQty: formatE8(tradeQtyE8),
  };
  const signalRef = out.emit(facts);
  if (route !== undefined) tellRoute(state, { signal, route, cause: signalRef }, context);
  const most = qtyMaxE8 === undefined ? {} : { qtyMaxE8 };
  const verdict = decideRisk(
    { ...words, priceE8, ...most },
    {
      ...state,
      control: { ...state.control, mode: orderMode(state) },
      limits: context.limits,
      slot: allocationSlot(state.allocation, signal.strategyId, signal.symbol),
      regime,
      gate,
      figures,
      nowMs,
      canary: ordersOfCanary(state, signal) ? ceilingsLeft(state, nowMs) : null,
    },
  );
  const decisionRef = out.emit({
    kind: 'RiskDecided',
    cause: signalRef,
    tsMs: nowMs,
    symbol: signal.symbol,
    strategyId: signal.strategyId,
    side: signal.side,
    price: formatE8(priceE8),
    decision: verdict.decision,
    reasonCode: verdict.reasonCode,
    detail: verdict.detail,
    qty: formatE8(verdict.qtyE8),
    reduceOnly: verdict.reduceOnly,
    signalRef,
    gate,
    risk: verdict.evidence,
    epoch: state.control.epoch,
  });
  tellAlarm(state, { signal, verdict, cause: decisionRef }, context);
  if (verdict.decision === 'ALLOW')
    placeOrder(state, { signal, verdict, signalRef, decisionRef }, context);
  else unwindWhenFull(state, { verdict, cause: decisionRef, signal }, context);
  return verdict;
}

const BREAKER_ALARM: Alarm = { level: 'CRITICAL', code: 'CIRCUIT_BREAKER' };

function tellAlarm(
  state: TradingState,
  what: { signal: RaisedSignal; verdict: Verdict; cause: Ref },
  context: TradingContext,
): void {
  const { signal, verdict, cause } = what;
  const key = `${signal.strategyId}|${signal.symbol}`;
  const alarm = verdict.tripped === null ? verdict.alarm : BREAKER_ALARM;
  const isTold = verdict.tripped === null && state.alarms.get(key) === alarm?.code;
  if (alarm === null || isTold) {
    if (alarm === null) state.alarms.delete(key);
    return;
  }
  const { tripped } = verdict;
  const words = tripped === null ? verdict.detail : `breaker ${tripped} tripped`;
  state.alarms.set(key, alarm.code);
  context.out.emit({
    kind: 'AlertRaised',
    cause,
    tsMs: context.nowMs,
    level: alarm.level,
    code: alarm.code,
    message: `${signal.symbol} ${signal.side}: ${words}`,
  });
  if (verdict.tripped !== 'daily_drawdown') return;
  const message = 'daily drawdown limit reached';
  context.out.emit({
    kind: 'BotStopped',
    cause,
    tsMs: context.nowMs,
    reason: message,
    strategyId: null,
  });
  for (const slot of state.allocation.values())
    stopSlot(slot, allocationContext(state, cause, context));
}

function allocationContext(
  state: TradingState,
  cause: Ref,
  context: TradingContext,
): AllocationContext {
  const { out, limits, nowMs } = context;
  return { all: state.allocation, limits: limits.allocation, out, at: { cause, tsMs: nowMs } };
}

function placeOrder(
  state: TradingState,
  what: { signal: RaisedSignal; verdict: Verdict; signalRef: Ref; decisionRef: Ref },
  context: TradingContext,
): void {
  const { signal, verdict, signalRef, decisionRef } = what;
  if (verdict.bundle === null) return;
  const { control } = state;
  const mode = orderMode(state);
  const { symbol, strategyId, side } = signal;
  const qty = formatE8(verdict.qtyE8);
  const ref = context.out.emit({
    kind: 'OrderRequested',
    cause: decisionRef,
    tsMs: context.nowMs,
    symbol,
    strategyId,
    botId: signal.botId,
    side,
    qty,
    price: formatE8(signal.priceE8),
    priceBound: formatE8(verdict.boundE8),
    reduceOnly: verdict.reduceOnly,
    origin: signal.origin,
    reason: signal.reason,
    stopLossFraction: context.limits.risk.stopLossFraction,
    mode,
    signalRef,
    decisionRef,
    epoch: control.epoch,
    bundle: verdict.bundle,
  });
  noteOrder(state.breakers, context.nowMs);
  if (ordersOfCanary(state, signal)) noteSent(state.canary, verdict, context.nowMs);
  if (mode === 'shadow') {
    const message = 'shadow mode (zero execution)';
    const refused = { symbol, strategyId, side, qty, by: 'shadow' as const, message };
    const { nowMs } = context;
    context.out.emit({ kind: 'OrderRefused', cause: ref, tsMs: nowMs, orderRef: ref, ...refused });
  }
  submit(
    state.venue,
    {
      ref,
      signalRef,
      decisionRef,
      symbol,
      strategyId,
      side,
      qtyE8: verdict.qtyE8,
      priceE8: signal.priceE8,
      boundE8: verdict.boundE8,
      reduceOnly: verdict.reduceOnly,
      origin: signal.origin,
      requestedAtMs: context.nowMs,
    },
    { limits: context.limits.paper, seed: context.seed },
  );
}

/** What an order for the book at hand is: one for the hypothetical book never leaves. */
function orderMode({ portfolio }: TradingState): Mode {
  return portfolio.book === 'real' ? 'paper' : 'shadow';
}

/** An order of the book at hand goes out under the ceilings of the canary; no stop waits for them. */
function ordersOfCanary(
  { portfolio, control }: TradingState,
  { origin }: { readonly origin: OrderOrigin },
): boolean {
  return portfolio.book === 'real' && control.mode === 'canary' && origin !== 'flatten';
}

function ceilingsLeft({ canary, venue }: TradingState, nowMs: number): CanaryInputs {
  const openOrders = [...venue.orders.values()].reduce((sum, open) => sum + open.length, 0);
  return canaryInputs(canary, { openOrders, nowMs });
}

function tellRoute(
  { canary }: TradingState,
  what: { readonly signal: RaisedSignal; readonly route: Route; readonly cause: Ref },
  { out, nowMs }: TradingContext,
): void {
  const { signal, route, cause } = what;
  const { symbol, strategyId, side } = signal;
  const percent = canary.terms?.percent ?? 0;
  const sessionId = canary.terms?.sessionId ?? '';
  const at = { cause, tsMs: nowMs, symbol, strategyId, side, sessionId, percent };
  out.emit({ kind: 'SignalRouted', ...at, ...route });
}

/** Tells everyone who learns from an order's outcome, and unwinds a filled paper BUY. */
export function settle(
  state: TradingState,
  results: readonly VenueResult[],
  context: TradingContext,
): void {
  for (const result of results) {
    const { order } = result;
    if (result.final) noteOutcome(state.breakers, result.failed);
    if (order.origin === 'flatten') noteExitResult(state, result, context);
    if (ordersOfCanary(state, order) && result.neverLeft !== true)
      noteVenueResult(state.canary, result);
    if (result.filledE8 === 0n) continue;
    state.slippageBps = result.slippageBps;
    markTime(state.portfolio, context.nowMs);
    // A strategy is judged by the book that it decides on.
    if (state.portfolio.book === homeBook(state.control.mode)) {
      takeFill(
        allocationSlot(state.allocation, order.strategyId, order.symbol),
        { side: order.side, qtyE8: result.filledE8, price: e8ToNumber(result.priceE8) },
        allocationContext(state, result.ref, context),
      );
    }
    if (!result.final || order.side !== 'BUY' || !unwinds(state, context)) continue;
    const signal = context.unwindOf(order.symbol);
    if (signal !== null)
      raiseSignal(state, { ...signal, origin: 'unwind_reactive' }, result.ref, context);
  }
}

/** A fill is progress; an order that ends without one is a try. */
function noteExitResult(
  { exits, portfolio: { book } }: TradingState,
  { order, filledE8, final }: VenueResult,
  { nowMs, limits }: TradingContext,
): void {
  const againAtMs = nowMs + limits.exit.retryMs;
  for (const saga of exits) {
    if (!saga.flatten || !isInScope(saga, order)) continue;
    if (filledE8 > 0n) noteProgress(saga, { ...order, book });
    else if (final) noteTry(saga, { ...order, book, why: order.status, againAtMs });
  }
}

/** Never in shadow: nothing is held there (domain.md 3.2). */
function unwinds(state: TradingState, context: TradingContext): boolean {
  const { autoUnwind } = context.limits.risk;
  const { mode } = state.control;
  return autoUnwind && state.portfolio.book === 'real' && (mode === 'paper' || mode === 'canary');
}

/** Blocked by exposure with unwinding on: the first long position is sold whole, one per trigger. */
function unwindWhenFull(
  state: TradingState,
  what: { verdict: Verdict; cause: Ref; signal: RaisedSignal },
  context: TradingContext,
): void {
  const { verdict, cause, signal } = what;
  const full = verdict.reasonCode === 'RK_EXPOSURE' || verdict.reasonCode === 'RK_EXPOSURE_HARD';
  if (!full || signal.side !== 'BUY' || !unwinds(state, context)) return;
  const first = [...state.portfolio.positions].find(([, position]) => position.qtyE8 > 0n);
  // Null while it is on its way out: its exposure is about to go, so nothing else is sold.
  const sell = first === undefined ? null : context.unwindOf(first[0]);
  if (sell === null) return;
  const reason = `Unwind: ${verdict.detail}`;
  raiseSignal(state, { ...sell, origin: 'unwind_proactive', reason }, cause, context);
}
