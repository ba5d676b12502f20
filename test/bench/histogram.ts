import type { LatencyHistogram } from '../../src/engine/ports/engine-status.js';

/** What was counted between two readings. */
export function difference(a: LatencyHistogram, b: LatencyHistogram): LatencyHistogram {
  return {
    boundsMs: a.boundsMs,
    cumulative: a.cumulative.map((count, i) => count - (b.cumulative[i] ?? 0)),
    count: a.count - b.count,
    sumMs: a.sumMs - b.sumMs,
  };
}

/** Upper bound of the bucket that holds the quantile; null = above the last bound. */
export function quantileAtMost(
  { boundsMs, cumulative, count }: LatencyHistogram,
  share: number,
): number | null {
  const at = cumulative.findIndex((sum) => sum >= share * count);
  return boundsMs[at] ?? null;
}

export function round(value: number): number {
  return Math.round(value * 100) / 100;
}
