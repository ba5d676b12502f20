import type { EngineStatus, LatencyHistogram } from '../../engine/ports/engine-status.js';
import type { LatencyRow } from './board.js';

const STEPS = ['journal', 'fold', 'audit', 'publish', 'total'] as const;

export function latencyRows(latency: EngineStatus['latency']): readonly LatencyRow[] {
  return STEPS.map((step) => {
    const histogram = latency[step];
    const [p50Ms, p95Ms, p99Ms] = [0.5, 0.95, 0.99].map((part) => quantile(histogram, part));
    return {
      step,
      p50Ms: p50Ms ?? null,
      p95Ms: p95Ms ?? null,
      p99Ms: p99Ms ?? null,
      count: histogram.count,
    };
  });
}

/**
 * As PromQL's `histogram_quantile`: evenly within its bucket, and the highest bound where it lies
 * beyond all of them. Null of nothing.
 */
export function quantile(
  { boundsMs, cumulative, count }: LatencyHistogram,
  fraction: number,
): number | null {
  if (count === 0) return null;
  const rank = fraction * count;
  const at = cumulative.findIndex((below) => below >= rank);
  const upper = boundsMs[at];
  if (upper === undefined) return boundsMs.at(-1) ?? null;
  const [lower, before] = at === 0 ? [0, 0] : [boundsMs[at - 1] ?? 0, cumulative[at - 1] ?? 0];
  const inside = (cumulative[at] ?? 0) - before;
  return inside === 0 ? upper : lower + ((upper - lower) * (rank - before)) / inside;
}
