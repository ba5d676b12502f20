import { confirms } from '../domain/confirmation.js';
import type { Thresholds } from '../domain/thresholds.js';

export type BreakerName = 'daily_drawdown' | 'error_rate' | 'drawdown' | 'loss' | 'frequency';

/** Trip time per breaker; all but `frequency` stay tripped until trading is released again. */
export interface BreakerState {
  tripped: Partial<Record<BreakerName, number>>;
  /** What the newest decisions found beyond its limit; a tick that lies trips nothing for good. */
  breaches: (BreakerName | null)[];
  /** Newest order outcomes, true = error; bounded. */
  outcomes: boolean[];
  /** Times of the orders of the last minute. */
  orderTimesMs: number[];
}

export interface BreakerFigures {
  readonly dailyLossFraction: number;
  readonly drawdownFraction: number;
  /** Of the run's starting balance. */
  readonly lossFraction: number;
}

const OUTCOMES_MAX = 100;
const MINUTE_MS = 60_000;

export function initialBreakers(): BreakerState {
  return { tripped: {}, breaches: [], outcomes: [], orderTimesMs: [] };
}

export function noteOutcome(state: BreakerState, failed: boolean): void {
  state.outcomes.push(failed);
  if (state.outcomes.length > OUTCOMES_MAX) state.outcomes.shift();
}

export function noteOrder(state: BreakerState, tsMs: number): void {
  // Exits are counted but never limited, so the limit alone would not bound the list.
  forgetOrders(state, tsMs);
  state.orderTimesMs.push(tsMs);
}

/** An operator who releases trading resets every breaker. */
export function resetBreakers(state: BreakerState): void {
  state.tripped = {};
  state.breaches = [];
  state.outcomes = [];
  state.orderTimesMs = [];
}

/**
 * Trips what has to trip, whichever layer then refuses the signal: the gate blocks at the same daily
 * loss as the latch, and would hide it. `dailyLossFraction` against the daily limit is the latch of
 * domain.md 3.2 step 7, the other four are the breakers of 3.7, which the original never wired into
 * the order flow.
 * A breach blocks the decision that found it; it stays tripped once enough decisions have found one.
 * @returns the breaker that tripped just now; one at a time, the first one stays
 */
export function tripBreaker(
  state: BreakerState,
  figures: BreakerFigures,
  limits: { readonly breaker: Thresholds['breaker']; readonly dailyMaxFraction: number },
  nowMs: number,
): BreakerName | null {
  if (latched(state) !== null) return null;
  const name = breached(state, figures, limits);
  const { confirmBreaches: breachesMin, confirmDecisions: looksMax } = limits.breaker;
  if (!confirms(state.breaches, name, { breachesMin, looksMax }) || name === null) return null;
  state.tripped[name] = nowMs;
  return name;
}

/** The breaker that blocks new risk now, null when none does. */
export function blockingBreaker(
  state: BreakerState,
  limits: Thresholds['breaker'],
  nowMs: number,
): BreakerName | null {
  const breach = latched(state) ?? state.breaches.at(-1) ?? null;
  return breach ?? (tooFrequent(state, limits, nowMs) ? 'frequency' : null);
}

function latched(state: BreakerState): BreakerName | null {
  return (Object.keys(state.tripped)[0] as BreakerName | undefined) ?? null;
}

function breached(
  state: BreakerState,
  figures: BreakerFigures,
  limits: { readonly breaker: Thresholds['breaker']; readonly dailyMaxFraction: number },
): BreakerName | null {
  if (figures.dailyLossFraction >= limits.dailyMaxFraction) return 'daily_drawdown';
  if (figures.drawdownFraction > limits.breaker.drawdownMaxFraction) return 'drawdown';
  if (figures.lossFraction > limits.breaker.lossMaxFraction) return 'loss';
  return errorRate(state, limits.breaker) ? 'error_rate' : null;
}

function errorRate(state: BreakerState, limits: Thresholds['breaker']): boolean {
  const { outcomes } = state;
  if (outcomes.length < limits.errorRateOrdersMin) return false;
  const failed = outcomes.filter(Boolean).length;
  return failed / outcomes.length > limits.errorRateMaxFraction;
}

/** True when one more order now would be more than the limit within a minute. */
function tooFrequent(state: BreakerState, limits: Thresholds['breaker'], nowMs: number): boolean {
  forgetOrders(state, nowMs);
  return state.orderTimesMs.length >= limits.ordersPerMinMax;
}

function forgetOrders(state: BreakerState, nowMs: number): void {
  const cut = state.orderTimesMs.findIndex((tsMs) => tsMs > nowMs - MINUTE_MS);
  state.orderTimesMs = cut === -1 ? [] : state.orderTimesMs.slice(cut);
}
