import type { TradeObserved } from './domain/inputs.js';
import type { Clock } from './ports/clock.js';
import type { Feed } from './ports/feed.js';

/** Indicators need this much market before the first decision can be more than "unknown". */
export const WARM_UP_MS = 20 * 60_000;
/** Trades that fall due within this are handed over together. */
const TICK_MS = 10;

/**
 * A recorded feed at a multiple of its own speed. From the start of the recording the warm-up comes
 * at once; a resumed feed goes on at speed from where it was.
 */
export function pacedFeed(feed: Feed, clock: Clock, speed: number | 'max'): Feed {
  if (speed === 'max') return feed;
  return { ...feed, trades: (skip, signal) => paced(feed, { clock, speed, skip, signal }) };
}

interface Pace {
  readonly clock: Clock;
  readonly speed: number;
  readonly skip: number;
  readonly signal: AbortSignal;
}

async function* paced(feed: Feed, pace: Pace): AsyncGenerator<readonly TradeObserved[]> {
  const { clock, speed, signal } = pace;
  let warmUpEndMs: number | null = null;
  let startedAtMs = 0;
  for await (const trades of feed.trades(pace.skip, signal)) {
    let from = 0;
    while (from < trades.length && !signal.aborted) {
      const first = trades[from];
      if (first === undefined) break;
      if (warmUpEndMs === null) {
        warmUpEndMs = first.receivedAtMs + (pace.skip === 0 ? WARM_UP_MS : 0);
        startedAtMs = clock.monotonicMs();
      }
      const dueInMs =
        (first.receivedAtMs - warmUpEndMs) / speed - (clock.monotonicMs() - startedAtMs);
      if (dueInMs > TICK_MS) await clock.sleep(dueInMs, signal);
      const nowMs = warmUpEndMs + (clock.monotonicMs() - startedAtMs + TICK_MS) * speed;
      const to = dueUntil(trades, from, nowMs);
      yield trades.slice(from, to);
      from = to;
    }
  }
}

/** Index behind the last trade that is due; at least one is, because its time was waited for. */
function dueUntil(trades: readonly TradeObserved[], from: number, nowMs: number): number {
  let to = from + 1;
  while (to < trades.length && (trades[to]?.receivedAtMs ?? Infinity) <= nowMs) to += 1;
  return to;
}
