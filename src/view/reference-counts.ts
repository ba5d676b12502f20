import type { OutputKind } from '../engine/domain/events.js';
import type { EngineStatus } from '../engine/ports/engine-status.js';
import { orderResults } from './effects-watch.js';

/**
 * What the names of existing dashboards mean here (domain.md 1.2 to 1.10), once: /metrics and the
 * dashboard both read them from here. What belongs to the hypothetical book of shadow mode counts as
 * nothing: gates and dashboards read these names as orders and money. Null is "nobody knows".
 */
export const REFERENCE_COUNTS = {
  decoded_messages_total: (s) =>
    s.feed.health === null ? s.trades.count : s.feed.health.counts.frames,
  signals_generated_total: (s) => countOf(s, 'SignalRaised'),
  orders_approved_total: (s) => s.allowed.count,
  orders_blocked_total: (s) => s.blocked.count,
  order_results_received_total: (s) => orderResults(s).count,
  circuit_breaker_active: (s) => (Object.values(s.portfolio.breakers).includes(true) ? 1 : 0),
  execution_orders_received_total: (s) => countOf(s, 'OrderRequested'),
  execution_orders_filled_total: (s) => (isReal(s) ? countOf(s, 'OrderFilled') : 0),
  execution_orders_rejected_total: (s) =>
    countOf(s, 'OrderRefused') + (isReal(s) ? countOf(s, 'OrderRejected') : 0),
  process_cpu_seconds_total: (s) => s.cpuMs / 1_000,
  process_start_time_seconds: (s) => s.startedAtMs / 1_000,
} as const satisfies Readonly<Record<string, (status: EngineStatus) => number>>;

export type ReferenceCount = keyof typeof REFERENCE_COUNTS;

export const REFERENCE_NAMES = Object.keys(REFERENCE_COUNTS) as readonly ReferenceCount[];

export function referenceCounts(status: EngineStatus): Readonly<Record<ReferenceCount, number>> {
  const counts = REFERENCE_NAMES.map((name) => [name, REFERENCE_COUNTS[name](status)] as const);
  return Object.fromEntries(counts) as Record<ReferenceCount, number>;
}

export function countOf(status: EngineStatus, kind: OutputKind): number {
  return status.outputs[kind]?.count ?? 0;
}

/** Its orders and money are real, or at least on paper; those of shadow mode are imagined. */
export function isReal({ portfolio }: EngineStatus): boolean {
  return portfolio.book === 'real';
}
