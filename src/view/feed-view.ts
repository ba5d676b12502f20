import type { EngineStatus } from '../engine/ports/engine-status.js';
import type { ClockOffset, FeedHealth } from '../engine/ports/feed.js';
import { Figure } from './figure.js';

/** A live feed as it is shown; a recorded one has no connections to show. */
export interface FeedView {
  readonly symbols: readonly {
    readonly symbol: string;
    readonly state: string;
    readonly why: string;
    /** Milliseconds since its newest data; null before the first. */
    readonly silentMs: Figure<number>;
  }[];
  readonly connections: readonly {
    readonly id: number;
    readonly state: string;
    readonly symbols: number;
    readonly sinceMs: number;
    readonly why: string;
  }[];
  readonly clock: {
    readonly offsetMs: Figure<number>;
    readonly errorMs: Figure<number>;
    readonly confidence: string;
  };
  readonly counts: Readonly<Record<string, Figure<number>>>;
}

export function feedView({ feed, observedAtMs }: EngineStatus): FeedView | null {
  const { health } = feed;
  if (health === null) return null;
  const figure = (value: number | null) => new Figure(value, 'feed', observedAtMs);
  return {
    symbols: health.symbols.map(({ symbol, state, why, lastDataAtMs }) => {
      const silentMs = lastDataAtMs === null ? null : Math.max(0, observedAtMs - lastDataAtMs);
      return { symbol, state, why, silentMs: figure(silentMs) };
    }),
    connections: health.connections,
    clock: clockView(health.clock, figure),
    counts: Object.fromEntries(
      Object.entries(health.counts).map(([name, count]) => [name, figure(count)]),
    ),
  };
}

function clockView(
  { offsetMs, errorMs, confidence }: ClockOffset,
  figure: (value: number | null) => Figure<number>,
): FeedView['clock'] {
  return { offsetMs: figure(offsetMs), errorMs: figure(errorMs), confidence };
}

/** A clock that is off by more refuses trades as stale or from the future (domain.md 10.43). */
const CLOCK_WARN_MS = 2_000;

export function feedNotes({ symbols, clock }: FeedHealth): readonly string[] {
  const notes = symbols
    .filter(({ state }) => state === 'stale' || state === 'rejected')
    .map(({ symbol, state, why }) => `feed ${symbol} is ${state}: ${why}`);
  const { offsetMs } = clock;
  if (offsetMs === null || Math.abs(offsetMs) <= CLOCK_WARN_MS) return notes;
  const [far, side] = [Math.abs(offsetMs), offsetMs > 0 ? 'behind' : 'ahead of'];
  return [
    ...notes,
    `this machine's clock is ${far} ms ${side} the venue's: decisions rest on the venue's time, set the clock`,
  ];
}
