import type { OrderRequested } from '../domain/events.js';
import type { Firing } from './triggers.js';

export interface ThrottleLimits {
  readonly windowMs: number;
  /** Orders of one strategy within the window. */
  readonly executionsMax: number;
  /** Of these, with the same symbol, side and price. */
  readonly samePriceMax: number;
}

type Execution = Pick<OrderRequested, 'strategyId' | 'symbol' | 'side' | 'price' | 'tsMs'>;

/** The orders of the window, in venue time; bounded by what makes it fire. */
export interface ThrottleState {
  recent: Execution[];
}

/** Beyond what any strategy may do within a window, however many strategies there are. */
const RECENT_MAX = 10_000;

export function initialThrottle(): ThrottleState {
  return { recent: [] };
}

/**
 * Notes an order that left. A strategy that repeats itself, or orders without end, is halted until a
 * named person lets it go on; what closes positions on behalf of a stop is not counted.
 */
export function noteExecution(
  state: ThrottleState,
  order: Execution & Pick<OrderRequested, 'origin'>,
  { windowMs, executionsMax, samePriceMax }: ThrottleLimits,
): Firing | null {
  if (order.origin === 'flatten') return null;
  const { strategyId, symbol, side, price, tsMs } = order;
  state.recent = state.recent.filter((one) => one.tsMs > tsMs - windowMs).slice(-RECENT_MAX);
  state.recent.push({ strategyId, symbol, side, price, tsMs });
  const own = state.recent.filter((one) => one.strategyId === strategyId);
  const same = own.filter(
    (one) => one.symbol === symbol && one.side === side && one.price === price,
  );
  const within = `within ${windowMs} ms`;
  const evidence =
    same.length > samePriceMax
      ? `${same.length} orders to ${side} ${symbol} at ${price} ${within}, limit ${samePriceMax}`
      : `${own.length} orders ${within}, limit ${executionsMax}`;
  if (same.length <= samePriceMax && own.length <= executionsMax) return null;
  // A release begins anew.
  state.recent = state.recent.filter((one) => one.strategyId !== strategyId);
  return {
    trigger: 'repeated_execution',
    level: 'HALTED',
    scopes: [`strategy:${strategyId}`],
    reason: 'repeated_execution',
    evidence: [`strategy ${strategyId}: ${evidence}`],
  };
}
