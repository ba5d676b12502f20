import type { CounterHistory } from './facts.js';
import { growthOf, sideOf, windowStart } from './growth.js';

export interface Grown {
  readonly count: number;
  readonly spanMs: number;
}

/** How much grew since the beginning of the window; null: not counted. */
export function grown(
  history: CounterHistory,
  anyOf: readonly (readonly string[])[],
  nowMs: number,
): Grown | null {
  const side = sideOf(history, anyOf);
  if (side === null) return null;
  const fromMs = windowStart(history, side, nowMs);
  return { count: growthOf(side, fromMs).count, spanMs: nowMs - fromMs };
}
