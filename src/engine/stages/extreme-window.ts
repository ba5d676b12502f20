/**
 * The highest (or lowest) price of a sliding time window. Samples are merged by second and a sample
 * that a later one outdoes is dropped, so that four hours need at most 14,400 entries and a new
 * sample costs a few comparisons. Owned by the fold and changed in place; plain data.
 */
export interface ExtremeWindow {
  readonly keeps: 'highest' | 'lowest';
  /** From `head` on: seconds ascending, prices from the most extreme to the least. */
  readonly seconds: number[];
  readonly prices: number[];
  head: number;
  /** Start of the unbroken history: first sample since the window was last empty. */
  sinceSec: number | null;
}

const DEAD_MAX = 1024;

export function emptyWindow(keeps: ExtremeWindow['keeps']): ExtremeWindow {
  return { keeps, seconds: [], prices: [], head: 0, sinceSec: null };
}

/**
 * The extreme over the seconds from `second - spanSec` on, of the samples added so far.
 * @returns null until the samples reach back over the full span
 */
export function extremeOf(window: ExtremeWindow, second: number, spanSec: number): number | null {
  const firstSec = second - spanSec;
  while ((window.seconds[window.head] ?? Infinity) < firstSec) window.head += 1;
  const price = window.prices[window.head];
  if (price === undefined) window.sinceSec = null;
  if (window.head >= DEAD_MAX) cutDead(window);
  const spans = window.sinceSec !== null && window.sinceSec <= firstSec;
  return spans ? (price ?? null) : null;
}

/** Adds a sample; seconds never go back. */
export function addSample(window: ExtremeWindow, second: number, price: number): void {
  const { seconds, prices } = window;
  window.sinceSec ??= second;
  while (prices.length > window.head && outdone(window, prices.at(-1) ?? 0, price)) {
    prices.pop();
    seconds.pop();
  }
  // Within one second the more extreme sample stands for both.
  if (prices.length > window.head && seconds.at(-1) === second) return;
  seconds.push(second);
  prices.push(price);
}

function outdone({ keeps }: ExtremeWindow, older: number, newer: number): boolean {
  return keeps === 'highest' ? older <= newer : older >= newer;
}

function cutDead(window: ExtremeWindow): void {
  window.seconds.splice(0, window.head);
  window.prices.splice(0, window.head);
  window.head = 0;
}
