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

/** The newest orders by their time: of shards that catch up, older ones may come behind newer ones. */
export interface ThrottleState {
  recent: Execution[];
  /** Of all in `recent`. */
  known: Set<string>;
}

/** The highest limit there is: a higher one could never be reached by what is kept. */
export const EXECUTIONS_MAX_MAX = 10_000;
const RECENT_MAX = 2 * EXECUTIONS_MAX_MAX;

export function initialThrottle(): ThrottleState {
  return { recent: [], known: new Set() };
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
  if (state.known.has(keyOf(order))) return null;
  keep(state, { ref, strategyId, symbol, side, price, tsMs });
  const own = within(state.recent, tsMs, windowMs).filter((one) => one.strategyId === strategyId);
  const alike = own.filter(
    (one) => one.symbol === symbol && one.side === side && one.price === price,
  );
  const part = Math.max(1, Math.floor(executionsMax / shards));
  const whole = shards === 1 ? '' : ` (of ${executionsMax} for ${shards} shards)`;
  const orders = fullestWindow(own, windowMs, part);
  const same = fullestWindow(alike, windowMs, samePriceMax);
  const time = `within ${windowMs} ms`;
  const evidence =
    same > samePriceMax
      ? `${same} orders to ${side} ${symbol} at ${price} ${time}, limit ${samePriceMax}`
      : `${orders} orders ${time}, limit ${part}${whole}`;
  if (same <= samePriceMax && orders <= part) return null;
  // A release begins anew.
  state.recent = state.recent.filter((one) => one.strategyId !== strategyId);
  state.known = new Set(state.recent.map(keyOf));
  return {
    trigger: 'repeated_execution',
    level: 'HALTED',
    scopes: [`strategy:${strategyId}`],
    reason: 'repeated_execution',
    evidence: [`strategy ${strategyId}: ${evidence}`],
  };
}

/** Sequences are those of a shard, and a symbol has one. */
function keyOf({ ref, symbol }: Pick<Execution, 'ref' | 'symbol'>): string {
  return `${symbol} ${ref.seq} ${ref.ord}`;
}

function keep({ recent, known }: ThrottleState, execution: Execution): void {
  recent.splice(firstFrom(recent, execution.tsMs + 1), 0, execution);
  known.add(keyOf(execution));
  if (recent.length <= RECENT_MAX) return;
  const oldest = recent.shift();
  if (oldest !== undefined) known.delete(keyOf(oldest));
}

/** Whatever can share a window with this time. */
function within(recent: readonly Execution[], tsMs: number, windowMs: number): Execution[] {
  return recent.slice(firstFrom(recent, tsMs - windowMs + 1), firstFrom(recent, tsMs + windowMs));
}

/** Index of the first that is not before this time. */
function firstFrom(recent: readonly Execution[], tsMs: number): number {
  let [low, high] = [0, recent.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((recent[middle]?.tsMs ?? Infinity) < tsMs) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** How many of them, by time, lie within one window; all of them where `limit` allows that. */
function fullestWindow(executions: readonly Execution[], windowMs: number, limit: number): number {
  if (executions.length <= limit) return executions.length;
  const times = executions.map(({ tsMs }) => tsMs);
  let first = 0;
  let most = 0;
  for (const [last, tsMs] of times.entries()) {
    while (tsMs - (times[first] ?? tsMs) >= windowMs) first += 1;
    most = Math.max(most, last - first + 1);
  }
  return most;
}
