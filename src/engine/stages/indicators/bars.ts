/** Price bars of equal age order, oldest first; float64, because indicators are. */
export interface Bars {
  readonly highs: number[];
  readonly lows: number[];
  readonly closes: number[];
}

/** True range of each bar but the first: the reach of the bar, gap to the bar before included. */
export function trueRanges({ highs, lows, closes }: Bars): number[] {
  const ranges: number[] = [];
  for (let bar = 1; bar < closes.length; bar += 1) {
    const high = highs[bar] ?? 0;
    const low = lows[bar] ?? 0;
    const before = closes[bar - 1] ?? 0;
    ranges.push(Math.max(high - low, Math.abs(high - before), Math.abs(low - before)));
  }
  return ranges;
}

export function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/** Wilder's smoothing: one new value replaces 1/period of the average. */
export function smooth(average: number, value: number, period: number): number {
  return (average * (period - 1) + value) / period;
}
