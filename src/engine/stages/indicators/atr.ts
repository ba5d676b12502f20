import { smooth, sum, trueRanges, type Bars } from './bars.js';

/**
 * Average true range over all bars given, in quote units; null below period + 1 bars.
 * Starts with the plain mean of the first `period` true ranges. Source: domain rules of the regime.
 */
export function averageTrueRange(bars: Bars, period: number): number | null {
  const ranges = trueRanges(bars);
  if (ranges.length < period) return null;
  let average = sum(ranges.slice(0, period)) / period;
  for (const range of ranges.slice(period)) average = smooth(average, range, period);
  return average;
}
