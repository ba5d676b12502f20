import { performance } from 'node:perf_hooks';

/** The venue's own time. What it shows may be offset, skewed and jump against the host's. */
export interface VenueClock {
  /** What the venue says the time is, Unix ms: all times in frames and answers. */
  nowMs(): number;
  /** Milliseconds since the start as the venue lives them: replay and limits run on this. */
  elapsedMs(): number;
  /** Moves what the venue shows, not what it lives. */
  jump(ms: number): void;
  /** Lets the venue live through `ms` at once: limits run out, trades fall due. */
  advance(ms: number): void;
  /** Venue milliseconds per host millisecond from now on: 1.001 gains a millisecond per second. */
  setRate(rate: number): void;
}

export interface VenueClockOptions {
  /** Ahead of the host at the start. */
  readonly offsetMs?: number;
  readonly rate?: number;
  /** Never goes back; a constant makes time pass by `advance` only. */
  readonly hostMs?: () => number;
}

export function createVenueClock(options: VenueClockOptions = {}): VenueClock {
  const hostMs = options.hostMs ?? (() => performance.timeOrigin + performance.now());
  let rate = options.rate ?? 1;
  let anchorHostMs = hostMs();
  let anchorElapsedMs = 0;
  let shownAtStartMs = anchorHostMs + (options.offsetMs ?? 0);
  const elapsedMs = () => anchorElapsedMs + (hostMs() - anchorHostMs) * rate;
  return {
    elapsedMs,
    nowMs: () => Math.floor(shownAtStartMs + elapsedMs()),
    jump: (ms) => {
      shownAtStartMs += ms;
    },
    advance: (ms) => {
      anchorElapsedMs += ms;
    },
    setRate: (next) => {
      anchorElapsedMs = elapsedMs();
      anchorHostMs = hostMs();
      rate = next;
    },
  };
}

/** Time that passes only by `advance`. */
export function createStandingClock(startMs = 1_790_000_000_000): VenueClock {
  return createVenueClock({ hostMs: () => startMs });
}
