import { holds, type Comparison } from '../domain/comparison.js';
import { confirms } from '../domain/confirmation.js';
import type { BreakerName } from '../domain/events.js';
import type { Thresholds } from '../domain/thresholds.js';

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
  state.orderTimesMs = recentOrders(state, tsMs);
  state.orderTimesMs.push(tsMs);
}

/** An operator who releases trading resets every breaker. */
export function resetBreakers(state: BreakerState): void {
  state.tripped = {};
  state.breaches = [];
  state.outcomes = [];
  state.orderTimesMs = [];
}

/** What the breakers judge by at one moment. */
export interface BreakerSeen extends BreakerFigures {
  /** The breaker that tripped before, which stays. */
  readonly latched: BreakerName | null;
  readonly outcomes: number;
  readonly outcomesFailed: number;
  readonly ordersLastMin: number;
}

export type BreakerLimits = Pick<Thresholds, 'breaker' | 'risk'>;

interface BreakerCheck {
  readonly name: BreakerName;
  /** What it looks at, for people. */
  readonly figure: string;
  readonly limitKey: string;
  readonly compared: (seen: BreakerSeen, limits: BreakerLimits) => Comparison;
}

/**
 * `dailyLossFraction` against the daily limit is the latch of domain.md 3.2 step 7, the other four
 * are the breakers of 3.7, which the original never wired into the order flow.
 */
export const BREAKER_CHECKS: readonly BreakerCheck[] = [
  {
    name: 'daily_drawdown',
    figure: 'dailyLossFraction',
    limitKey: 'risk.maxDailyDrawdownFraction',
    compared: ({ dailyLossFraction }, { risk }) => ({
      relation: '<',
      value: dailyLossFraction,
      limit: risk.maxDailyDrawdownFraction,
    }),
  },
  {
    name: 'drawdown',
    figure: 'drawdownFraction',
    limitKey: 'breaker.drawdownMaxFraction',
    compared: ({ drawdownFraction }, { breaker }) => ({
      relation: '<=',
      value: drawdownFraction,
      limit: breaker.drawdownMaxFraction,
    }),
  },
  {
    name: 'loss',
    figure: 'lossFraction',
    limitKey: 'breaker.lossMaxFraction',
    compared: ({ lossFraction }, { breaker }) => ({
      relation: '<=',
      value: lossFraction,
      limit: breaker.lossMaxFraction,
    }),
  },
  {
    name: 'error_rate',
    figure: 'errorFraction',
    limitKey: 'breaker.errorRateMaxFraction',
    compared: ({ outcomes, outcomesFailed }, { breaker }) => ({
      relation: '<=',
      // Too few orders say nothing yet.
      value: outcomes < breaker.errorRateOrdersMin ? 0 : outcomesFailed / Math.max(1, outcomes),
      limit: breaker.errorRateMaxFraction,
    }),
  },
  {
    name: 'frequency',
    figure: 'ordersLastMin',
    limitKey: 'breaker.ordersPerMinMax',
    // One more order now would be more than the limit within a minute.
    compared: ({ ordersLastMin }, { breaker }) => ({
      relation: '<',
      value: ordersLastMin,
      limit: breaker.ordersPerMinMax,
    }),
  },
];

/** It closes by itself; the others stay until trading is released. */
const PASSING: BreakerName = 'frequency';

export function breakerSeen(
  state: BreakerState,
  figures: BreakerFigures,
  nowMs: number,
): BreakerSeen {
  const { outcomes } = state;
  return {
    ...figures,
    latched: latched(state),
    outcomes: outcomes.length,
    outcomesFailed: outcomes.filter(Boolean).length,
    ordersLastMin: recentOrders(state, nowMs).length,
  };
}

/**
 * Trips what has to trip, whichever layer then refuses the signal: the gate blocks at the same daily
 * loss as the latch, and would hide it. A breach blocks the decision that found it; it stays tripped
 * once enough decisions have found one.
 * @returns the breaker that tripped just now; one at a time, the first one stays
 */
export function tripBreaker(
  state: BreakerState,
  seen: BreakerSeen,
  limits: BreakerLimits,
  nowMs: number,
): BreakerName | null {
  if (seen.latched !== null) return null;
  const breached =
    BREAKER_CHECKS.find(({ name, compared }) => name !== PASSING && !holds(compared(seen, limits)))
      ?.name ?? null;
  const { confirmBreaches: breachesMin, confirmDecisions: looksMax } = limits.breaker;
  if (!confirms(state.breaches, breached, { breachesMin, looksMax })) return null;
  if (breached !== null) state.tripped[breached] = nowMs;
  return breached;
}

/** The breaker that blocks new risk now, null when none does. */
export function blockingBreaker(seen: BreakerSeen, limits: BreakerLimits): BreakerName | null {
  if (seen.latched !== null) return seen.latched;
  return BREAKER_CHECKS.find(({ compared }) => !holds(compared(seen, limits)))?.name ?? null;
}

function latched(state: BreakerState): BreakerName | null {
  return (Object.keys(state.tripped)[0] as BreakerName | undefined) ?? null;
}

function recentOrders(state: BreakerState, nowMs: number): number[] {
  const cut = state.orderTimesMs.findIndex((tsMs) => tsMs > nowMs - MINUTE_MS);
  return cut === -1 ? [] : state.orderTimesMs.slice(cut);
}
