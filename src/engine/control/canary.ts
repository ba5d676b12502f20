import {
  CANARY_ABORTS,
  CANARY_CEILINGS,
  type CanaryAbort,
  type CanaryInputs,
  type CanaryTerms,
  type CanaryTrigger,
} from '../domain/canary-terms.js';
import { levelFor, type ControlRecord } from '../domain/control.js';
import { e8FromNumber, formatE8, mulE8, parseE8, type E8 } from '../domain/e8.js';
import type { Side } from '../domain/events.js';
import { seededUnit } from '../domain/seeded.js';
import { textHash } from '../domain/text-hash.js';
import { PAPER_VENUE } from './effective-mode.js';

export type CanaryPhase = 'off' | 'running' | 'held' | 'ended';

/** What the fold remembers of its canary: plain data that the functions below change in place. */
export interface CanaryState {
  phase: CanaryPhase;
  /** Of the running session, or of the last one. */
  terms: CanaryTerms | null;
  /** Why it ended or is held; `operator` where a person did it. */
  trigger: CanaryTrigger | 'operator' | null;
  detail: string;
  /** Event time. */
  startedAtMs: number;
  lastTradeAtMs: number;
  lastEntryAtMs: number | null;
  /** Equity of the real book at the start. */
  equityE8: E8;
  ordersSent: number;
  /** Of entries, at the worst price that they may pay. */
  notionalSentE8: E8;
  rejects: number;
  /** What was announced last. */
  told: string;
  /** After its end: the entries that were out are cancelled. */
  isClosed: boolean;
  /** After its end: nothing of it is held, or paper has taken it over. */
  isSettled: boolean;
}

/** Of the canary's own book, at the time of an input. */
export interface CanaryMoment {
  readonly tsMs: number;
  readonly equityE8: E8;
  /** Neither positions nor open orders. */
  readonly isFlat: boolean;
  /** A position, and nothing out that could close it. */
  readonly isResting: boolean;
  readonly strategyId: string;
  /** Latched ones. */
  readonly breakers: readonly string[];
}

/** What of a signal says where it goes. */
export interface RoutedSignal {
  readonly strategyId: string;
  readonly symbol: string;
  readonly side: Side;
  readonly tsMs: number;
  readonly priceE8: E8;
}

export interface Route {
  readonly to: 'canary' | 'shadow';
  readonly why: 'share' | 'exit' | 'held' | 'nothing_held';
  /** 0 to below 100; entries below the percentage are routed. */
  readonly bucket: number;
}

const SALT_ROUTE = 6;

export function initialCanary(): CanaryState {
  return {
    phase: 'off',
    terms: null,
    trigger: null,
    detail: '',
    startedAtMs: 0,
    lastTradeAtMs: 0,
    lastEntryAtMs: null,
    equityE8: 0n,
    ordersSent: 0,
    notionalSentE8: 0n,
    rejects: 0,
    told: '',
    isClosed: false,
    isSettled: false,
  };
}

export function isActive({ phase }: CanaryState): boolean {
  return phase === 'running' || phase === 'held';
}

/** A plan can only ask for less than the ceilings; what can't be read is nothing. */
export function withinCeilings(terms: CanaryTerms): CanaryTerms {
  const { orders, activeOrders, notionalUsdt, durationMs } = CANARY_CEILINGS;
  const cap = e8FromNumber(notionalUsdt);
  const amount = (text: string) => formatE8(least(amountOf(text), cap));
  return {
    ...terms,
    percent: within(terms.percent, 100),
    ordersMax: Math.floor(within(terms.ordersMax, orders)),
    activeOrdersMax: Math.floor(within(terms.activeOrdersMax, activeOrders)),
    notionalPerOrderUsdt: amount(terms.notionalPerOrderUsdt),
    notionalTotalUsdt: amount(terms.notionalTotalUsdt),
    lossMaxUsdt: amount(terms.lossMaxUsdt),
    durationMs: within(terms.durationMs, durationMs),
  };
}

/**
 * The register says something. Starts a session that was never seen, changes share or hold of the one that
 * runs, and ends it for everything else that differs.
 */
export function followControl(
  state: CanaryState,
  record: Pick<ControlRecord, 'mode' | 'canary' | 'level' | 'scopes' | 'reason' | 'message'>,
  now: CanaryMoment,
): void {
  const terms = record.mode === 'canary' ? record.canary : undefined;
  if (!isActive(state)) {
    begin(state, record, now);
    return;
  }
  const known = state.terms;
  const target = { strategyId: now.strategyId, symbol: known?.symbol ?? '' };
  const level = levelFor(record, target);
  if (level !== 'TRADING') {
    end(state, 'kill_switch', `level ${level}`);
    return;
  }
  if (terms === undefined || known === null) {
    leave(state, record);
    return;
  }
  const next = withinCeilings(terms);
  const fixed = (one: CanaryTerms) => JSON.stringify({ ...one, percent: 0, held: false });
  if (fixed(next) !== fixed(known)) {
    end(state, 'mode_drift', 'the terms are others');
    return;
  }
  const isSame = next.percent === known.percent && next.held === known.held;
  // A release, for instance, must not wake a canary that waits for somebody to look.
  if (isSame && record.reason !== 'canary') return;
  state.terms = next;
  if (next.held) turn(state, 'held', 'operator', record.message);
  else turn(state, 'running', null, record.message);
}

function begin(
  state: CanaryState,
  { canary, mode, level, scopes }: Parameters<typeof followControl>[1],
  now: CanaryMoment,
): void {
  const isNew = canary !== undefined && canary.sessionId !== state.terms?.sessionId;
  if (mode !== 'canary' || !isNew) return;
  Object.assign(state, initialCanary());
  state.terms = withinCeilings(canary);
  state.startedAtMs = now.tsMs;
  state.lastTradeAtMs = now.tsMs;
  state.equityE8 = now.equityE8;
  const { symbol, venue, held, sessionId } = canary;
  const found = levelFor({ level, scopes }, { strategyId: now.strategyId, symbol });
  if (venue !== PAPER_VENUE) end(state, 'mode_drift', `no venue "${venue}"`);
  else if (found !== 'TRADING') end(state, 'kill_switch', `level ${found}`);
  else if (now.breakers.length > 0) end(state, 'breaker_latch', now.breakers.join(', '));
  else if (!now.isFlat) end(state, 'limit_breach', 'its book holds positions or open orders');
  else turn(state, held ? 'held' : 'running', null, `session ${sessionId}`);
  // Whatever is held then was never its own.
  state.isSettled = !isActive(state);
}

/** The mode is no longer canary: an operator rolled back, or something made it so. */
function leave(
  state: CanaryState,
  { reason, mode, message }: Pick<ControlRecord, 'reason' | 'mode' | 'message'>,
): void {
  const abort = CANARY_ABORTS.find((known) => known === reason);
  if (abort !== undefined) end(state, abort, message);
  else if (reason === 'canary') end(state, 'operator', message);
  else end(state, 'mode_drift', `mode ${mode}: ${reason}`);
}

/**
 * Where a signal goes. An entry by its share, the same in every run and a part of any larger share; an
 * exit to where something is held.
 * @param heldE8 what of the symbol the canary holds and does not sell already
 */
export function routeOf(state: CanaryState, signal: RoutedSignal, heldE8: E8): Route {
  const { strategyId, symbol, side, tsMs, priceE8 } = signal;
  const key = [strategyId, symbol, side, String(tsMs), String(priceE8)].join('|');
  const bucket = seededUnit(textHash(key), 0, SALT_ROUTE) * 100;
  if (side === 'SELL') {
    return heldE8 > 0n
      ? { to: 'canary', why: 'exit', bucket }
      : { to: 'shadow', why: 'nothing_held', bucket };
  }
  if (state.phase !== 'running') return { to: 'shadow', why: 'held', bucket };
  const isShare = bucket < (state.terms?.percent ?? 0);
  return { to: isShare ? 'canary' : 'shadow', why: 'share', bucket };
}

/**
 * What the ceilings leave for one more order. Without terms, nothing.
 * @param openOrders of the canary's book
 */
export function canaryInputs(
  state: CanaryState,
  { openOrders, nowMs }: { readonly openOrders: number; readonly nowMs: number },
): CanaryInputs {
  const { terms, ordersSent, notionalSentE8, lastEntryAtMs } = state;
  const pauseEndsMs = lastEntryAtMs === null ? nowMs : lastEntryAtMs + (terms?.cooldownMs ?? 0);
  return {
    isActive: isActive(state) && terms !== null,
    symbol: terms?.symbol ?? '',
    openOrders,
    openOrdersMax: terms?.activeOrdersMax ?? 0,
    ordersSent,
    ordersMax: terms?.ordersMax ?? 0,
    cooldownLeftMs: Math.max(0, pauseEndsMs - nowMs),
    notionalPerOrderE8: amountOf(terms?.notionalPerOrderUsdt ?? '0'),
    notionalSentE8,
    notionalTotalE8: amountOf(terms?.notionalTotalUsdt ?? '0'),
  };
}

interface SentOrder {
  readonly qtyE8: E8;
  readonly boundE8: E8;
  readonly reduceOnly: boolean;
}

export function noteSent(state: CanaryState, order: SentOrder, nowMs: number): void {
  state.ordersSent += 1;
  if (order.reduceOnly) return;
  state.notionalSentE8 += mulE8(order.qtyE8, order.boundE8);
  state.lastEntryAtMs = nowMs;
}

/** What an order of the canary came to at its venue. */
export function noteVenueResult(
  state: CanaryState,
  result: { readonly failed: boolean; readonly filledE8: E8; readonly slippageBps: number },
): void {
  const { terms } = state;
  if (!isActive(state) || terms === null) return;
  if (result.filledE8 > 0n && result.slippageBps > terms.slippageBpsMax) {
    const words = `slippage ${result.slippageBps} bps, limit ${terms.slippageBpsMax}`;
    end(state, 'limit_breach', words);
    return;
  }
  if (!result.failed) return;
  state.rejects += 1;
  if (state.rejects < terms.rejectsMax) return;
  tripCanary(state, 'reject_spike', `${state.rejects} orders were refused by the venue`);
}

/** What has to hold at every moment of a session. */
export function watchCanary(
  state: CanaryState,
  now: Omit<CanaryMoment, 'strategyId' | 'isFlat'>,
): void {
  const { terms, ordersSent } = state;
  if (!isActive(state) || terms === null) return;
  // Before the first trade of a run no time has passed yet.
  if (state.startedAtMs === 0) {
    state.startedAtMs = now.tsMs;
    state.lastTradeAtMs = now.tsMs;
  }
  const ranMs = now.tsMs - state.startedAtMs;
  const quietMs = now.tsMs - state.lastTradeAtMs;
  const lossE8 = state.equityE8 - now.equityE8;
  if (ranMs >= terms.durationMs) {
    end(state, 'duration_over', `it ran ${ranMs} ms`);
  } else if (quietMs > terms.staleMsMax) {
    end(state, 'stale_data', `no trade of ${terms.symbol} for ${quietMs} ms`);
  } else if (now.breakers.length > 0) {
    end(state, 'breaker_latch', now.breakers.join(', '));
  } else if (lossE8 >= amountOf(terms.lossMaxUsdt)) {
    end(state, 'limit_breach', `lost ${formatE8(lossE8)} of ${terms.lossMaxUsdt} USDT`);
  } else if (now.isResting && ordersSent >= terms.ordersMax) {
    // Nothing that it may still do would close this: a person has to.
    const left = `${ordersSent} of ${terms.ordersMax} have left`;
    end(state, 'limit_breach', `no order is left for the exit: ${left}`);
  }
}

export function noteMarketTrade(state: CanaryState, symbol: string, tsMs: number): void {
  if (state.terms?.symbol === symbol) state.lastTradeAtMs = Math.max(state.lastTradeAtMs, tsMs);
}

/** Somebody outside of the fold found a reason: aborts end it, the others hold it. */
export function tripCanary(state: CanaryState, trigger: CanaryTrigger, detail: string): void {
  if (!isActive(state)) return;
  if (isAbort(trigger)) end(state, trigger, detail);
  else if (state.phase !== 'held') turn(state, 'held', trigger, detail);
}

function isAbort(trigger: CanaryTrigger): trigger is CanaryAbort {
  return CANARY_ABORTS.some((known) => known === trigger);
}

function end(state: CanaryState, trigger: CanaryAbort | 'operator', detail: string): void {
  turn(state, 'ended', trigger, detail);
}

function turn(
  state: CanaryState,
  phase: CanaryPhase,
  trigger: CanaryState['trigger'],
  detail: string,
): void {
  state.phase = phase;
  state.trigger = trigger;
  state.detail = detail;
}

/** Nothing for a text that is no amount, or a negative one. */
function amountOf(text: string): E8 {
  const amount = parseE8(text);
  return typeof amount === 'bigint' && amount > 0n ? amount : 0n;
}

function least(a: E8, b: E8): E8 {
  return a < b ? a : b;
}

function within(value: number, max: number): number {
  return Number.isFinite(value) ? Math.min(Math.max(value, 0), max) : 0;
}
