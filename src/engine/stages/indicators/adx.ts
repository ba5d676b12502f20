import { smooth, sum, trueRanges, type Bars } from './bars.js';

interface Sums {
  readonly range: number;
  readonly up: number;
  readonly down: number;
}

/**
 * Average directional index over all bars given, 0 to 100; null below period + 1 bars.
 *
 * Not Wilder's own start: the first value is the mean of `period` DX values which come from the
 * same first `period` elements, smoothed in once more (k = 1 .. period - 1). Existing dashboards
 * and thresholds were tuned on that, so it is reproduced.
 */
export function averageDirectionalIndex(bars: Bars, period: number): number | null {
  const ranges = trueRanges(bars);
  if (ranges.length < period) return null;
  const { ups, downs } = directionalMoves(bars);
  let sums: Sums = {
    range: sum(ranges.slice(0, period)) / period,
    up: sum(ups.slice(0, period)),
    down: sum(downs.slice(0, period)),
  };
  const next = (element: number): number => {
    sums = {
      range: smooth(sums.range, ranges[element] ?? 0, period),
      up: smooth(sums.up, ups[element] ?? 0, period),
      down: smooth(sums.down, downs[element] ?? 0, period),
    };
    return directionalIndex(sums);
  };
  let start = directionalIndex(sums);
  for (let element = 1; element < period; element += 1) start += next(element);
  let average = start / period;
  for (let element = period; element < ranges.length; element += 1) {
    average = smooth(average, next(element), period);
  }
  return average;
}

/** Of each bar but the first: only the larger of the two moves counts, and only if positive. */
function directionalMoves({ highs, lows }: Bars): { ups: number[]; downs: number[] } {
  const ups: number[] = [];
  const downs: number[] = [];
  for (let bar = 1; bar < highs.length; bar += 1) {
    const up = (highs[bar] ?? 0) - (highs[bar - 1] ?? 0);
    const down = (lows[bar - 1] ?? 0) - (lows[bar] ?? 0);
    ups.push(up > down && up > 0 ? up : 0);
    downs.push(down > up && down > 0 ? down : 0);
  }
  return { ups, downs };
}

function directionalIndex({ range, up, down }: Sums): number {
  if (range === 0) return 0;
  const plus = (100 * up) / range;
  const minus = (100 * down) / range;
  const total = plus + minus;
  return total === 0 ? 0 : (100 * Math.abs(plus - minus)) / total;
}
