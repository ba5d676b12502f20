import type { FeedInput } from './domain/inputs.js';
import type { Clock } from './ports/clock.js';
import type { Feed } from './ports/feed.js';

/** Indicators need this much market before the first decision can be more than "unknown". */
export const WARM_UP_MS = 20 * 60_000;
/** What falls due within this is handed over together. */
const TICK_MS = 10;

/**
 * A recorded feed at a multiple of its own speed. From the start of the recording the warm-up comes
 * at once; a resumed feed goes on at speed from where it was.
 */
export function pacedFeed(feed: Feed, clock: Clock, speed: number | 'max'): Feed {
  if (speed === 'max') return feed;
  return { ...feed, inputs: (skip, signal) => paced(feed, { clock, speed, skip, signal }) };
}

interface Pace {
  readonly clock: Clock;
  readonly speed: number;
  readonly skip: number;
  readonly signal: AbortSignal;
}

async function* paced(feed: Feed, pace: Pace): AsyncGenerator<readonly FeedInput[]> {
  const { clock, speed, signal } = pace;
  let warmUpEndMs: number | null = null;
  let startedAtMs = 0;
  for await (const inputs of feed.inputs(pace.skip, signal)) {
    let from = 0;
    while (from < inputs.length && !signal.aborted) {
      const first = inputs[from];
      if (first === undefined) break;
      // A row that can't be read has no time, and must not begin the count at the year 1970.
      if (warmUpEndMs === null && !(timeOf(first) > 0)) {
        yield [first];
        from += 1;
        continue;
      }
      if (warmUpEndMs === null) {
        warmUpEndMs = timeOf(first) + (pace.skip === 0 ? WARM_UP_MS : 0);
        startedAtMs = clock.monotonicMs();
      }
      const dueInMs = (timeOf(first) - warmUpEndMs) / speed - (clock.monotonicMs() - startedAtMs);
      if (dueInMs > TICK_MS) await clock.sleep(dueInMs, signal);
      const nowMs = warmUpEndMs + (clock.monotonicMs() - startedAtMs + TICK_MS) * speed;
      const to = dueUntil(inputs, from, nowMs);
      yield inputs.slice(from, to);
      from = to;
    }
  }
}

/** Index behind the last input that is due; at least one is, because its time was waited for. */
function dueUntil(inputs: readonly FeedInput[], from: number, nowMs: number): number {
  let to = from + 1;
  while (to < inputs.length && timeOf(inputs[to]) <= nowMs) to += 1;
  return to;
}

function timeOf(input: FeedInput | undefined): number {
  if (input === undefined) return Infinity;
  return input.kind === 'TradeObserved' ? input.receivedAtMs : input.atMs;
}
