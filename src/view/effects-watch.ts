import type { EngineStatus, Seen } from '../engine/ports/engine-status.js';
import { NOTHING_SEEN } from './effect-pair.js';

/**
 * What one status can't tell: since when a cause waits for its effect. "The last candle is five
 * minutes old" is a stall when trades came all the time, and nothing when the first trade after a
 * pause came a second ago. Folding the status into this about once a second tells them apart.
 */
export interface EffectsWatch {
  readonly candles: Waiting;
  readonly results: Waiting;
}

interface Waiting {
  readonly causeCount: number;
  readonly effectCount: number;
  /** Wall time of the first cause since the last effect; null when none waits. */
  readonly sinceMs: number | null;
}

export function watchEffects(previous: EffectsWatch | null, status: EngineStatus): EffectsWatch {
  const { outputs, trades } = status;
  return {
    candles: next(previous?.candles ?? null, trades, outputs.CandleClosed ?? NOTHING_SEEN),
    results: next(
      previous?.results ?? null,
      outputs.OrderRequested ?? NOTHING_SEEN,
      orderResults(status),
    ),
  };
}

/** Answers to orders of any kind; in shadow the refusals, because nothing else really came back. */
export function orderResults({ outputs, portfolio }: EngineStatus): Seen {
  const venue = portfolio.book === 'real' ? [outputs.OrderFilled, outputs.OrderRejected] : [];
  const kinds = [outputs.OrderRefused, ...venue];
  return kinds.reduce<Seen>(
    (sum, seen = NOTHING_SEEN) => ({
      count: sum.count + seen.count,
      lastAtMs: latest(sum.lastAtMs, seen.lastAtMs),
    }),
    NOTHING_SEEN,
  );
}

/** One status alone: as if the cause had waited since the last effect, the worst that can be. */
export function waitingAtMost(cause: Seen, effect: Seen, startedAtMs: number): number | null {
  if (cause.lastAtMs === null) return null;
  if (effect.lastAtMs !== null && effect.lastAtMs >= cause.lastAtMs) return null;
  return effect.lastAtMs ?? startedAtMs;
}

function next(previous: Waiting | null, cause: Seen, effect: Seen): Waiting {
  return {
    causeCount: cause.count,
    effectCount: effect.count,
    sinceMs: waitingSince(previous, cause, effect),
  };
}

function waitingSince(previous: Waiting | null, cause: Seen, effect: Seen): number | null {
  const unanswered = waitingAtMost(cause, effect, 0) !== null;
  if (previous === null || effect.count !== previous.effectCount) {
    return unanswered ? cause.lastAtMs : null;
  }
  if (previous.sinceMs !== null) return previous.sinceMs;
  return cause.count > previous.causeCount ? cause.lastAtMs : null;
}

function latest(a: number | null, b: number | null): number | null {
  if (a === null || b === null) return a ?? b;
  return Math.max(a, b);
}
