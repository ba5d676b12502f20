import type { OrderRequested } from '../domain/events.js';
import type { Firing } from './triggers.js';

export interface ThrottleLimits {
  readonly windowMs: number;
  /** Orders of one strategy within the window, in all shards together. */
  readonly executionsMax: number;
  /** Of these, with the same symbol, side and price. */
  readonly samePriceMax: number;
  /** Of the run; each may be published by another process, so each has an equal part and a count of its own. */
  readonly shards: number;
}

type Execution = Pick<OrderRequested, 'ref' | 'strategyId' | 'symbol' | 'side' | 'price' | 'tsMs'>;

/** The newest orders as they came: of shards that catch up, older ones may come behind newer ones. */
export interface ThrottleState {
  recent: Execution[];
}

/** The highest limit there is: a higher one could never be reached by what is kept. */
export const EXECUTIONS_MAX_MAX = 10_000;
const RECENT_MAX = 2 * EXECUTIONS_MAX_MAX;

export function initialThrottle(): ThrottleState {
  return { recent: [] };
}

/**
 * Notes an order that left; one that is told again, because nobody knows whether it was, counts once. A
 * strategy that repeats itself, or orders without end, is halted until a named person lets it go on; what
 * closes positions on behalf of a stop is not counted.
 * @param state of the shard that the order is of; all orders of a symbol are of one
 */
export function noteExecution(
  state: ThrottleState,
  order: Execution & Pick<OrderRequested, 'origin'>,
  { windowMs, executionsMax, samePriceMax, shards }: ThrottleLimits,
): Firing | null {
  if (order.origin === 'flatten') return null;
  const { ref, strategyId, symbol, side, price, tsMs } = order;
  // Sequences are those of a shard, and a symbol has one.
  const isKnown = (one: Execution) =>
    one.symbol === symbol && one.ref.seq === ref.seq && one.ref.ord === ref.ord;
  if (state.recent.some(isKnown)) return null;
  state.recent.push({ ref, strategyId, symbol, side, price, tsMs });
  if (state.recent.length > RECENT_MAX) state.recent.shift();
  const own = state.recent.filter(
    (one) => one.strategyId === strategyId && Math.abs(one.tsMs - tsMs) < windowMs,
  );
  const alike = own.filter(
    (one) => one.symbol === symbol && one.side === side && one.price === price,
  );
  const part = Math.max(1, Math.floor(executionsMax / shards));
  const whole = shards === 1 ? '' : ` (of ${executionsMax} for ${shards} shards)`;
  const orders = fullestWindow(own, windowMs, part);
  const same = fullestWindow(alike, windowMs, samePriceMax);
  const within = `within ${windowMs} ms`;
  const evidence =
    same > samePriceMax
      ? `${same} orders to ${side} ${symbol} at ${price} ${within}, limit ${samePriceMax}`
      : `${orders} orders ${within}, limit ${part}${whole}`;
  if (same <= samePriceMax && orders <= part) return null;
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

/** How many of them lie within one window, wherever it begins; all of them where `limit` allows that. */
function fullestWindow(executions: readonly Execution[], windowMs: number, limit: number): number {
  if (executions.length <= limit) return executions.length;
  const times = executions.map(({ tsMs }) => tsMs).sort((a, b) => a - b);
  let first = 0;
  let most = 0;
  for (const [last, tsMs] of times.entries()) {
    while (tsMs - (times[first] ?? tsMs) >= windowMs) first += 1;
    most = Math.max(most, last - first + 1);
  }
  return most;
}
