import type { Trend } from './board.js';

/**
 * How much happened in each of the last buckets of time, and for how much of the bucket that is
 * known. Bounded by the number of buckets, whatever is noted.
 */
class RateBuckets {
  readonly #widthMs: number;
  readonly #amounts: Float64Array;
  readonly #coveredMs: Float64Array;
  readonly #bucketOf: Float64Array;

  constructor(widthMs: number, count: number) {
    this.#widthMs = widthMs;
    this.#amounts = new Float64Array(count);
    this.#coveredMs = new Float64Array(count);
    this.#bucketOf = new Float64Array(count).fill(Number.NaN);
  }

  /** Spreads the amount evenly over the time in which it came. */
  add(fromMs: number, toMs: number, amount: number): void {
    const spanMs = toMs - fromMs;
    const oldestMs = toMs - this.#widthMs * this.#amounts.length;
    for (let atMs = Math.max(fromMs, oldestMs); atMs < toMs;) {
      const bucket = Math.floor(atMs / this.#widthMs);
      const endMs = Math.min(toMs, (bucket + 1) * this.#widthMs);
      const slot = this.#slot(bucket);
      this.#amounts[slot] = (this.#amounts[slot] ?? 0) + (amount * (endMs - atMs)) / spanMs;
      this.#coveredMs[slot] = (this.#coveredMs[slot] ?? 0) + (endMs - atMs);
      atMs = endMs;
    }
  }

  /** A second, over the newest `count` buckets; null where nothing of them is known. */
  perSec(nowMs: number, count: number): number | null {
    const newest = Math.floor(nowMs / this.#widthMs);
    let [amount, coveredMs] = [0, 0];
    for (let bucket = newest - count + 1; bucket <= newest; bucket += 1) {
      const slot = this.#find(bucket);
      if (slot === null) continue;
      amount += this.#amounts[slot] ?? 0;
      coveredMs += this.#coveredMs[slot] ?? 0;
    }
    return coveredMs === 0 ? null : (amount / coveredMs) * 1_000;
  }

  /** Newest last; the newest is the last one in which anything was read, or the one before now. */
  trend(nowMs: number, count: number): Trend {
    const current = Math.floor(nowMs / this.#widthMs);
    const newest = this.#find(current) === null ? current - 1 : current;
    return Array.from({ length: count }, (_, index) => {
      const bucket = newest - count + 1 + index;
      return this.perSec(bucket * this.#widthMs, 1);
    });
  }

  #find(bucket: number): number | null {
    const slot = this.#index(bucket);
    return this.#bucketOf[slot] === bucket ? slot : null;
  }

  #slot(bucket: number): number {
    const slot = this.#index(bucket);
    if (this.#bucketOf[slot] !== bucket) {
      this.#bucketOf[slot] = bucket;
      this.#amounts[slot] = 0;
      this.#coveredMs[slot] = 0;
    }
    return slot;
  }

  #index(bucket: number): number {
    const count = this.#amounts.length;
    return ((bucket % count) + count) % count;
  }
}

export const TREND_SAMPLES = 40;
export const FLOW_BUCKETS = 60;
const TREND_MS = 1_000;
const FLOW_MS = 10_000;
/** The longest window that a panel asks for: `rate[5m]`. */
const WINDOW_MS_MAX = 300_000;
/** What came in a longer silence may have come at any time of it: a gap. */
const GAP_MS = 5_000;

/**
 * One counter as it was seen over time. A value below the one before is a counter that began anew,
 * and counts from 0; so is one of another era (another process).
 */
export class CounterHistory {
  readonly #seconds = new RateBuckets(TREND_MS, WINDOW_MS_MAX / TREND_MS + 1);
  readonly #flow = new RateBuckets(FLOW_MS, FLOW_BUCKETS + 1);
  readonly #gapMs: number;
  #last: { readonly atMs: number; readonly value: number; readonly era: string } | null = null;

  /** @param everyMs how often it is looked at; twice as long without a look is a gap */
  constructor(everyMs = TREND_MS) {
    this.#gapMs = Math.max(GAP_MS, 2.5 * everyMs);
  }

  /** @param value null: it could not be read, or is not known */
  note(atMs: number, value: number | null, era = ''): void {
    const last = this.#last;
    if (value === null) {
      this.#last = null;
      return;
    }
    // A clock that was set back, or the same look again.
    if (last !== null && atMs === last.atMs) return;
    this.#last = { atMs, value, era };
    if (last === null || atMs < last.atMs || atMs - last.atMs > this.#gapMs) return;
    const isAnew = era !== last.era || value < last.value;
    const amount = isAnew ? value : value - last.value;
    this.#seconds.add(last.atMs, atMs, amount);
    this.#flow.add(last.atMs, atMs, amount);
  }

  /** Its newest value, whenever that was. */
  get value(): number | null {
    return this.#last?.value ?? null;
  }

  /** As `rate[1m]` has it: null before the second look within the window. */
  perSec(nowMs: number, windowMs = 60_000): number | null {
    return this.#seconds.perSec(nowMs, Math.ceil(windowMs / TREND_MS));
  }

  /** 40 samples of a second, a rate each. */
  trend(nowMs: number): Trend {
    return this.#seconds.trend(nowMs, TREND_SAMPLES);
  }

  /** 60 buckets of 10 s, a rate per second each. */
  flow(nowMs: number): Trend {
    return this.#flow.trend(nowMs, FLOW_BUCKETS);
  }
}
