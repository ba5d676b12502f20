import type { Trend } from './board.js';
import { TREND_SAMPLES } from './counter-history.js';

const SAMPLE_MS = 1_000;

/** The newest value of each of the last seconds; a second without a look is a gap. */
export class GaugeHistory {
  readonly #values = new Map<number, number>();

  note(atMs: number, value: number | null): void {
    const second = Math.floor(atMs / SAMPLE_MS);
    if (value === null) this.#values.delete(second);
    else this.#values.set(second, value);
    for (const old of this.#values.keys()) {
      if (old > second - 2 * TREND_SAMPLES && old <= second) continue;
      this.#values.delete(old);
    }
  }

  trend(nowMs: number): Trend {
    const current = Math.floor(nowMs / SAMPLE_MS);
    const newest = this.#values.has(current) ? current : current - 1;
    return Array.from({ length: TREND_SAMPLES }, (_, index) => {
      return this.#values.get(newest - TREND_SAMPLES + 1 + index) ?? null;
    });
  }
}
